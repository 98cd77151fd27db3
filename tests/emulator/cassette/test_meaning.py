"""Which requests are the same, what is kept of one, and how two differ."""

from __future__ import annotations

import json

import pytest
from starlette.datastructures import Headers

from baseten_sdk.emulator.behaviors.plan import Plan
from baseten_sdk.emulator.cassette.interaction import SentRequest
from baseten_sdk.emulator.cassette.meaning import difference, meaning, sent_request
from baseten_sdk.emulator.http.exchange import Exchange
from baseten_sdk.emulator.http.routing import resolve


def exchange(body: bytes, path: str = "/v1/chat/completions", query: str = "", **headers: str) -> Exchange:
    place = resolve("", path)
    assert place is not None
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Exchange("POST", path, query, place, Headers(named), body, Plan(), "id", 0.0)


def said(body: object) -> SentRequest:
    return sent_request(exchange(json.dumps(body).encode()), hide_prompts=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'{"model": "a/b", "n": 1}', b'{"n":1,"model":"a/b"}'),
        (b'{"n": 1.0}', b'{"n": 1}'),
        (b'{"text": "\\u00e9"}', '{"text": "é"}'.encode()),
        (b'{"api_key": "one"}', b'{"api_key": "other"}'),
    ],
)
def test_the_form_of_a_body_does_not_count(one: bytes, other: bytes) -> None:
    assert meaning(sent_request(exchange(one))) == meaning(sent_request(exchange(other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'{"n": 1}', b'{"n": 2}'),
        (b'{"n": 1}', b'{"n": "1"}'),
        (b'{"n": true}', b'{"n": 1}'),
        (b'{"list": [1, 2]}', b'{"list": [2, 1]}'),
        (b'{"stop": null}', b"{}"),
        (b'{"n": 1}', b"n=1"),
    ],
)
def test_its_meaning_does(one: bytes, other: bytes) -> None:
    assert meaning(sent_request(exchange(one))) != meaning(sent_request(exchange(other)))


def test_headers_do_not_count_and_the_query_does() -> None:
    same = [
        sent_request(exchange(b"{}", query=query, x_team=team)) for query, team in [("a=1&b=2", "x"), ("b=2&a=1", "y")]
    ]
    assert meaning(same[0]) == meaning(same[1])
    assert meaning(sent_request(exchange(b"{}", query="a=2&b=2"))) != meaning(same[0])
    assert sent_request(exchange(b"{}", query="token=t0p")).query == {"token": "[hidden]"}


def test_the_boundary_of_a_form_does_not_count() -> None:
    forms = [
        exchange(f"--{name}\r\n\r\nhi\r\n--{name}--".encode(), content_type=f"multipart/form-data; boundary={name}")
        for name in ("abc", "xyz")
    ]
    assert sent_request(forms[0]) == sent_request(forms[1])


KEY = "key-0123456789abcdef"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (json.dumps({"note": f"my key is {KEY}", "deep": [{"x": KEY}]}).encode(), "application/json"),
        (f"my key is {KEY}".encode(), "text/plain"),
        (b"a=1&api_key=hush-hush&b=2", "application/x-www-form-urlencoded"),
        (
            b'--q\r\nContent-Disposition: form-data; name="access_token"\r\n\r\nhush-hush\r\n'
            b'--q\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nthe file\r\n--q--',
            "multipart/form-data; boundary=q",
        ),
    ],
    ids=["json", "text", "form", "parts"],
)
def test_no_secret_of_a_request_is_kept_wherever_it_stands(body: bytes, kind: str) -> None:
    asked = exchange(
        body,
        f"/v1/{KEY}",
        f"next={KEY}&sig=hush-hush&x=gateway-secret",
        authorization=f"Bearer {KEY}",
        content_type=kind,
        x_gateway_token="gateway-secret",
    )
    kept = sent_request(asked)
    shown = f"{kept.path} {kept.query} {kept.body!r}"
    assert [secret for secret in (KEY, "hush-hush", "gateway-secret") if secret in shown] == []
    assert kept.query == {"next": "[hidden]", "sig": "[hidden]", "x": "[hidden]"}
    assert "[hidden]" in str(kept.body)
    assert "the file" in shown or "multipart" not in kind
    assert "a=1&" in shown or "urlencoded" not in kind


def test_prompts_are_hidden_and_still_told_apart() -> None:
    body = {"model": "a/b", "messages": [{"role": "user", "content": [{"type": "text", "text": "Secret plans"}]}]}
    kept = said(body)
    assert "Secret" not in str(kept)
    assert '"role": "user"' in json.dumps(kept.body)
    assert '"type": "text"' in json.dumps(kept.body)
    assert kept == said(body)
    other = json.loads(json.dumps(body).replace("Secret", "Public"))
    assert meaning(said(other)) != meaning(kept)


def test_fields_can_be_left_out() -> None:
    one = sent_request(exchange(b'{"n": 1, "user": "a"}'), ignore=["user"])
    assert one == sent_request(exchange(b'{"user": "b", "n": 1}'), ignore=["user"])
    assert one.body == {"n": 1}


def test_a_difference_is_with_what_is_most_alike_and_bounded() -> None:
    shown = difference("a\nb\nc\nd", ["x\ny", "a\nb\nC\nd", "q"])
    assert shown.splitlines() == ["--- recorded", "+++ asked for", "@@ -1,4 +1,4 @@", " a", " b", "-C", "+c", " d"]
    long = difference("\n".join(map(str, range(1000))), ["x"])
    assert len(long.splitlines()) == 41
    assert long.endswith("more lines")
