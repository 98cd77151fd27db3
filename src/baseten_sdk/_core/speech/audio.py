"""Raw audio as frames: their length, and how to fill the last one. It must not know where audio comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from ..._numbers import take_numbers
from ...errors import InvalidRequestError
from ...types.speech import AudioEncoding

SAMPLES = 512
"""The least number of samples in a frame, so that the voice detection can read it."""

WIDTHS: dict[AudioEncoding, int] = {"pcm_s16le": 2, "pcm_mulaw": 1}

SILENCE: dict[AudioEncoding, bytes] = {"pcm_s16le": b"\x00", "pcm_mulaw": b"\xff"}
"""The bytes of silence. For μ-law, zeros would be the loudest sample."""

RATES = range(1000, 384_001)


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """The encoding of raw audio with one channel.

    Raises:
        InvalidRequestError: The encoding or rate does not exist.
    """

    encoding: AudioEncoding = "pcm_s16le"
    sample_rate: int = 16_000

    def __post_init__(self) -> None:
        if self.encoding not in WIDTHS:
            known = " or ".join(map(repr, get_args(AudioEncoding)))
            raise InvalidRequestError(f"encoding must be {known}, not {self.encoding!r}.")
        take_numbers(self, ("sample_rate",))
        rate = self.sample_rate
        if isinstance(rate, bool) or not isinstance(rate, int) or rate not in RATES:
            raise InvalidRequestError(f"sample_rate must be 1000 to 384000 samples a second, not {rate!r}.")

    @property
    def frame(self) -> int:
        """The size of the shortest frame in bytes."""
        return SAMPLES * WIDTHS[self.encoding]

    @property
    def piece(self) -> int:
        """How many bytes to read at a time: a multiple of a frame, about a twentieth of a second at the usual rates."""
        return self.frame * max(1, self.sample_rate // (20 * SAMPLES))

    def seconds(self, size: int) -> float:
        """Return the duration of this many bytes in seconds."""
        return size / (WIDTHS[self.encoding] * self.sample_rate)


class Framer:
    """Cuts audio into frames of sufficient length, however it arrives.

    Args:
        form: The encoding of the audio.
    """

    __slots__ = ("_form", "_rest", "_whole")

    def __init__(self, form: AudioFormat) -> None:
        self._form = form
        self._whole = form.piece
        self._rest = bytearray()

    def feed(self, audio: bytes) -> list[bytes]:
        """Return the frames of what has arrived. The rest waits for more."""
        rest, size = self._rest, self._form.frame
        rest += audio
        frames: list[bytes] = []
        while len(rest) >= size:
            cut = min(len(rest) // size * size, self._whole)
            frames.append(bytes(rest[:cut]))
            del rest[:cut]
        return frames

    def flush(self) -> bytes:
        """Return the last frame, filled up with silence. Empty if nothing is left."""
        rest = bytes(self._rest)
        self._rest.clear()
        if not rest:
            return b""
        if len(rest) % WIDTHS[self._form.encoding]:
            rest += b"\x00"
        return rest.ljust(self._form.frame, SILENCE[self._form.encoding])
