"""`baseten-sdk predict` and `baseten-sdk sync`."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from baseten_sdk.cli.exit_codes import ExitCode
from baseten_sdk.emulator import Emulator
from tests.cli.running import Run, at

MODEL = "abcd1234"


def behaving(spec: str) -> tuple[str, str]:
    return "-H", f"x-emulator: {spec}"


def test_json_goes_in_and_comes_out(run: Run, emu: Emulator) -> None:
    ended = run("predict", MODEL, "-d", '{"prompt": "hi", "n": 1.50}')
    assert ended.code == ExitCode.OK
    assert ended.json == {"prompt": "hi", "n": 1.5}
    assert ended.out.count("\n") > 2
    assert emu.requests[0].body == b'{"prompt": "hi", "n": 1.50}'
    assert run("predict", MODEL, "-d", "[1, 2]", "-o", "jsonl").out == "[1,2]\n"


def test_the_input_may_be_a_file_or_stdin(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "input.json"
    file.write_text('{"a": 1}')
    assert run("predict", MODEL, "-f", str(file)).json == {"a": 1}
    assert run("predict", MODEL, "-f", "-", stdin='{"b": 2}').json == {"b": 2}


def test_there_is_exactly_one_input_and_it_is_json(run: Run, emu: Emulator, tmp_path: Path) -> None:
    for arguments in ((), ("-d", "{}", "-f", "-"), ("-d", "{nope"), ("-f", str(tmp_path / "missing"))):
        assert run("predict", MODEL, *arguments).code == ExitCode.USAGE
    assert list(emu.requests) == []


def test_bytes_go_in_and_come_out(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "input"
    file.write_bytes(b"\x81\xa1a\x01")
    sent = ("predict", MODEL, "-f", str(file), "--content-type", "application/octet-stream")
    assert run(*sent).raw == b"\x81\xa1a\x01"
    body = base64.b64encode(b"\x81\xa1a\x01").decode()
    assert run(*sent, "-o", "json").json == {"body": body, "content_type": "application/octet-stream"}


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ((), "/model/abcd1234/environments/production/predict"),
        (("-e", "staging"), "/model/abcd1234/environments/staging/predict"),
        (("-e", "development"), "/model/abcd1234/development/predict"),
        (("--deployment-id", "wxyz123"), "/model/abcd1234/deployment/wxyz123/predict"),
        (("--regional", "prod-us"), "/regional/abcd1234/prod-us/predict"),
    ],
)
def test_each_target(run: Run, emu: Emulator, options: tuple[str, ...], path: str) -> None:
    assert run("predict", MODEL, "-d", "{}", *options).code == ExitCode.OK
    assert emu.requests[0].path == path


def test_there_is_one_target(run: Run, emu: Emulator) -> None:
    ended = run("predict", MODEL, "-d", "{}", "-e", "staging", "--regional", "prod-us")
    assert ended.code == ExitCode.USAGE
    assert list(emu.requests) == []


def test_events_are_shown_by_their_data(run: Run) -> None:
    asked = ("predict", MODEL, "-d", '{"prompt": "one two"}', *behaving("stream=sse"))
    assert run(*asked).out == '{"index": 0, "word": "one"}\n{"index": 1, "word": "two"}\n'
    assert run(*asked, "-o", "jsonl").lines == [{"index": 0, "word": "one"}, {"index": 1, "word": "two"}]
    assert run(*asked, "-o", "json").json == [{"index": 0, "word": "one"}, {"index": 1, "word": "two"}]


def test_a_stream_of_text_is_shown_as_it_is(run: Run) -> None:
    asked = ("predict", MODEL, "-d", '{"prompt": "grüße an alle"}', *behaving("stream=text, pieces=3"))
    assert run(*asked).out == "grüße an alle"
    assert run(*asked, "--text", "-o", "json").json == "grüße an alle"
    assert "".join(map(str, run(*asked, "--text", "-o", "jsonl").lines)) == "grüße an alle"
    pieces = run(*asked, "-o", "jsonl").lines
    assert b"".join(base64.b64decode(str(at(piece, "body"))) for piece in pieces).decode() == "grüße an alle"


def test_an_array_is_closed_also_where_the_stream_breaks(run: Run) -> None:
    ended = run("predict", MODEL, "-d", '{"prompt": "a b c d e f"}', *behaving("stream=sse, cut=2"), "-o", "json")
    assert ended.code == ExitCode.SERVER
    assert ended.json == [{"index": 0, "word": "a"}, {"index": 1, "word": "b"}]


def test_what_is_no_json_is_shown_as_it_came(run: Run) -> None:
    asked = ("predict", MODEL, "-d", '{"prompt": "x"}', *behaving("reply=html"))
    assert "<html" in run(*asked).out.lower()
    page = run(*asked, "-o", "json").json
    assert isinstance(page, str)
    assert "<html" in page.lower()
    assert "NaN" in run("predict", MODEL, "-d", '{"a": 1}', *behaving("nan")).out


def test_the_models_own_failure(run: Run) -> None:
    ended = run("predict", MODEL, "-d", "{}", *behaving("model-error"), "-o", "json", "--max-retries", "0")
    assert ended.code == ExitCode.SERVER
    assert at(ended.error, "type") == "ModelError"
    assert run("predict", MODEL, "-d", "{}", *behaving("bad-input")).code == ExitCode.VALIDATION
    assert run("predict", MODEL, "-d", "{}", "-H", "nonsense").code == ExitCode.USAGE


def test_any_path_of_the_container(run: Run, emu: Emulator) -> None:
    echoed = run("sync", MODEL, "items/12", "-q", "a=1", "-q", "a=2", "-H", "x-mine: yes").json
    assert at(echoed, "path") == "/items/12"
    assert at(echoed, "query_string") == "a=1&a=2"
    assert emu.requests[0].headers["x-mine"] == "yes"
    posted = run("sync", MODEL, "items/12", "-d", '{"a": 1}').json
    assert (at(posted, "method"), at(posted, "body")) == ("POST", {"a": 1})
    assert at(run("sync", MODEL, "items/12", "-X", "DELETE").json, "method") == "DELETE"
    assert run("sync", MODEL, "../predict").code == ExitCode.USAGE
    assert run("sync", MODEL, "items", "-q", "a").code == ExitCode.USAGE
    assert run("sync", MODEL, "items", "-d", "{nope").code == ExitCode.USAGE
    assert {request.path for request in emu.requests} == {"/model/abcd1234/environments/production/sync/items/12"}


def test_a_container_is_named_by_its_url_and_needs_no_key(run: Run, emu: Emulator) -> None:
    url = emu.container_url
    without: dict[str, str | None] = {"BASETEN_API_KEY": None, "BASETEN_EMULATOR": None}
    assert run("predict", url, "-d", '{"a": 1}', env=without).json == {"a": 1}
    assert at(run("sync", url, "items/1", env=without).json, "path") == "/items/1"
    assert run("models", "--model-id", url, env=without).code == ExitCode.OK
    assert run("chat", "--deployment", url, "-m", "m", "Say hello", env=without).out == "hello\n"
    assert run("decide", "x", "--ask", "late=Is it late?", "--deployment", url, env=without).code == ExitCode.OK
    assert [request.path.removeprefix("/container") for request in emu.requests] == [
        "/v1/models/model:predict",
        "/items/1",
        "/v1/models",
        "/v1/chat/completions",
        "/v1/systemone",
    ]
    assert not [request for request in emu.requests if "authorization" in request.headers]


def test_a_container_has_no_targets_and_no_queue(run: Run, emu: Emulator) -> None:
    assert run("predict", emu.container_url, "-d", "{}", "-e", "staging").code == ExitCode.USAGE
    ended = run("async", "submit", emu.container_url, "-d", "{}")
    assert ended.code == ExitCode.USAGE
    assert "has no queue" in ended.err
    assert not emu.requests


def test_the_url_of_a_deployment_is_not_taken_for_a_container(run: Run, emu: Emulator) -> None:
    ended = run("predict", "https://model-abcd1234.api.baseten.co/environments/production/predict", "-d", "{}")
    assert ended.code == ExitCode.USAGE
    assert "MODEL_ID must be the ID alone: 'abcd1234'" in ended.err
    assert not emu.requests
