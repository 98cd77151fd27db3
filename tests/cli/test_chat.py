"""`baseten-sdk chat`, one-shot and at a terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import pytest
from pydantic import TypeAdapter

from baseten_sdk.cli.exit_codes import ExitCode
from baseten_sdk.emulator import Emulator
from baseten_sdk.emulator.queue.records import RecordedRequest
from tests.cli.running import Run, Start, at

MODEL = ("-m", "emulator/text-hello")
REASON = ("-m", "emulator/reason")


def test_one_question_one_answer(run: Run, emu: Emulator) -> None:
    ended = run("chat", *MODEL, "Who", "are you?", "--system", "Be brief.")
    assert (ended.code, ended.out, ended.err) == (ExitCode.OK, "hello\n", "")
    assert emu.requests[0].json == {
        "model": "emulator/text-hello",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Who are you?"}],
        "stream": True,
    }


def test_stdin_may_be_the_question_or_a_part_of_it(run: Run, emu: Emulator) -> None:
    assert run("chat", *MODEL, stdin="What is this?\n").out == "hello\n"
    assert run("chat", *MODEL, "Summarise:", "-", stdin="a text\n").out == "hello\n"
    contents = [at(request.json, "messages", 0, "content") for request in emu.requests]
    assert contents == ["What is this?", "Summarise:\na text"]


def test_reasoning_is_apart_from_the_answer(run: Run) -> None:
    apart = run("chat", *REASON, "Say hello", "--reasoning")
    assert apart.out == "hello\n"
    assert apart.err.startswith("The user writes")
    assert run("chat", *REASON, "Say hello").err == ""
    assert run("chat", *REASON, "Say hello", "--no-reasoning").err == ""


def test_json_is_the_completion(run: Run) -> None:
    completion = run("chat", *REASON, "Say hello", "-o", "json").json
    assert at(completion, "object") == "chat.completion"
    assert at(completion, "choices", 0, "message", "content") == "hello"
    assert str(at(completion, "choices", 0, "message", "reasoning_content")).startswith("The user")


def test_jsonl_is_the_pieces_and_then_the_completion(run: Run) -> None:
    rows = run("chat", *REASON, "Say hello", "-o", "jsonl").lines
    assert {at(row, "type") for row in rows} == {"reasoning", "text", "finished"}
    assert "".join(str(at(row, "text")) for row in rows if at(row, "type") == "text") == "hello"
    assert at(rows, -1, "completion", "choices", 0, "message", "content") == "hello"


def test_parameters_of_the_model(run: Run, emu: Emulator) -> None:
    ended = run(
        "chat", *MODEL, "x", "--max-tokens", "5", "--temperature", "0.5", "--reasoning-effort", "low", "-p", "seed=7"
    )
    assert ended.code == ExitCode.OK
    sent = [at(emu.requests[0].json, name) for name in ("max_tokens", "temperature", "reasoning_effort", "seed")]
    assert sent == [5, 0.5, "low", 7]
    assert run("chat", *MODEL, "x", "-p", "seed").code == ExitCode.USAGE
    assert run("chat", *MODEL, "x", "-p", "seed=x").code == ExitCode.USAGE


def test_an_answer_that_was_cut_says_so(run: Run) -> None:
    assert "--max-tokens" in run("chat", "-m", "emulator/chat", "Tell me much", "--max-tokens", "3").err


def test_tool_calls_are_shown(run: Run) -> None:
    tool = '[{"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}}}]'
    asked = ("chat", "-m", "emulator/tool-call", "call look_up", "-p", f"tools={tool}")
    assert "look_up({" in run(*asked).err
    assert {"tool_call", "finished"} <= {at(row, "type") for row in run(*asked, "-o", "jsonl").lines}


def test_the_engine_inside_a_deployment(run: Run, emu: Emulator) -> None:
    assert run("chat", "-m", "abcd1234", "x").code == ExitCode.OK
    assert run("chat", "--deployment", "wxyz1234", "-e", "staging", "-m", "served", "x").code == ExitCode.OK
    assert [request.path for request in emu.requests] == [
        "/model/abcd1234/environments/production/sync/v1/chat/completions",
        "/model/wxyz1234/environments/staging/sync/v1/chat/completions",
    ]
    assert run("chat", "-m", "x/y", "-e", "staging", "x").code == ExitCode.USAGE


def test_a_model_and_a_question_are_needed(run: Run) -> None:
    assert "BASETEN_MODEL" in run("chat", "x").err
    assert run("chat", "x").code == ExitCode.USAGE
    assert run("chat", "x", env={"BASETEN_MODEL": "emulator/text-hello"}).out == "hello\n"
    assert run("chat", *MODEL, stdin=" \n").code == ExitCode.USAGE


def test_what_had_arrived_of_a_cut_stream_is_shown(run: Run) -> None:
    cut = ("chat", "-m", "emulator/cut-20", "Tell me a lot, please")
    text = run(*cut)
    assert text.code == ExitCode.SERVER
    assert text.out
    ended = run(*cut, "-o", "json")
    assert (ended.code, ended.out) == (ExitCode.SERVER, "")
    assert at(ended.error, "type") == "StreamInterrupted"
    assert at(ended.error, "partial", "choices", 0, "message", "content") == text.out


def test_an_answer_is_shown_while_it_is_made(start: Start) -> None:
    with start("chat", "-m", "emulator/stall-8", "Tell me a lot, please") as process:
        assert process.stdout is not None
        assert process.stdout.read(1)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == ExitCode.INTERRUPTED


def messages(request: RecordedRequest) -> list[dict[str, str]]:
    """The conversation that was sent."""
    return TypeAdapter(list[dict[str, str]]).validate_python(at(request.json, "messages"))


class Terminal:
    """A conversation at a terminal: the other end of it."""

    def __init__(self, end: int, process: subprocess.Popen[bytes]) -> None:
        self._end = end
        self._seen = ""
        self.process = process

    def ask(self, question: str, answer: str = "") -> str:
        """Type a line: what is shown after it, up to an answer and with it."""
        os.write(self._end, f"{question}\n".encode())
        self.until(f"{question}\r\n")
        return self.until(answer) if answer else ""

    def until(self, text: str) -> str:
        """What is shown up to a text and with it."""
        while text not in self._seen:
            readable, _, _ = select.select([self._end], [], [], 20)
            assert readable, f"{text!r} did not come after {self._seen!r}"
            self._seen += os.read(self._end, 4096).decode()
        before, found, self._seen = self._seen.partition(text)
        return before + found


@contextmanager
def terminal(
    environment: dict[str, str], *arguments: str, program: Sequence[str] = ("-m", "baseten_sdk")
) -> Generator[Terminal]:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, *program, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment, "PYTHONPATH": "src", "TERM": "dumb"},
        start_new_session=True,
    )
    os.close(theirs)
    with process:
        try:
            yield Terminal(ours, process)
        finally:
            process.kill()
            os.close(ours)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_conversation_at_a_terminal(environment: dict[str, str], emu: Emulator) -> None:
    with terminal(environment, "chat", "-m", "emulator/chat", "-s", "Be kind.") as person:
        person.until("> ")
        person.ask("Say first", "first\r\n> ")
        person.ask("Say second", "second\r\n> ")
        emu.faults.push("status=400")
        person.ask("Say third", "Error: 400")
        person.until("> ")
        emu.faults.push("stall=4")
        person.ask("Say one two three four five six", "one")
        person.process.send_signal(signal.SIGINT)
        person.until("[stopped]\r\n> ")
        person.ask("/clear", "> ")
        person.ask("Say fourth", "fourth\r\n> ")
        person.ask("/exit")
        assert person.process.wait(60) == ExitCode.OK
    said = [[message["content"] for message in messages(request)] for request in emu.requests]
    assert said == [
        ["Be kind.", "Say first"],
        ["Be kind.", "Say first", "first", "Say second"],
        ["Be kind.", "Say first", "first", "Say second", "second", "Say third"],
        ["Be kind.", "Say first", "first", "Say second", "second", "Say one two three four five six"],
        ["Be kind.", "Say fourth"],
    ]
    assert len({request.headers["x-session-affinity"] for request in emu.requests}) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_ctrl_c_at_the_prompt_ends_the_conversation(environment: dict[str, str]) -> None:
    with terminal(environment, "chat", "-m", "emulator/reason") as person:
        person.until("> ")
        assert "The user writes" in person.ask("Say hello", "hello\r\n> ")
        person.process.send_signal(signal.SIGINT)
        assert person.process.wait(60) == ExitCode.INTERRUPTED


INTERRUPTED_AFTER_THE_PROMPT = """
import ctypes, readline, signal
from functools import partial
from baseten_sdk.cli.app import run

# The hook runs when the prompt is on the screen and nobody waits for a key yet. It is a function of C, so Python does
# not look for signals after it.
readline.set_pre_input_hook(partial(getattr(ctypes.PyDLL(None), "raise"), signal.SIGINT))
run()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_ctrl_c_before_the_prompt_waits_for_a_key_ends_the_conversation(environment: dict[str, str]) -> None:
    pytest.importorskip("readline")
    program = ("-c", INTERRUPTED_AFTER_THE_PROMPT)
    with terminal(environment, "chat", "-m", "emulator/reason", program=program) as person:
        assert person.process.wait(60) == ExitCode.INTERRUPTED


def test_the_responses_api_answers_as_the_chat_does(run: Run, emu: Emulator) -> None:
    ended = run("chat", *MODEL, "Who are you?", "--system", "Be brief.", "--api", "responses", "--max-tokens", "9")
    assert (ended.code, ended.out, ended.err) == (ExitCode.OK, "hello\n", "")
    assert emu.requests[0].path == "/v1/responses"
    assert emu.requests[0].json == {
        "model": "emulator/text-hello",
        "input": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Who are you?"}],
        "max_output_tokens": 9,
        "stream": True,
    }
    apart = run("chat", *REASON, "Say hello", "--reasoning", "--api", "responses", "--reasoning-effort", "low")
    assert (apart.out, apart.err[:15]) == ("hello\n", "The user writes")


def test_json_of_the_responses_api_is_the_response(run: Run) -> None:
    response = run("chat", *REASON, "Say hello", "-o", "json", "--api", "responses").json
    assert (at(response, "object"), at(response, "status")) == ("response", "completed")
    assert at(response, "output", 1, "content", 0, "text") == "hello"
    rows = run("chat", *REASON, "Say hello", "-o", "jsonl", "--api", "responses").lines
    assert {at(row, "type") for row in rows} == {"reasoning", "text", "finished"}
    assert at(rows[-1], "response", "object") == "response"


def test_calls_refusals_and_cuts_of_the_responses_api_are_told(run: Run) -> None:
    tool = '[{"type": "function", "name": "get_weather", "parameters": {"properties": {"city": {"type": "string"}}}}]'
    called = run("chat", "-m", "a/b", "The weather in Paris?", "--api", "responses", "-p", f"tools={tool}")
    assert '[calls get_weather({"city": "Paris"})]' in called.err
    assert run("chat", "-m", "emulator/refusal", "Hi", "--api", "responses").out == "I cannot help with that.\n"
    cut = run("chat", "-m", "a/b", "Say one two three", "--api", "responses", "--max-tokens", "2")
    assert cut.out == "one two\n"
    assert "raise --max-tokens" in cut.err
    assert run("chat", "-m", "emulator/cut-6", "Say hello", "--api", "responses").code != ExitCode.OK


def test_messages_answer_as_the_chat_does(run: Run, emu: Emulator) -> None:
    ended = run("chat", *MODEL, "Who are you?", "--system", "Be brief.", "--api", "messages")
    assert (ended.code, ended.out) == (ExitCode.OK, run("chat", *MODEL, "Who are you?", "--system", "Be brief.").out)
    assert emu.requests[0].path == "/v1/messages"
    sent = emu.requests[0].json
    assert isinstance(sent, dict)
    assert (sent["system"], sent["max_tokens"], "temperature" in sent) == ("Be brief.", 4096, False)
    apart = run("chat", *MODEL, "Say hello", "--reasoning", "--api", "messages", "--reasoning-effort", "low")
    assert apart.out == "hello\n"
    assert apart.err.strip()


def test_json_calls_and_cuts_of_messages_are_told(run: Run) -> None:
    message = run("chat", *MODEL, "Say hello", "-o", "json", "--api", "messages").json
    assert isinstance(message, dict)
    assert (message["type"], message["stop_reason"]) == ("message", "end_turn")
    tool = '[{"name": "get_weather", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}]'
    called = run("chat", "-m", "a/b", "The weather in Paris?", "--api", "messages", "-p", f"tools={tool}")
    assert "[calls get_weather(" in called.err
    cut = run("chat", "-m", "a/b", "Say one two three", "--api", "messages", "--max-tokens", "2")
    assert "cut at the token limit" in cut.err
    assert run("chat", "-m", "emulator/no-done", "Say hello", "--api", "messages").code != ExitCode.OK


@pytest.mark.parametrize("api", ["chat", "messages", "responses"])
def test_what_an_answer_costs_is_told_where_it_is_asked_for(run: Run, api: str) -> None:
    ended = run("chat", "-m", "openai/gpt-oss-120b", "Say hello", "--api", api, "--dollars")
    assert ended.out == "hello\n"
    assert re.search(r"\[\$0\.0000\d+(, 0% of the prompt from the cache)?\]", ended.err)
    unknown = run("chat", "-m", "acme/new", "Say hello", "--api", api, "--dollars")
    assert "[cost not known" in unknown.err
    assert "cost" not in run("chat", "-m", "openai/gpt-oss-120b", "Say hello", "--api", api).err
