"""Standard streams that are closed, full, or left by their reader."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from baseten_sdk import ConfigurationError
from baseten_sdk._runs.display import display_of
from baseten_sdk._terminal import say
from baseten_sdk.batch.run.progress import subject_of

SHELL = pytest.mark.skipif(sys.platform != "linux", reason="needs a shell and /dev/full")

PUT = """
import sys
from baseten_sdk._streams import put, run_main
def main():
    code = put("one\\ntwo \\u2192")
    if "interrupted" in sys.argv:
        raise KeyboardInterrupt
    sys.stdout and sys.stdout.write("buffered" * ("more" in sys.argv))
    return code if "exits" not in sys.argv else sys.exit(7)
run_main(main)
"""

STRUCK = """
import io, sys
from baseten_sdk._streams import prepare_streams
def strike(frame, event, argument):
    if event == "c_return" and argument.__name__ == "write":
        sys.setprofile(None)
        raise KeyboardInterrupt
prepare_streams()
sys.setprofile(strike)
try:
    sys.stderr.write("one\\n")
except KeyboardInterrupt:
    sys.stderr.write("two\\n")
"""
STALLED = """
import os, signal, sys, threading
from baseten_sdk._streams import prepare_streams
source, target = os.pipe()
os.dup2(target, 2)
interrupted = threading.Semaphore(0)
signal.signal(signal.SIGALRM, lambda *_: interrupted.release())
signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
prepare_streams()
rows = "".join(f"{row}\\n" for row in range(100_000))
def read():
    for _ in range(5):
        interrupted.acquire()
    with open(source) as file:
        sys.stdout.write(str(file.read(len(rows)) == rows))
reader = threading.Thread(target=read)
reader.start()
sys.stderr.write(rows)
signal.setitimer(signal.ITIMER_REAL, 0)
reader.join()
signal.setitimer(signal.ITIMER_REAL, 0)
"""


def run(redirect: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-c", f'exec "$@" {redirect}', "bash", sys.executable, "-c", PUT, *arguments]
    environment = {**os.environ, "PYTHONPATH": "src", "PYTHONIOENCODING": "ascii:strict"}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr
    return ended


@SHELL
@pytest.mark.parametrize(
    ("redirect", "arguments", "code", "out", "err"),
    [
        ("", [], 0, "one\ntwo \\u2192\n", ""),
        ("", ["exits"], 7, "one\ntwo \\u2192\n", ""),
        ("", ["interrupted"], 130, "one\ntwo \\u2192\n", ""),
        (">/dev/full", [], 1, "", "Error: Cannot write to stdout: No space left on device.\none\ntwo \\u2192\n"),
        (">&-", [], 0, "", ""),
        ("2>&-", [], 0, "one\ntwo \\u2192\n", ""),
        (">/dev/full 2>&-", [], 1, "", ""),
        (">/dev/full 2>/dev/full", ["more"], 1, "", ""),
    ],
)
def test_what_is_written_arrives_or_is_an_exit_code(
    redirect: str, arguments: list[str], code: int, out: str, err: str
) -> None:
    ended = run(redirect, *arguments)
    assert (ended.returncode, ended.stdout, ended.stderr) == (code, out, err)


@SHELL
@pytest.mark.parametrize("arguments", [[], ["more"]])
def test_a_reader_that_has_left_is_the_exit_code_of_a_broken_pipe(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    environment = {**os.environ, "PYTHONPATH": "src"}
    command = [sys.executable, "-c", PUT, *arguments]
    ended = subprocess.run(command, env=environment, stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (141, b"")


def test_a_program_without_stderr_is_told_nothing_and_fails_at_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    say("anything")
    for how in ("auto", "log", "bar"):
        with display_of(how, subject_of("out.jsonl")) as shown:
            assert shown is None
    with pytest.raises(ConfigurationError):
        display_of("nonsense", subject_of("out.jsonl"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@SHELL
def test_a_batch_of_a_program_without_streams_runs_to_its_end(tmp_path: Path) -> None:
    program = """
from baseten_sdk import Client, batch, user
from baseten_sdk.emulator import Emulator
with Emulator() as emu, Client(api_key=emu.api_key, endpoints=emu.endpoints) as client:
    request = lambda row: batch.chat(model="org/m", messages=[user("Say hi")])
    assert client.batch.run([{"id": 1}, {"id": 2}], "out.jsonl", request=request).ok == 2
"""
    command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-c", program]
    environment = {**os.environ, "PYTHONPATH": os.path.abspath("src")}
    assert subprocess.run(command, env=environment, cwd=tmp_path, timeout=60, check=False).returncode == 0
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 2


@SHELL
@pytest.mark.parametrize("nonblocking", [False, True])
def test_a_ctrl_c_after_a_write_repeats_nothing(nonblocking: bool) -> None:
    source, target = os.pipe()
    os.set_blocking(target, not nonblocking)
    environment = {**os.environ, "PYTHONPATH": "src"}
    subprocess.run([sys.executable, "-c", STRUCK], env=environment, stderr=target, timeout=60, check=True)
    os.close(target)
    with open(source) as file:
        assert file.read() == "one\ntwo\n"


@SHELL
def test_signals_during_a_long_write_lose_nothing() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", STALLED],
        env={**os.environ, "PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ended.stdout == "True"
