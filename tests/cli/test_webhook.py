"""`baseten-sdk webhook`: deliveries of the emulator, shown as they come; and one that was kept."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from baseten_sdk import Client
from baseten_sdk.cli.exit_codes import ExitCode
from baseten_sdk.emulator import Emulator
from baseten_sdk.receiver import open_store
from baseten_sdk.webhooks import sign
from tests.cli.running import SECRET, Run, Start, at

BODY = json.dumps(
    {"request_id": "r" * 32, "type": "async_request_completed", "time": "2026-11-20T10:00:00Z", "data": {"a": 1}}
).encode()


def url_of(process: subprocess.Popen[bytes]) -> str:
    assert process.stderr is not None
    return process.stderr.readline().decode().split()[-1]


def submit(emu: Emulator, url: str, *inputs: object) -> list[str]:
    with Client(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        deployment = client.deployments("abcd1234")
        return [deployment.async_predict(each, webhook_endpoint=url).request_id for each in inputs]


def test_deliveries_are_shown_as_they_come(start: Start, emu: Emulator, tmp_path: Path) -> None:
    store = tmp_path / "kept.jsonl"
    arguments = ("webhook", "listen", "--port", "0", "--count", "2", "--store", str(store), "-o", "jsonl")
    with start(*arguments, env={"BASETEN_WEBHOOK_SECRET": SECRET}) as process:
        ids = submit(emu, url_of(process), {"a": 1}, {"a": 2})
        out, err = process.communicate(timeout=60)
    rows = [json.loads(line) for line in out.splitlines()]
    assert (process.returncode, err) == (ExitCode.OK, b"")
    assert {row["request_id"]: row["data"] for row in rows} == dict(zip(ids, [{"a": 1}, {"a": 2}], strict=True))
    kept = open_store(store)
    assert kept.get(ids[0]) is not None
    kept.close()


def test_it_listens_until_it_is_stopped(start: Start, emu: Emulator) -> None:
    emu.faults.push("fail-with=MODEL_PREDICT_ERROR")
    with start("webhook", "listen", "--port", "0", env={"BASETEN_WEBHOOK_SECRET": SECRET}) as process:
        assert process.stderr is not None
        (request_id,) = submit(emu, url_of(process), {"a": 1})
        assert process.stderr.readline().decode() == f"request {request_id} failed\n"
        assert b"MODEL_PREDICT_ERROR" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == ExitCode.INTERRUPTED
        assert process.stderr.read() == b""


def test_what_cannot_be_listened_to(run: Run, emu: Emulator) -> None:
    ended = run("webhook", "listen")
    assert (ended.code, "BASETEN_WEBHOOK_SECRET" in ended.err) == (ExitCode.AUTH, True)
    taken = run("webhook", "listen", "--port", str(emu.port), env={"BASETEN_WEBHOOK_SECRET": SECRET})
    assert taken.code == ExitCode.USAGE


def test_a_secret_given_as_a_name_is_not_shown(run: Run) -> None:
    ended = run("webhook", "listen", "--secret-env", "whsec_0123456789")
    assert ended.code == ExitCode.AUTH
    assert "whsec_0123456789" not in ended.err


@pytest.fixture
def kept(tmp_path: Path) -> str:
    path = tmp_path / "body"
    path.write_bytes(BODY)
    return str(path)


def test_a_delivery_that_was_kept_is_checked(run: Run, kept: str) -> None:
    env = {"OLD": "whsec_old", "NEW": SECRET}
    secrets = ("--secret-env", "OLD", "--secret-env", "NEW", "--tolerance", "0")
    signed = ("webhook", "verify", "--signature", sign(BODY, SECRET), *secrets)
    ended = run(*signed, "-f", kept, env=env)
    assert (ended.code, ended.json) == (ExitCode.OK, {"a": 1})
    assert at(run(*signed, "-o", "json", stdin=BODY, env=env).json, "request_id") == "r" * 32


def test_a_delivery_that_is_not_right(run: Run, kept: str) -> None:
    env = {"BASETEN_WEBHOOK_SECRET": SECRET}
    forged = run("webhook", "verify", "--signature", "v1=00", "-f", kept, "--tolerance", "0", env=env)
    assert forged.code == ExitCode.VALIDATION
    old = run(
        "webhook",
        "verify",
        "--signature",
        sign(BODY, SECRET),
        "-f",
        kept,
        env=env,
    )
    assert old.code == ExitCode.VALIDATION
    assert "ago" in old.err
    assert run("webhook", "verify", "-f", kept, env=env).code == ExitCode.USAGE
