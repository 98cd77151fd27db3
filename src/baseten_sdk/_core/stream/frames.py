"""The frames in which a chain streams its output: a tag of one byte, a length of four, and JSON.

Owns cutting bytes into frames, wherever the pieces begin and end, and reading their JSON. It must not know what the
JSON means.

Theory of operation. A stream is a header, items and a footer. Header and footer may be missing. The stream may end only
between two frames. Frames before a broken one are returned first. After that, every call fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import TypeVar

from pydantic import ValidationError

from ..._json_reading import decode_reply
from ..._kinds import adapter_of
from ..._validation import problems, validate_json
from ...types.json import JsonValue

T = TypeVar("T")

HEAD = Struct(">BI")


class Tag(IntEnum):
    """The kind of a frame. 1 and 5 exist only inside Baseten's own reader and are never sent."""

    HEADER = 2
    ITEM = 3
    FOOTER = 4


class FrameError(ValueError):
    """The bytes are not frames."""


class FrameCut(FrameError):
    """The bytes end inside a frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: its tag, and its body, which is JSON."""

    tag: Tag
    body: bytes

    def read(self, kind: type[T]) -> T:
        """Read the body as any type that pydantic can validate.

        Raises:
            FrameError: It is not of that type.
        """
        try:
            return validate_json(adapter_of(kind), self.body)
        except ValidationError as error:
            problem = problems(error)
        raise FrameError(f"the {self.tag.name.lower()} is not a {kind}: {problem}")

    def value(self) -> JsonValue:
        """Return the body's JSON value.

        Raises:
            FrameError: The body is not JSON.
        """
        try:
            return decode_reply(self.body)
        except ValueError as error:
            raise FrameError(f"the {self.tag.name.lower()} is not JSON: {error}") from None


class FrameDecoder:
    """Turns bytes into frames.

    Args:
        largest: The maximum size of a frame's body in bytes.
    """

    __slots__ = ("_failure", "_held", "_largest")

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._held = bytearray()
        self._failure: FrameError | None = None

    def feed(self, piece: bytes) -> list[Frame]:
        """Return the frames that are now complete.

        Raises:
            FrameError: The next bytes are not a frame, or the frame is too large.
        """
        self._held += piece
        frames: list[Frame] = []
        start, held = 0, self._held
        while self._failure is None and len(held) - start >= HEAD.size:
            tag, length = HEAD.unpack_from(held, start)
            self._failure = self._problem(tag, length)
            body = start + HEAD.size
            if self._failure is not None or len(held) < body + length:
                break
            start = body + length
            frames.append(Frame(Tag(tag), bytes(held[body:start])))
        del held[:start]
        if self._failure is not None and not frames:
            raise self._failure
        return frames

    def flush(self) -> list[Frame]:
        """Check that the bytes ended between two frames.

        Raises:
            FrameCut: They ended inside a frame.
            FrameError: They were not frames.
        """
        if self._failure is not None:
            raise self._failure
        if self._held:
            raise FrameCut(f"it ended inside a frame, of which {len(self._held)} bytes had arrived")
        return []

    def _problem(self, tag: int, length: int) -> FrameError | None:
        if tag not in set(Tag):
            return FrameError(f"a frame begins with the byte {tag}, which is not a tag; is this a stream of frames?")
        if length > self._largest:
            return FrameError(f"a frame of {length:,} bytes is larger than the {self._largest:,} of Limits(event=...)")
        return None
