"""`baseten-sdk async`."""

from __future__ import annotations

import pytest

from baseten_sdk.cli.exit_codes import ExitCode
from baseten_sdk.emulator import Emulator
from tests.cli.running import Run, at

MODEL = "abcd1234"


def test_submit_and_wait(run: Run) -> None:
    submitted = run("async", "submit", MODEL, "-d", '{"a": 1}')
    request_id = submitted.out.strip()
    assert (submitted.code, len(request_id)) == (ExitCode.OK, 32)
    waited = run("async", "wait", MODEL, request_id, "-o", "json")
    assert waited.code == ExitCode.OK
    assert at(waited.json, "status") == "SUCCEEDED"
    shown = run("async", "status", MODEL, request_id)
    assert shown.out.splitlines()[0].startswith("status   SUCCEEDED since 20")


def test_what_a_submission_says(run: Run, emu: Emulator) -> None:
    ended = run(
        *("async", "submit", MODEL, "-f", "-", "-e", "staging", "--webhook", "https://example.com/done"),
        *("--priority", "1", "--max-time-in-queue", "60", "--attempts", "2", "-o", "json"),
        stdin='{"a": 1}',
    )
    assert at(ended.json, "model_id") == MODEL
    assert emu.requests[0].path == "/model/abcd1234/environments/staging/async_predict"
    assert emu.requests[0].json == {
        "model_input": {"a": 1},
        "webhook_endpoint": "https://example.com/done",
        "priority": 1,
        "max_time_in_queue_seconds": 60,
        "inference_retry_config": {"max_attempts": 2},
    }


@pytest.mark.parametrize(
    "options", [(), ("-d", "{nope"), ("-d", "{}", "--priority", "7"), ("-d", "{}", "--webhook", "nowhere")]
)
def test_a_submission_that_cannot_be(run: Run, emu: Emulator, options: tuple[str, ...]) -> None:
    assert run("async", "submit", MODEL, *options).code == ExitCode.USAGE
    assert list(emu.requests) == []


def test_a_request_that_failed_fails_the_wait_but_not_the_status(run: Run, emu: Emulator) -> None:
    emu.faults.push("fail-with=MODEL_PREDICT_ERROR")
    request_id = run("async", "submit", MODEL, "-d", "{}").out.strip()
    waited = run("async", "wait", MODEL, request_id)
    assert waited.code == ExitCode.SERVER
    assert "status   FAILED" in waited.out
    assert "error    MODEL_PREDICT_ERROR" in waited.out
    assert "failed" in waited.err
    assert run("async", "status", MODEL, request_id).code == ExitCode.OK


def test_a_wait_has_an_end(run: Run, emu: Emulator) -> None:
    emu.faults.push("queue=60")
    request_id = run("async", "submit", MODEL, "-d", "{}").out.strip()
    ended = run("async", "wait", MODEL, request_id, "--deadline", "0.05")
    assert ended.code == ExitCode.SERVER
    assert request_id in ended.err


def test_cancelling(run: Run, emu: Emulator) -> None:
    emu.faults.push("queue=60")
    request_id = run("async", "submit", MODEL, "-d", "{}").out.strip()
    assert run("async", "cancel", MODEL, request_id).code == ExitCode.OK
    late = run("async", "cancel", MODEL, request_id, "-o", "json")
    assert late.code == ExitCode.OTHER
    assert at(late.json, "canceled") is False
    assert run("async", "wait", MODEL, request_id).code == ExitCode.SERVER


def test_a_request_that_is_not_known(run: Run) -> None:
    assert run("async", "status", MODEL, "0" * 32).code == ExitCode.NOT_FOUND
