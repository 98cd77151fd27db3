"""What looks secret, and what an error shows of a URL."""

from __future__ import annotations

import pytest

from baseten_sdk._secrets import LONGEST_URL, looks_secret, shown_url, with_secrets_hidden


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("Authorization", True),
        ("X-Api-Key", True),
        ("apiKey", True),
        ("key", True),
        ("access_token", True),
        ("Set-Cookie", True),
        ("X-Signature", True),
        ("client_secret", True),
        ("passwd", True),
        ("db_pwd", True),
        ("Passphrase", True),
        ("sig", True),
        ("x-auth", True),
        ("proxyAuthorisation", True),
        ("X-Amz-Credential", True),
        ("session_jwt", True),
        ("privateKey", True),
        ("idempotency-key", False),
        ("idempotencyKey", False),
        ("author", False),
        ("signal", False),
        ("design", False),
        ("keyboard", False),
        ("monkey", False),
        ("accept", False),
        (7, False),
    ],
)
def test_a_name_says_whether_it_names_a_secret(name: object, secret: bool) -> None:
    assert looks_secret(name) is secret


def test_texts_under_such_names_are_hidden_however_deep() -> None:
    value = {"a": [{"api_key": "k", "max_tokens": 5}], "token": "t", "tools": {"token": {"type": "string"}}, "b": None}
    assert with_secrets_hidden(value) == {
        "a": [{"api_key": "[hidden]", "max_tokens": 5}],
        "token": "[hidden]",
        "tools": {"token": {"type": "string"}},
        "b": None,
    }


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("ftp://h/p", "'ftp://h/p'"),
        ("https://me:hunter2@h/p", "'https://[hidden]@h/p'"),
        ("https://me:hunt@er2@h/p", "'https://[hidden]@h/p'"),
        ("https://me:hun/ter2@h", "'https://[hidden]@h'"),
        ("//me:hunter2@h", "'//[hidden]@h'"),
        ("me:hunter2@h/p", "'[hidden]@h/p'"),
        ("https:me:hunter2@h", "'[hidden]@h'"),
        ("https://h/p?token=hunter2", "'https://h/p'"),
        ("https://h/p#hunter2", "'https://h/p'"),
        (f"https://h/{'p' * LONGEST_URL}", f"'https://h/{'p' * (LONGEST_URL - 10)}...'"),
        (None, "a NoneType"),
    ],
)
def test_a_url_that_is_refused_is_shown_without_passwords_and_query(url: object, shown: str) -> None:
    assert shown_url(url) == shown
