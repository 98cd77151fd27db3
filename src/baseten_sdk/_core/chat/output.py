"""Reads the requested object from a model's answer, or raises the error that says why there is none.

The text is first read as JSON. If the schema was not enforced, models wrap JSON in a Markdown fence or put their
reasoning before it. Then the JSON is searched for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from ..._characters import whole_escapes
from ..._kinds import type_name
from ..._validation import problems, validate_json
from ...errors import ContentFilterError, LengthLimitError, OutputError, OutputValidationError, RefusalError
from ...types.chat import ChatCompletion
from ...types.tool_calls import ParsedToolCall
from ..schema.partial import read_partial
from ..schema.schema import WRAPPED, Schema
from ..schema.toolbox import Toolbox

T = TypeVar("T")

FENCE = "```"

LANGUAGE = re.compile(r"[a-zA-Z0-9_-]*+[^\S\n]*+\n")
"""What may follow the backticks that open a fence."""

THOUGHT = re.compile(r"^.*?</think(?:ing)?>", re.DOTALL)

THINKING = re.compile(r"\s*<think(?:ing)?>")

BRACKET = re.compile(r"[{\[]")

BROKEN = re.compile(r"\{\s*\"|\[\s*[\[{]")
"""How JSON begins, and prose hardly ever. If such a text cannot be read, an object inside it is not the answer."""

BRACKETS = 64
"""The maximum number of opening brackets to try as the start of JSON."""

CUT = frozenset({"length", "content_filter"})
"""Finish reasons of an answer that was cut."""

CUT_BEFORE = "the answer was cut before they arrived"
"""The problem with arguments of which nothing arrived."""

_DECODER = json.JSONDecoder()


def read_output(schema: Schema[T], completion: ChatCompletion) -> T:
    """Read the object in the first choice.

    Raises:
        RefusalError: The model refused.
        ContentFilterError: A filter stopped it.
        LengthLimitError: It was cut at the token limit.
        OutputValidationError: It is not JSON or not of that type, or there is no text at all.
    """
    choice = completion.choices[0]
    text = choice.message.content or ""
    if choice.message.refusal:
        raise RefusalError(f"The model refused: {choice.message.refusal}", completion=completion)
    stopped = cut_short(completion)
    if stopped is not None:
        begun: T | None = read_partial(schema, text)
        stopped.partial = begun
        raise stopped
    if not text.strip():
        raise OutputValidationError(f"The model gave no text ({_why_empty(completion)}).", completion=completion)
    try:
        return read_text(schema, text)
    except ValidationError as error:
        problem = problems(error)
    partial: T | None = read_partial(schema, text)
    raise OutputValidationError(
        f"The answer is not a valid {type_name(schema.kind)}: {problem}.", completion=completion, partial=partial
    )


def read_answer(
    schema: Schema[T] | None, toolbox: Toolbox, completion: ChatCompletion
) -> tuple[tuple[T, ...], tuple[ParsedToolCall, ...]]:
    """Read the object in the first choice as a tuple of one, or an empty tuple if the choice makes calls instead.

    Without a schema there is no object, only text or calls.

    Raises:
        OutputError: As for `read_output`.
        ToolArgumentError: The arguments of a call do not validate.
    """
    if not completion.message.tool_calls:
        return () if schema is None else (read_output(schema, completion),), ()
    stopped = cut_short(completion)
    if stopped is not None:
        raise stopped
    return (), toolbox.read_all(completion)


def cut_short(completion: ChatCompletion) -> OutputError | None:
    """Return the error for an answer that ended before the model was done."""
    match completion.choices[0].finish_reason:
        case "length":
            return LengthLimitError("The answer was cut at the token limit.", completion=completion)
        case "content_filter":
            return ContentFilterError("The answer was stopped by a content filter.", completion=completion)
        case _:
            return None


def read_text(schema: Schema[T], text: str) -> T:
    """Read the object in a text.

    Raises:
        ValidationError: It contains none.
    """
    try:
        return _validated(schema, text)
    except ValidationError as error:
        first = error
    whole = whole_escapes(text)
    if whole != text:
        return read_text(schema, whole)
    for candidate in _candidates(text):
        try:
            return _validated(schema, candidate)
        except ValidationError:
            continue
    raise first


def _validated(schema: Schema[T], text: str) -> T:
    if not schema.wrapped:
        return validate_json(schema.adapter, text)
    try:
        value: object = from_json(text)
    except ValueError:
        return validate_json(schema.adapter, text)
    if isinstance(value, dict) and value.keys() == {WRAPPED}:
        return validate_json(schema.adapter, to_json(value[WRAPPED], inf_nan_mode="constants"))
    return validate_json(schema.adapter, text)


def _candidates(text: str) -> Iterator[str]:
    """Yield other places of the JSON in a text: after the reasoning, inside a fence, or between other words."""
    answer = THOUGHT.sub("", text, count=1)
    if answer != text:
        yield answer
    elif THINKING.match(text):
        return
    yield from _fenced(answer)
    position = 0
    for _ in range(BRACKETS):
        found = BRACKET.search(answer, position)
        if found is None:
            return
        try:
            _, end = _DECODER.raw_decode(answer, found.start())
        except (ValueError, RecursionError):
            if BROKEN.match(answer, found.start()):
                return
            position = found.start() + 1
            continue
        yield answer[found.start() : end]
        position = end


def _fenced(text: str) -> Iterator[str]:
    """Yield the content of the fences in a text. An unclosed fence is ignored."""
    position = text.find(FENCE)
    while position >= 0:
        opening = LANGUAGE.match(text, position + len(FENCE))
        if opening is None:
            position = text.find(FENCE, position + 1)
            continue
        end = text.find(FENCE, opening.end())
        if end < 0:
            return
        yield text[opening.end() : end]
        position = text.find(FENCE, end + len(FENCE))


def _why_empty(completion: ChatCompletion) -> str:
    choice = completion.choices[0]
    if choice.message.tool_calls:
        return "it called tools instead"
    return f"finish_reason {choice.finish_reason}"
