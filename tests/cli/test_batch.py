"""`baseten-sdk batch`: files in, files out, and the course of a job on the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from baseten_sdk.cli.exit_codes import ExitCode
from baseten_sdk.emulator import Emulator
from tests.cli.running import Run, at

MODEL = "openai/gpt-oss-120b"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    path.write_text("id,city,note\n" + "".join(f"r{number},City {number},{{x}}\n" for number in range(12)))
    return path


@pytest.fixture
def sink(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


def read(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def sent(emu: Emulator) -> list[dict[str, object]]:
    bodies = [json.loads(request.body) for request in emu.requests]
    return sorted(bodies, key=lambda body: len(json.dumps(body)))


def test_a_prompt_is_filled_from_each_row(run: Run, emu: Emulator, source: Path, sink: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    ended = run(
        "batch", str(source), str(sink), "-m", MODEL, "--prompt", "Where is {city}? {{ }} {not this}",
        "-s", "Be brief.", "-p", "max_tokens=8", "--text", "--report", str(report), "-c", "4", "--progress", "none",
    )  # fmt: skip
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("12 ok, 0 failed; ")
    assert {line["key"] for line in read(sink)} == {f"r{number}" for number in range(12)}
    assert all(isinstance(line["output"], str) for line in read(sink))
    first = sent(emu)[0]
    assert first["max_tokens"] == 8
    assert first["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Where is City 0? { } {not this}"},
    ]
    assert json.loads(report.read_text())["ok"] == 12


def test_a_template_may_be_a_whole_request(run: Run, emu: Emulator, source: Path, sink: Path, tmp_path: Path) -> None:
    template, schema = tmp_path / "t.json", tmp_path / "s.json"
    template.write_text(
        '{"messages": [{"role": "user", "content": "{city}"}], "temperature": 0, "metadata": {"n": "{note}"}}'
    )
    schema.write_text('{"type": "object", "properties": {"a": {"type": "string"}}}')
    ended = run(
        "batch", str(source), str(sink), "-m", MODEL, "-t", str(template), "--schema", str(schema), "-o", "json"
    )
    assert ended.code == 0
    assert isinstance(ended.json, dict)
    assert ended.json["ok"] == 12
    first = sent(emu)[0]
    assert first["messages"] == [{"role": "user", "content": "City 0"}]
    assert (first["temperature"], first["metadata"]) == (0, {"n": "{x}"})
    shape = first["response_format"]
    assert isinstance(shape, dict)
    assert shape["type"] == "json_schema"


def test_deployments_predict_and_embed(run: Run, emu: Emulator, source: Path, sink: Path, tmp_path: Path) -> None:
    ended = run("batch", str(source), str(sink), "--predict", "--deployment", "abcd1234", "-e", "staging")
    assert ended.code == 0
    assert sent(emu)[0] == {"id": "r0", "city": "City 0", "note": "{x}"}
    assert emu.requests[0].path.endswith("/environments/staging/predict")
    other = tmp_path / "vectors.jsonl"
    ended = run("batch", str(source), str(other), "--embed", "--deployment", "abcd1234", "--prompt", "{city}")
    assert ended.code == 0
    assert len(read(other)) == 12


def test_without_a_model_the_source_is_an_openai_batch_file(run: Run, sink: Path, tmp_path: Path) -> None:
    source = tmp_path / "batch.jsonl"
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}]}
    source.write_text(json.dumps({"custom_id": "c1", "method": "POST", "url": "/v1/chat/completions", "body": body}))
    assert run("batch", str(source), str(sink)).code == 0
    (line,) = read(sink)
    assert (line["custom_id"], line["error"]) == ("c1", None)


def test_failures_are_an_exit_code_and_are_taken_up_again(run: Run, emu: Emulator, source: Path, sink: Path) -> None:
    command = ("batch", str(source), str(sink), "-m", MODEL, "--prompt", "{city}", "-c", "1")
    emu.faults.push(None, None, "status=422", "status=422")
    ended = run(*command)
    assert ended.code == 1
    assert ended.out.startswith("10 ok, 2 failed; ")
    assert len(read(sink.with_name("out.failed.jsonl"))) == 2
    assert ended.out.splitlines()[1:] == [
        "  2 x UnprocessableEntityError: 422: the input is not valid.",
        f"The failed rows are in {sink.with_name('out.failed.jsonl')}. --retry-failed runs them again.",
    ]
    ended = run(*command)
    assert ended.code == 1
    assert ended.out.startswith("0 ok, 2 failed (2 in earlier runs), 10 done before; ")
    assert ended.out.endswith("--retry-failed runs them again.\n")
    ended = run(*command, "--retry-failed")
    assert ended.code == 0
    assert ended.out.startswith("2 ok, 0 failed, 10 done before; ")
    assert not sink.with_name("out.failed.jsonl").exists()


def test_a_job_that_ends_early_says_why_and_how_to_go_on(run: Run, emu: Emulator, source: Path, sink: Path) -> None:
    command = ("batch", str(source), str(sink), "-m", MODEL, "--prompt", "{city}", "-c", "1")
    ended = run(*command, "--budget-tokens", "30")
    assert ended.code == 1
    assert "tokens of 30 are used" in ended.err
    assert "To resume:\n  " in ended.err
    assert "ok, 0 failed" in ended.out
    emu.faults.always("status=402")
    ended = run(*command)
    assert ended.code == 3
    assert "PaymentRequiredError: 402" in ended.err
    emu.faults.clear()
    assert run(*command).code == 0
    assert len(read(sink)) == 12


def test_a_missing_file_of_certificates_ends_a_batch_and_marks_no_row_as_failed(
    run: Run, emu: Emulator, source: Path, sink: Path, tmp_path: Path
) -> None:
    command = ("batch", str(source), str(sink), "-m", MODEL, "--prompt", "{city}")
    missing = str(tmp_path / "missing.pem")
    ended = run(*command, env={"BASETEN_EMULATOR": "https://127.0.0.1:9", "SSL_CERT_FILE": missing})
    assert ended.code == ExitCode.USAGE
    assert f"Error: SSL_CERT_FILE names {missing} as the trusted certificates" in ended.err
    assert not list(tmp_path.glob("*failed*"))
    assert run(*command).code == 0
    assert len(read(sink)) == 12


@pytest.mark.parametrize(
    "wrong",
    [
        ["--prompt", "x"],
        ["-m", MODEL, "--prompt", "x", "--template", "t"],
        ["-m", MODEL, "-e", "staging"],
        ["-m", MODEL, "-p", "max_tokens"],
        ["-m", MODEL, "-p", "max_tokens=x y"],
        ["-m", MODEL, "-c", "many"],
        ["-m", MODEL, "-c", "0"],
        ["--predict"],
        ["--predict", "--embed", "--deployment", "abcd1234"],
        ["--embed", "--deployment", "abcd1234"],
        ["-m", MODEL, "--prompt", "{city}", "--budget-tokens", "0"],
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(
    run: Run, emu: Emulator, source: Path, sink: Path, wrong: list[str]
) -> None:
    assert run("batch", str(source), str(sink), *wrong).code == 2
    assert list(emu.requests) == []
    assert not sink.exists()


def test_a_template_with_a_key_twice_is_refused(
    run: Run, emu: Emulator, source: Path, sink: Path, tmp_path: Path
) -> None:
    template = tmp_path / "t.json"
    template.write_text('{"messages": [{"role": "user", "content": "{city}", "role": "system"}]}')
    ended = run("batch", str(source), str(sink), "-m", MODEL, "-t", str(template))
    assert ended.code == 2
    said = " ".join(ended.err.replace("│", "").split())
    assert "The template cannot be used: it has the key 'role' 2 times." in said
    assert len(emu.requests) == 0


@pytest.mark.parametrize(
    "text",
    ['{"messages": [], }', '{"messages": {city}}', "{ {city} }", "{\n", '\ufeff{"messages": [}'],
)
def test_a_template_that_is_not_json_is_never_sent_as_a_prompt(
    run: Run, emu: Emulator, source: Path, sink: Path, tmp_path: Path, text: str
) -> None:
    template = tmp_path / "t.txt"
    template.write_text(text)
    ended = run("batch", str(source), str(sink), "-m", MODEL, "-t", str(template))
    assert ended.code == 2
    assert "The template is not JSON" in " ".join(ended.err.replace("│", "").split())
    assert list(emu.requests) == []


@pytest.mark.parametrize(
    ("name", "text", "prompt"),
    [
        ("t.txt", "{city}: where is it?", "City 0: where is it?"),
        ("t.txt", "{{ {city} }}", "{ City 0 }"),
        ("t.txt", "[1] {city}", "[1] City 0"),
        ("t.json", '"{city}"', "City 0"),
    ],
)
def test_a_prompt_may_begin_with_a_field(
    run: Run, emu: Emulator, source: Path, sink: Path, tmp_path: Path, name: str, text: str, prompt: str
) -> None:
    template = tmp_path / name
    template.write_text(text)
    assert run("batch", str(source), str(sink), "-m", MODEL, "-t", str(template)).code == 0
    assert sent(emu)[0]["messages"] == [{"role": "user", "content": prompt}]


def test_a_text_in_a_json_file_is_refused(run: Run, emu: Emulator, source: Path, sink: Path, tmp_path: Path) -> None:
    template = tmp_path / "t.json"
    template.write_text("Where is {city}?")
    assert run("batch", str(source), str(sink), "-m", MODEL, "-t", str(template)).code == 2
    assert list(emu.requests) == []


@pytest.mark.parametrize("where", [".", "none/report.json", "in.csv/report.json"])
def test_a_report_that_cannot_be_written_is_refused_before_the_first_row(
    run: Run, emu: Emulator, source: Path, sink: Path, where: str
) -> None:
    ended = run(
        "batch", str(source), str(sink), "-m", MODEL, "--prompt", "{city}", "--report", str(source.parent / where)
    )
    assert ended.code == 2
    assert "--report" in ended.err
    assert list(emu.requests) == []


def test_a_report_that_cannot_be_written_in_the_end_costs_nothing_else(
    run: Run, source: Path, sink: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("batch", str(source), str(sink), "-m", MODEL, "--prompt", "{city}", "--progress", "none")
    ended = run(*command, "--report", "/dev/full")
    assert ended.code == 1
    assert ended.out.startswith("12 ok, 0 failed; ")
    assert "The report /dev/full cannot be written: No space left on device." in ended.err


@pytest.mark.parametrize("where", ["/dev/stdout", "/dev/null", "/dev/fd/1", "/proc/self/fd/1", "pipe", "."])
def test_an_output_that_is_no_file_is_refused_before_the_first_row(
    run: Run, emu: Emulator, source: Path, where: str
) -> None:
    os.mkfifo(source.with_name("pipe"))
    before = sorted(Path("/dev").iterdir())
    ended = run("batch", str(source), str(source.parent / where), "-m", MODEL, "--prompt", "{city}")
    assert ended.code == 2
    assert "output must" in ended.err
    assert list(emu.requests) == []
    assert sorted(Path("/dev").iterdir()) == before


def test_dollars_are_told_where_they_are_asked_for(run: Run, source: Path, sink: Path) -> None:
    asked = ("batch", str(source), str(sink), "-m", MODEL, "--prompt", "{city}", "--progress", "none")
    ended = run(*asked, "--dollars", "-o", "json")
    assert ended.code == 0
    dollars, rate = (at(ended.json, name) for name in ("dollars", "cache_hit_rate"))
    assert isinstance(dollars, str)
    assert float(dollars) > 0
    assert rate == 0
    assert "$" not in run(*asked).out


def test_a_budget_of_dollars_stops_the_batch(run: Run, source: Path, sink: Path) -> None:
    asked = ("batch", str(source), str(sink), "-m", MODEL, "--prompt", "{city}", "--progress", "none", "-c", "1")
    ended = run(*asked, "--budget-dollars", "0.000000001")
    assert ended.code != 0
    assert "The batch reached its budget: $" in ended.err
    assert "; $" in ended.out


def test_a_report_may_be_a_page(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"text": "hello"}\n')
    page = tmp_path / "report.html"
    ended = run(
        "batch", str(source), str(tmp_path / "out.jsonl"), "-m", "a/b", "--prompt", "Say {text}", "--report", str(page)
    )
    assert ended.code == ExitCode.OK
    assert page.read_text().startswith("<!doctype html>")
    assert "<svg" in page.read_text()
