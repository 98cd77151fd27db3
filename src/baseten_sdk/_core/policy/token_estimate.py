"""Estimates the tokens of a request before it is sent, and reads the real use from the end of its reply.

Both use patterns on bytes, so that a body is not decoded twice. JSON escapes a quote inside a text. So a pattern that
begins with an unescaped quote finds only names of fields.

An estimate is an upper bound: the largest recent use of the same model for a prompt of about that size, and never more
than `max_tokens`. The first estimates are generous. The client gives back the excess when the call ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..request.request import Request

TOKENS_PER_BYTE = 0.5
"""The first estimate for a prompt. Text has 0.2 to 0.4."""

ANSWER = 2048
"""The first estimate for an answer without `max_tokens`."""

IMAGE = 1500
"""The estimate for an image or a file inside the prompt."""

FORGET = 0.02
"""How far each smaller value lowers the largest one, as a share of the difference."""

MODELS = 1000
"""The most models to remember."""

TAIL = 8192
"""How many bytes at the end of a reply to search for the usage."""

_METERED = re.compile(r"/(chat/completions|completions|embeddings|messages|responses)$")
_EMBEDDED = re.compile(rb'data:[^"]{0,80};base64,[A-Za-z0-9+/=]{64,}')
_MODEL = re.compile(rb'(?<!\\)"model":"([^"]*)"')
_MOST = re.compile(rb'(?<!\\)"(?:max_tokens|max_completion_tokens|max_output_tokens)":(\d+)')
_CHOICES = re.compile(rb'(?<!\\)"n":(\d+)')
_USAGE = re.compile(rb'(?<!\\)"usage"\s*:\s*\{')
_PROMPT = re.compile(rb'"(?:prompt|input)_tokens"\s*:\s*"?(\d+)')
_CACHE_READ = re.compile(rb'"cache_read_input_tokens"\s*:\s*"?(\d+)')
_CACHE_CREATION = re.compile(rb'"cache_creation_input_tokens"\s*:\s*"?(\d+)')
_OUTPUT = re.compile(rb'"(?:completion|output)_tokens"\s*:\s*"?(\d+)')
_TOTAL = re.compile(rb'"total_tokens"\s*:\s*"?(\d+)')


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a request may use.

    Attributes:
        tokens: Tokens of prompt and answers together.
        size: Bytes of text in the prompt.
        prompt: Tokens of the prompt.
        choices: The number of answers; 0 for an embedding.
    """

    tokens: float
    model: bytes = b""
    size: int = 0
    choices: int = 0
    images: int = 0
    prompt: float = 0.0


UNMETERED = Estimate(0.0)


@dataclass(frozen=True, slots=True)
class Used:
    """The use that a reply reports. None: it does not report that part."""

    prompt: int | None
    answer: int | None
    total: int

    @classmethod
    def read(cls, tail: bytes) -> Used | None:
        """Read the last usage at the end of a reply: the usage of a stream is cumulative.

        A stream of messages may report the prompt only at its start. A usage of zeros reports nothing.
        """
        starts = [found.end() for found in _USAGE.finditer(tail)]
        if not starts:
            return None
        answer, total = (_number(each, tail, starts[-1]) for each in (_OUTPUT, _TOTAL))
        prompts = (_prompt(tail, start) for start in reversed(starts))
        prompt = next((each for each in prompts if each), None)
        if not (prompt or answer or total):
            return None
        return cls(prompt, answer, total or (prompt or 0) + (answer or 0))

    def spent(self, estimate: Estimate) -> float:
        """Return the tokens of the call. A prompt that the reply does not report counts as estimated."""
        return self.total if self.prompt is not None or self.answer is None else estimate.prompt + self.answer


class TokenEstimates:
    """Learns how many tokens the calls of a client use."""

    __slots__ = ("_answers", "_prompts")

    def __init__(self) -> None:
        self._answers: dict[bytes, float] = {}
        self._prompts: dict[tuple[bytes, int], float] = {}

    def estimate(self, request: Request) -> Estimate:
        """Estimate what a request may use: nothing if its URL does not use tokens."""
        where = _METERED.search(request.url_without_query)
        if where is None or not request.body.startswith(b"{"):
            return UNMETERED
        body = request.body
        images = 0
        if b";base64," in body:
            body, images = _EMBEDDED.subn(b"", body)
        named = _MODEL.search(body)
        model = named[1] if named else b""
        size = len(body)
        prompt = size * self._prompts.get((model, size.bit_length()), TOKENS_PER_BYTE) + images * IMAGE
        if where[1] == "embeddings":
            return Estimate(prompt, model, size, 0, images, prompt)
        choices = max((int(found[1]) for found in _CHOICES.finditer(body)), default=1)
        answer = self._answers.get(model)
        most = [int(found[1]) for found in _MOST.finditer(body)]
        if answer is None:
            answer = max(most, default=ANSWER)
        elif most:
            answer = min(answer, max(most))
        return Estimate(prompt + choices * answer, model, size, choices, images, prompt)

    def learn(self, estimate: Estimate, used: Used) -> None:
        """Learn from the real use of a call that has ended."""
        if len(self._prompts) > MODELS:
            self._prompts.clear()
            self._answers.clear()
        if used.prompt is not None and not estimate.images:
            key = (estimate.model, estimate.size.bit_length())
            self._prompts[key] = _largest(self._prompts.get(key), used.prompt / estimate.size)
        if used.answer is not None and estimate.choices:
            self._answers[estimate.model] = _largest(self._answers.get(estimate.model), used.answer / estimate.choices)


def _largest(known: float | None, seen: float) -> float:
    return seen if known is None or seen >= known else known - (known - seen) * FORGET


def _prompt(tail: bytes, start: int) -> int | None:
    """Read all tokens of the prompt. Those from the cache are part of it, by the rule of `MessageUsage`."""
    prompt, read, created = (_number(each, tail, start) for each in (_PROMPT, _CACHE_READ, _CACHE_CREATION))
    if prompt is None or (created is None and (read or 0) <= prompt):
        return prompt
    return prompt + (read or 0) + (created or 0)


def _number(pattern: re.Pattern[bytes], tail: bytes, start: int) -> int | None:
    found = pattern.search(tail, start)
    return int(found[1]) if found else None
