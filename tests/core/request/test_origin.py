"""Where a request goes."""

from __future__ import annotations

import pytest

from baseten_sdk._core.request.origin import Origin, split_url
from baseten_sdk.errors import InvalidRequestError


@pytest.mark.parametrize(
    ("url", "origin", "target", "authority"),
    [
        ("https://a.example/v1/x", Origin("https", "a.example", 443), "/v1/x", "a.example"),
        ("http://a.example:80/", Origin("http", "a.example", 80), "/", "a.example"),
        ("http://127.0.0.1:8787/v1?x=1", Origin("http", "127.0.0.1", 8787), "/v1?x=1", "127.0.0.1:8787"),
        ("https://A.Example", Origin("https", "a.example", 443), "/", "a.example"),
        ("http://[::1]:90/x", Origin("http", "::1", 90), "/x", "[::1]:90"),
    ],
)
def test_a_url_is_a_server_and_a_target(url: str, origin: Origin, target: str, authority: str) -> None:
    assert split_url(url) == (origin, target)
    assert split_url(url)[0].authority == authority


@pytest.mark.parametrize("url", ["ftp://a.example/", "a.example/v1", "https:///v1", "http://a:b:c/", "http://a:x/"])
def test_what_is_no_web_server_is_refused(url: str) -> None:
    with pytest.raises(InvalidRequestError):
        split_url(url)
