"""The webhook's URL of a submission."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from baseten_sdk.jobs.mailbox import Mailbox


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h/hook", "https://h/hook?baseten_tag=ab.1.2"),
        ("https://h", "https://h?baseten_tag=ab.1.2"),
        ("https://h/hook?x=1", "https://h/hook?x=1&baseten_tag=ab.1.2"),
        ("http://127.0.0.1:8788/", "http://127.0.0.1:8788/?baseten_tag=ab.1.2"),
    ],
)
def test_the_tag_is_in_the_query(url: str, expected: str) -> None:
    assert Mailbox(url).tagged_url("ab.1.2") == expected


def test_an_odd_tag_stays_one_value() -> None:
    query = urlsplit(Mailbox("https://h/?a=b").tagged_url("x&y=z #é")).query
    assert parse_qs(query) == {"a": ["b"], "baseten_tag": ["x&y=z #é"]}
