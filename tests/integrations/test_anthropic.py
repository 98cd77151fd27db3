"""The anthropic package against the emulator, and programs written for it, run by it and by this package."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from anthropic import Anthropic, APIStatusError, beta_tool

from baseten_sdk import Client, StreamInterrupted
from baseten_sdk.emulator import Emulator
from tests.integrations.test_migration import output_of

PROGRAMS = sorted((Path(__file__).resolve().parent.parent / "migration" / "anthropic").glob("*.py"))

NAMES = {
    "Anthropic": "Client",
    "AsyncAnthropic": "AsyncClient",
    "anthropic": "baseten_sdk",
    "anthropic.types": "baseten_sdk.types.anthropic",
}
"""Everything that is changed: two classes, and the modules that they and the types come from."""

MODEL = "zai-org/GLM-5.3"


def migrated(source: str) -> str:
    """The program after the migration."""
    return re.sub(r"\b(anthropic\.types|\w*[aA]nthropic)\b", lambda name: NAMES[name[1]], source)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_says_the_same_after_its_migration(
    program: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", emulator.api_key)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", emulator.url)
    monkeypatch.setenv("BASETEN_API_KEY", emulator.api_key)
    monkeypatch.setenv("BASETEN_BASE_URL", emulator.base_url)
    after = tmp_path / program.name
    after.write_text(migrated(program.read_text(encoding="utf-8")), encoding="utf-8")
    said: list[str] = []
    for path in (program, after):
        emulator.faults.clear()
        said.append(output_of(path))
    assert said[0].strip()
    assert said[1] == said[0]


def test_a_migration_changes_imports_and_clients_only() -> None:
    before = ["import anthropic", "from anthropic.types import Message", "client = AsyncAnthropic()"]
    after = ["import baseten_sdk", "from baseten_sdk.types.anthropic import Message", "client = AsyncClient()"]
    assert migrated("\n".join(before)) == "\n".join(after)


def asked(emulator: Emulator, spec: str) -> str:
    """What the anthropic package makes of a stream."""
    with Anthropic(
        auth_token=emulator.api_key, base_url=emulator.url, max_retries=0, default_headers={"x-emulator": spec}
    ) as client:
        question = "Say hello to the whole wide world"
        with client.messages.stream(
            model=MODEL, max_tokens=64, messages=[{"role": "user", "content": question}]
        ) as stream:
            return stream.get_final_text()


def test_the_package_reads_what_the_emulator_streams(emulator: Emulator) -> None:
    assert asked(emulator, "comments") == "hello to the whole wide world"


def test_the_package_takes_a_clean_cut_for_success_and_this_one_does_not(emulator: Emulator) -> None:
    assert "hello to the whole wide world".startswith(asked(emulator, "end=6"))
    with Client(api_key=emulator.api_key, base_url=emulator.base_url) as client:
        stream = client.messages.stream(
            model=MODEL,
            max_tokens=64,
            messages=[{"role": "user", "content": "Say hello to the whole wide world"}],
            extra_headers={"x-emulator": "end=6"},
        )
        with pytest.raises(StreamInterrupted), stream:
            stream.until_done()


def test_the_package_reads_the_errors_of_the_emulator(emulator: Emulator) -> None:
    with pytest.raises(APIStatusError) as caught:
        asked(emulator, "529")
    assert caught.value.status_code == 529


def test_the_tool_runner_of_the_package_sends_the_whole_conversation(emulator: Emulator) -> None:
    def get_weather(city: str) -> str:
        """Get the weather."""
        return f"sunny in {city}"

    emulator.requests.clear()
    with Anthropic(auth_token=emulator.api_key, base_url=emulator.url, max_retries=0) as client:
        runner = client.beta.messages.tool_runner(
            model=MODEL,
            max_tokens=64,
            tools=[beta_tool(get_weather)],
            messages=[{"role": "user", "content": "Please get_weather in Paris"}],
        )
        said = runner.until_done()
    assert "sunny in Paris" in str(said.content)
    roles = [turn["role"] for turn in json.loads(emulator.requests[-1].body)["messages"]]
    assert roles == ["user", "assistant", "user"]
