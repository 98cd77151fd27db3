"""`baseten-sdk batch --processes`: one job in several processes, one output in the end."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from baseten_sdk import Limits
from baseten_sdk._core.policy.lease_book import LeaseBook
from baseten_sdk.batch import Ok, Report, merge_reports
from baseten_sdk.batch.calls.usage import Tokens
from baseten_sdk.batch.results.line_file import LineFile
from baseten_sdk.batch.rows.shard import Shard
from baseten_sdk.batch.run.tally import Tally
from baseten_sdk.cli.processes import REPORT, Division, sharing
from baseten_sdk.emulator import Emulator
from baseten_sdk.errors import ConfigurationError
from baseten_sdk.limit_stores import FileLimitStore
from tests.cli.running import KEY, Run

ROWS = 300


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text(
        "".join(json.dumps({"id": f"r{number}", "text": f"word {number}"}) + "\n" for number in range(ROWS))
    )
    return path


def command(source: Path, *more: str) -> list[str]:
    sink = source.with_name("out.jsonl")
    asked = ["batch", str(source), str(sink), "-m", "org/m", "--prompt", "Say {text}", "--text"]
    return [sys.executable, "-m", "baseten_sdk", *asked, "--processes", "2", *more]


def answers(path: Path) -> list[tuple[str, str]]:
    lines = map(json.loads, path.read_text().splitlines())
    return sorted((line["key"], line["output"]) for line in lines)


def written(source: Path) -> int:
    """How many rows the processes have written so far."""
    return sum(path.read_text().count('"output"') for path in source.parent.glob("out.part-*-of-2.jsonl"))


ALL = sorted((f"r{number}", f"word {number}") for number in range(ROWS))


def test_two_processes_write_one_output_also_after_they_were_killed(
    source: Path, emu: Emulator, environment: dict[str, str]
) -> None:
    emu.faults.push(None, times=60)
    emu.faults.push("hang", times=8)
    killed = subprocess.Popen(
        command(source, "--concurrency", "8"), env=environment, start_new_session=True, stderr=subprocess.DEVNULL
    )
    end = time.monotonic() + 60
    while written(source) < 60 or len(emu.requests) < 68:
        assert time.monotonic() < end
        time.sleep(0.005)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert source.with_name("out.jsonl").read_bytes() == b""

    emu.faults.clear()
    done = subprocess.run(command(source), env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "failed rows are in" not in done.stdout
    assert answers(source.with_name("out.jsonl")) == ALL
    names = sorted(path.name for path in source.parent.iterdir())
    assert names == ["in.jsonl", "out.jsonl", "out.jsonl.manifest.json"]
    assert len(emu.requests) == 8 + ROWS


def test_a_key_that_is_there_twice_is_run_once_whichever_process_has_it(
    source: Path, emu: Emulator, environment: dict[str, str]
) -> None:
    with source.open("a") as file:
        file.write(json.dumps({"id": "r0", "text": "word 1"}) + "\n")
        file.write(json.dumps({"id": "r0", "text": "word 2"}) + "\n")
    report = source.with_name("report.json")
    for counts in ((ROWS, 2, 0, 0), (0, 2, ROWS, 2)):
        done = subprocess.run(
            command(source, "--report", str(report)), env=environment, capture_output=True, text=True, check=False
        )
        told = json.loads(report.read_text())
        assert (told["ok"], told["failed"], told["done_before"], told["failed_before"]) == counts, done.stderr
        assert done.returncode == (1 if counts[1] else 0)
        assert answers(source.with_name("out.jsonl")) == ALL
        assert len(emu.requests) == ROWS
        failed = [json.loads(line) for line in source.with_name("out.failed.jsonl").read_text().splitlines()]
        assert sorted(each["line"] for each in failed) == [ROWS + 1, ROWS + 2]
        assert {each["error"]["type"] for each in failed} == {"DuplicateKeyError"}


def test_each_process_gets_the_key_that_came_over_stdin(
    source: Path, emu: Emulator, environment: dict[str, str]
) -> None:
    environment = {name: value for name, value in environment.items() if name != "BASETEN_API_KEY"}
    started = command(source, "--api-key-file", "-")
    done = subprocess.run(started, env=environment, input=f"{KEY}\n", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert answers(source.with_name("out.jsonl")) == ALL


def test_each_process_gets_a_key_that_can_be_read_once(
    source: Path, emu: Emulator, environment: dict[str, str]
) -> None:
    environment = {name: value for name, value in environment.items() if name != "BASETEN_API_KEY"}
    pipe = source.with_name("key")
    os.mkfifo(pipe)
    with subprocess.Popen(
        command(source, "--api-key-file", str(pipe)), env=environment, stderr=subprocess.PIPE, text=True
    ) as started:
        pipe.write_text(f"{KEY}\n")
        _, said = started.communicate()
    assert started.returncode == 0, said
    assert answers(source.with_name("out.jsonl")) == ALL


def test_a_missing_key_is_said_once_and_nothing_starts(run: Run, source: Path) -> None:
    for more in ((), ("--api-key-file", "-")):
        ended = run(*command(source, *more)[3:], stdin="", env={"BASETEN_API_KEY": None})
        assert ended.code == 3
        assert ended.err.count("API key") == 1
        assert not ended.out


def test_a_missing_file_of_certificates_ends_each_process_and_marks_no_row_as_failed(
    source: Path, emu: Emulator, environment: dict[str, str]
) -> None:
    missing = {"BASETEN_EMULATOR": "https://127.0.0.1:9", "SSL_CERT_FILE": str(source.with_name("missing.pem"))}
    ended = subprocess.run(command(source), env=environment | missing, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "Error: SSL_CERT_FILE names " in ended.stderr
    assert not list(source.parent.glob("*failed*"))
    assert subprocess.run(command(source), env=environment, capture_output=True, check=False).returncode == 0
    assert answers(source.with_name("out.jsonl")) == ALL


def test_arguments_may_stand_behind_the_end_of_options(
    source: Path, emu: Emulator, environment: dict[str, str]
) -> None:
    source.rename(source.with_name("-in.jsonl"))
    program, asked = command(source)[:4], ["-m", "org/m", "--prompt", "Say {text}", "--text", "--processes", "2"]
    limits = ["--requests-per-minute", "60000"]
    done = subprocess.run(
        [*program, *asked, *limits, "--", "-in.jsonl", "-out.jsonl"],
        env={**environment, "PYTHONPATH": os.path.abspath("src")},
        cwd=source.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert answers(source.with_name("-out.jsonl")) == ALL


@pytest.mark.parametrize("option", ["SOURCE", "--template", "--schema", "--pool"])
def test_what_can_be_read_once_cannot_be_shared(run: Run, source: Path, emu: Emulator, option: str) -> None:
    pipe = source.with_name("pipe")
    os.mkfifo(pipe)
    for once in ("-", str(pipe), str(source.with_name("missing"))):
        given = once if option == "SOURCE" else str(source)
        more = () if option == "SOURCE" else (option, once)
        asked = ["batch", given, str(source.with_name("out.jsonl")), "-m", "org/m", "--format", "jsonl"]
        ended = run(*asked, *more, "--processes", "2", stdin=source.read_text())
        assert ended.code == 2
        assert f"{option} must be a file" in " ".join(ended.err.replace("│", "").split())
    assert list(emu.requests) == []


@pytest.mark.parametrize("name", ["in.jsonl", "out.csv", "in.failed.jsonl"])
def test_an_output_that_cannot_be_is_refused_before_a_process_starts(run: Run, source: Path, name: str) -> None:
    """`in.failed.jsonl` is the source here, and the output would keep its failures there."""
    source.write_bytes(source.read_bytes().rstrip())
    before = source.read_bytes()
    asked = ["-m", "org/m", "--prompt", "Say {text}", "--processes", "2"]
    if name == "in.failed.jsonl":
        source = source.rename(source.with_name(name))
        ended = run("batch", str(source), str(source.with_name("in.jsonl")), *asked)
    else:
        ended = run("batch", str(source), str(source.with_name(name)), *asked)
    assert ended.code == 2
    assert source.read_bytes() == before
    assert list(source.parent.iterdir()) == [source]


def test_an_output_that_somebody_writes_to_is_locked_for_several_processes_too(
    run: Run, source: Path, emu: Emulator
) -> None:
    file = LineFile(source.with_name("out.jsonl"))
    ended = run(*command(source)[3:])
    file.close()
    assert ended.code == 2
    assert "is being written by another process" in ended.err
    assert list(emu.requests) == []


def test_one_process_runs_a_part(run: Run, source: Path, emu: Emulator) -> None:
    sink = source.with_name("out.jsonl")
    asked = ["batch", str(source), str(sink), "-m", "org/m", "--prompt", "Say {text}", "--progress", "none"]
    assert run(*asked, "--shard", "2/100").code == 0
    assert len(sink.read_text().splitlines()) == ROWS // 100
    assert run(*asked, "--shard", "2/100", "--processes", "2").code == 2
    assert run(*asked, "--shard", "200/100").code != 0


def test_rows_in_flight_are_divided() -> None:
    told = Division(4, 64).options(Shard(2, 4), Path("out.jsonl"), Path("report.json"))
    pairs = dict(zip(told[::2], told[1::2], strict=True))
    assert (pairs["--shard"], pairs["--concurrency"]) == ("2/4", "16")
    assert "--concurrency" not in Division(4).options(Shard(2, 4), Path("out.jsonl"), Path("report.json"))


def test_limits_are_shared_by_a_file_for_them_alone() -> None:
    with sharing(Limits(requests_per_minute=60)) as options:
        assert options[0] == "--shared-limits"
        folder = Path(options[1]).parent
        assert folder.is_dir()
    assert not folder.exists()
    for limits in (Limits(), Limits(requests_per_minute=60, shared="limits.db")):
        with sharing(limits) as options:
            assert options == []


def test_what_all_processes_sent_counts_in_the_store_that_they_were_given(
    source: Path, emu: Emulator, environment: dict[str, str]
) -> None:
    store = FileLimitStore(source.with_name("limits.db"))
    more = ("--requests-per-minute", "100000", "--shared-limits", store.path)
    done = subprocess.run(command(source, *more), env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert answers(source.with_name("out.jsonl")) == ALL
    used = store.change(lambda state, now: (state or b"", LeaseBook.read(state, now).in_use()[0]))
    assert re.fullmatch(r"<[1-9]\d* of 100000 a minute>", used)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--shared-limits", "limits.db"], "--shared-limits needs --requests-per-minute or"),
        (
            ["--shared-limits", "redis://:hush@h/0", "--tokens-per-minute", "9"],
            "Set BASETEN_REDIS_PASSWORD instead",
        ),
        (["--shared-limits", "http://h/0", "--tokens-per-minute", "9"], "takes a path or a redis:// URL"),
    ],
)
def test_what_cannot_be_shared_is_refused_before_a_row_is_run(
    run: Run, source: Path, emu: Emulator, more: list[str], told: str
) -> None:
    for processes in ("1", "2"):
        ended = run(*command(source)[3:], *more, "--processes", processes)
        assert ended.code == 2
        assert told in " ".join(ended.err.replace("│", " ").split())
        assert "hush" not in ended.err + ended.out
    assert list(emu.requests) == []


def test_a_file_of_somebody_else_ends_the_batch_with_its_name(run: Run, source: Path, emu: Emulator) -> None:
    letter = source.with_name("letter.txt")
    letter.write_text("To the editor: " * 100)
    one = [each for each in command(source)[3:] if each not in ("--processes", "2")]
    ended = run(*one, "--requests-per-minute", "60", "--shared-limits", str(letter), "--progress", "none")
    assert ended.code != 0
    assert "letter.txt" in ended.err
    assert letter.read_text().startswith("To the editor")
    assert list(emu.requests) == []


def test_reports_become_one() -> None:
    one = Report(ok=3, failed=1, done_before=5, failed_before=6, retries=2, input_tokens=10, concurrency=12)
    other = Report(ok=4, output_tokens=5, cached_tokens=7, concurrency=30, stopped="because")
    assert merge_reports([one, other]) == Report(
        ok=7,
        failed=1,
        done_before=5,
        failed_before=6,
        retries=2,
        input_tokens=10,
        output_tokens=5,
        cached_tokens=7,
        concurrency=42,
        stopped="because",
    )
    assert merge_reports([Report()]) == Report()


@given(st.lists(st.lists(st.floats(0.0001, 10_000), max_size=50), min_size=1, max_size=4))
def test_percentiles_are_those_of_all_rows_together(parts: list[list[float]]) -> None:
    def report_of(times: list[float]) -> Report:
        tally = Tally()
        for seconds in times:
            tally.result(Ok("a", 1, "x", 1, 1, seconds), Tokens())
        report = tally.report(done_before=0, failed_before=0, stopped=None)
        return replace(REPORT.validate_json(report.to_json()), seconds=0)

    assert merge_reports([report_of(times) for times in parts]) == report_of(
        [each for times in parts for each in times]
    )


def test_budgets_are_divided_so_that_all_together_stay_within_them() -> None:
    division = Division(4, budget_tokens=1002, budget_failures=7)
    told = division.options(Shard(2, 4), Path("out.jsonl"), Path("report.json"))
    assert told[-4:] == ["--budget-tokens", "250", "--budget-failures", "1"]
    without = Division(4, budget_failures=0).options(Shard(2, 4), Path("out.jsonl"), Path("report.json"))
    assert without[-2:] == ["--budget-failures", "0"]


@pytest.mark.parametrize(
    ("less", "option"),
    [
        ({"concurrency": 3}, "--concurrency 3"),
        ({"budget_tokens": 1}, "--budget-tokens 1"),
    ],
)
def test_what_is_less_than_the_processes_is_not_shared(less: dict[str, int], option: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{option} cannot be shared by 4 processes"):
        Division(4, **less)
