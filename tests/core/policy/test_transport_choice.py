"""Which transport carries a client's calls, and what keeps one from being had."""

from __future__ import annotations

import pytest

from baseten_sdk._core.policy.transport_choice import TransportName, check_transport, choose_transport, is_proxied
from baseten_sdk.errors import ConfigurationError


@pytest.mark.parametrize("wanted", ["auto", "direct"])
def test_the_direct_transport_carries_what_needs_nothing_else(wanted: TransportName) -> None:
    assert choose_transport(wanted, has_http_client=False, proxied=False, loaded={"httpx"}) == "direct"


@pytest.mark.parametrize(
    ("has_http_client", "proxied", "loaded"),
    [(True, False, set[str]()), (False, True, set[str]()), (False, False, {"respx"}), (False, False, {"pytest_httpx"})],
)
def test_a_client_a_proxy_or_a_mock_of_httpx_needs_httpx(
    has_http_client: bool, proxied: bool, loaded: set[str]
) -> None:
    found = choose_transport("auto", has_http_client=has_http_client, proxied=proxied, loaded=loaded)
    assert found == "httpx"


@pytest.mark.parametrize("has_http_client", [True, False])
@pytest.mark.parametrize("proxied", [True, False])
def test_httpx_can_always_be_had(has_http_client: bool, proxied: bool) -> None:
    assert choose_transport("httpx", has_http_client=has_http_client, proxied=proxied, loaded=()) == "httpx"


def test_a_mock_does_not_overrule_an_explicit_choice() -> None:
    assert choose_transport("direct", has_http_client=False, proxied=False, loaded={"respx"}) == "direct"


def test_the_direct_transport_does_without_clients_of_httpx_and_without_proxies() -> None:
    with pytest.raises(ConfigurationError, match="http_client="):
        check_transport("direct", has_http_client=True)
    with pytest.raises(ConfigurationError, match="http_client="):
        choose_transport("direct", has_http_client=True, proxied=False, loaded=())
    with pytest.raises(ConfigurationError, match="knows no proxies"):
        choose_transport("direct", has_http_client=False, proxied=True, loaded=())


@pytest.mark.parametrize("wanted", ["aiohttp", "", None, 5])
def test_a_transport_that_does_not_exist_is_refused(wanted: object) -> None:
    with pytest.raises(ConfigurationError, match="transport must be"):
        check_transport(wanted, has_http_client=False)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


HOSTS = ["https://inference.baseten.co/v1", "http://gateway.example.com/model"]


@pytest.mark.parametrize(
    ("environment", "proxied"),
    [
        ({}, False),
        ({"HTTPS_PROXY": "http://proxy:3128"}, True),
        ({"http_proxy": "http://proxy:3128"}, True),
        ({"ALL_PROXY": "socks5://proxy:1080"}, True),
        ({"FTP_PROXY": "http://proxy:3128"}, False),
        ({"ALL_PROXY": "http://proxy:3128", "NO_PROXY": "*"}, False),
        ({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "baseten.co"}, False),
        ({"ALL_PROXY": "http://proxy:3128", "NO_PROXY": "baseten.co"}, True),
        ({"NO_PROXY": "baseten.co"}, False),
    ],
)
def test_a_proxy_for_any_of_the_hosts_counts(
    environment: dict[str, str], proxied: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert is_proxied(HOSTS) is proxied


@pytest.mark.parametrize("url", ["http://127.0.0.1:8787/v1", "http://localhost/v1", "http://[::1]:80/v1"])
def test_this_machine_is_not_reached_through_a_proxy(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy:3128")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert not is_proxied([url])
    assert is_proxied([url, "http://gateway.example.com"])
