"""Splits many texts into the inputs of requests, by number, characters and estimated tokens.

Texts are checked in lots, by functions that process a lot without a Python step per text. Only a lot that does not fit,
or that holds something odd, is checked text by text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, NamedTuple, TypeAlias, TypeGuard

from ..._characters import SURROGATE
from ..._numbers import as_list, as_number
from ...errors import ConfigurationError, InvalidRequestError
from ..policy.token_estimate import TOKENS_PER_BYTE

TruncationDirection: TypeAlias = Literal["Left", "Right"]
"""Which end of a text to cut if it is too long."""

MAX_BATCH = 128
"""How many texts a request has by default."""

FLOOR = 4
"""The fewest bytes that are left of a text: one character."""

FORGET = 0.02
"""How fast the largest number of tokens per byte gives way to smaller ones, with each reply."""


class Part(NamedTuple):
    """The texts of one request.

    Attributes:
        start: The position of the first of them among all texts, from 0.
        size: Their bytes. 0 unless tokens are limited.
    """

    start: int
    texts: list[str]
    size: int = 0

    @property
    def indices(self) -> range:
        """The positions of its texts among all texts."""
        return range(self.start, self.start + len(self.texts))


@dataclass(frozen=True, slots=True)
class BadText:
    """A text that cannot be sent.

    Attributes:
        index: Its position among all texts, from 0.
        error: Why; the message has the position.
    """

    index: int
    error: InvalidRequestError


class Cutting:
    """Takes texts in lots and returns them as parts.

    Args:
        max_batch: The most texts of one request.
        max_chars: The most characters of one request. None: any number.
        max_tokens: The most tokens of one request, by an estimate that learns from replies. None: any number.
        truncate: Cut a text that is longer than a request may be, at this end. None: it is an error.

    Raises:
        ConfigurationError: A limit is invalid.
    """

    def __init__(
        self,
        max_batch: int | None = None,
        max_chars: int | None = None,
        max_tokens: int | None = None,
        truncate: TruncationDirection | None = None,
    ) -> None:
        self.max_batch = _limit("max_batch", max_batch) or MAX_BATCH
        self._max_chars = _limit("max_chars", max_chars)
        self._max_tokens = _limit("max_tokens", max_tokens)
        self._truncate = truncate
        self._tokens_per_byte = TOKENS_PER_BYTE
        self._seen = False
        self._pending: list[object] = []
        self._start = 0

    @property
    def room(self) -> int:
        """How many texts to add before taking the next part."""
        return self.max_batch - len(self._pending)

    def give(self, texts: Iterable[object]) -> None:
        """Add texts."""
        self._pending.extend(texts)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to take."""
        return not self._pending

    def take(self) -> Part | BadText:
        """Return the next part, or the text in its place that cannot be sent."""
        pending, start = self._pending, self._start
        if self.fits(pending):
            texts, self._pending = pending, []
            self._start += len(texts)
            return Part(start, texts, self._bytes(texts))
        chosen: list[str] = []
        chars = size = 0
        for text in pending:
            sound = self._sound(start + len(chosen), text)
            if isinstance(sound, BadText):
                if chosen:
                    break
                del pending[0]
                self._start += 1
                return sound
            chars += len(sound)
            size += self._bytes([sound])
            if chosen and self._exceeds(chars, size):
                break
            chosen.append(sound)
        del pending[: len(chosen)]
        self._start += len(chosen)
        return Part(start, chosen, self._bytes(chosen))

    def parts(self, texts: Iterable[object]) -> Iterator[Part | BadText]:
        """Cut an iterable, reading no more of it than the next part needs."""
        source = iter(texts)
        while True:
            self.give(islice(source, self.room))
            if self.empty:
                return
            yield self.take()

    def check(self, texts: Sequence[object]) -> None:
        """Check all texts before anything is sent.

        Raises:
            InvalidRequestError: One cannot be sent. The message has its position.
        """
        if _plain(texts) and self._max_chars is None and self._max_tokens is None:
            return
        for index, text in enumerate(texts):
            sound = self._sound(index, text)
            if isinstance(sound, BadText):
                raise sound.error

    def learn(self, part: Part, tokens: int) -> None:
        """Learn from a reply how many tokens the texts of a part were."""
        if part.size and tokens:
            found = tokens / part.size
            known = self._tokens_per_byte
            self._tokens_per_byte = found if found >= known or not self._seen else known - (known - found) * FORGET
            self._seen = True

    def fits(self, texts: Sequence[object]) -> TypeGuard[list[str]]:
        """Whether all texts are valid and fit into one request."""
        return (
            len(texts) <= self.max_batch
            and _plain(texts)
            and not self._exceeds(0 if self._max_chars is None else sum(map(len, texts)), self._bytes(texts))
        )

    def _exceeds(self, chars: int, size: int) -> bool:
        if self._max_chars is not None and chars > self._max_chars:
            return True
        return self._max_tokens is not None and size * self._tokens_per_byte > self._max_tokens

    def _bytes(self, texts: Iterable[str]) -> int:
        return 0 if self._max_tokens is None else sum(map(size_of, texts))

    def _sound(self, index: int, text: object) -> str | BadText:
        """Return a text as it can be sent, or why it cannot."""
        if not isinstance(text, str):
            return _bad(index, f"must be a text, not {type(text).__name__}")
        if not text:
            return _bad(index, "is empty")
        if not text.isascii() and SURROGATE.search(text):
            return _bad(index, "holds half of a surrogate pair, which UTF-8 cannot express")
        if self._max_chars is not None and len(text) > self._max_chars:
            if self._truncate is None:
                return _too_long(index, f"{len(text):,} characters", f"max_chars={self._max_chars}")
            text = text[-self._max_chars :] if self._truncate == "Left" else text[: self._max_chars]
        if self._max_tokens is not None and self._exceeds(0, size_of(text)):
            if self._truncate is None:
                tokens = round(size_of(text) * self._tokens_per_byte)
                return _too_long(index, f"about {tokens:,} tokens", f"max_tokens={self._max_tokens}")
            most = max(int(self._max_tokens / self._tokens_per_byte), FLOOR)
            cut = text.encode()
            text = (cut[-most:] if self._truncate == "Left" else cut[:most]).decode(errors="ignore")
        return text


def texts_of(texts: object) -> object:
    """Return what was given as texts: an array as a list.

    Raises:
        InvalidRequestError: It is one text, or cannot be iterated over, or is empty.
    """
    texts = as_list(texts)
    if isinstance(texts, str | bytes | bytearray):
        raise InvalidRequestError(f"texts must be several texts, such as a list, not {type(texts).__name__}.")
    if isinstance(texts, Sequence) and not texts:
        raise no_texts()
    return texts


def no_texts() -> InvalidRequestError:
    """Return the error for a source without a single text."""
    return InvalidRequestError("texts must not be empty.")


def _plain(texts: Sequence[object]) -> TypeGuard[Sequence[str]]:
    """Whether all are texts without problems."""
    if not _are_texts(texts) or not all(texts):
        return False
    if all(map(str.isascii, texts)):
        return True
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return False
    return True


def _are_texts(values: Sequence[object]) -> TypeGuard[Sequence[str]]:
    return set(map(type, values)) <= {str}


def size_of(text: str) -> int:
    """Return the bytes of a text."""
    return len(text) if text.isascii() else len(text.encode())


def _limit(name: str, value: int | None) -> int | None:
    """Return a limit as a number of Python.

    Raises:
        ConfigurationError: It is none.
    """
    number = as_number(value)
    if number is None or (isinstance(number, int) and not isinstance(number, bool) and number >= 1):
        return number
    raise ConfigurationError(f"{name} must be an integer of at least 1, or None, not {value!r}.")


def _bad(index: int, problem: str) -> BadText:
    return BadText(index, InvalidRequestError(f"texts[{index}] {problem}."))


def _too_long(index: int, found: str, limit: str) -> BadText:
    return _bad(index, f"has {found}, more than {limit}. Pass truncate=True to cut such texts")
