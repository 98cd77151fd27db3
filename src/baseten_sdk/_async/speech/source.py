"""The audio of a session: a file, bytes, or an iterator. It must not know what happens to the audio."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from io import BytesIO
from typing import BinaryIO, TypeAlias

from ..._core.speech.audio import AudioFormat
from ..._core.speech.wav import HEAD, check_fits, read_head
from ...errors import InvalidRequestError
from ...types.speech import AudioEncoding

AudioSource: TypeAlias = (
    "str | os.PathLike[str] | bytes | bytearray | memoryview | Iterable[bytes] | AsyncIterable[bytes]"
)
"""A WAV file or a file of raw audio, its bytes, or an iterator of pieces of raw audio."""


class AsyncAudioPieces:
    """Audio in pieces.

    Args:
        encoding: The encoding that the caller gave.
        sample_rate: The rate that the caller gave.

    Attributes:
        form: The encoding of the audio.

    Raises:
        InvalidRequestError: The file does not exist, it cannot be streamed, or it does not match.
    """

    def __init__(self, audio: AudioSource, encoding: AudioEncoding | None, sample_rate: int | None) -> None:
        self.form = AudioFormat(encoding or "pcm_s16le", 16_000 if sample_rate is None else sample_rate)
        self._left: int | None = None
        self._file: BinaryIO | None = None
        self._iterator: Iterator[bytes] | AsyncIterator[bytes] | None = None
        if isinstance(audio, bytes | bytearray | memoryview):
            self._file = BytesIO(audio)
        elif isinstance(audio, str | os.PathLike):
            self._file = _opened(audio)
        # unasync: remove
        elif isinstance(audio, AsyncIterable):
            self._iterator = aiter(audio)
        # unasync: end
        elif isinstance(audio, Iterable):
            self._iterator = iter(audio)
        else:
            raise InvalidRequestError(f"audio must be a path, bytes or an iterator, not {type(audio).__name__}.")
        if self._file is not None:
            try:
                self._find_samples(self._file, encoding, sample_rate)
            except BaseException:
                self.close()
                raise

    def _find_samples(self, file: BinaryIO, encoding: AudioEncoding | None, sample_rate: int | None) -> None:
        head = read_head(file.read(HEAD))
        if head is not None:
            check_fits(head.form, encoding, sample_rate)
            self.form, self._left = head.form, head.size
        file.seek(0 if head is None else head.start)

    async def next(self) -> bytes:
        """Return the next piece; b"" at the end.

        Raises:
            InvalidRequestError: The iterator returned something other than bytes.
        """
        if self._file is not None:
            size = self.form.piece if self._left is None else min(self.form.piece, self._left)
            data = self._file.read(size)
            if self._left is not None:
                self._left -= len(data)
            return data
        while True:
            piece = await self._pull()
            if piece is None:
                return b""
            if not isinstance(piece, bytes | bytearray | memoryview):
                raise InvalidRequestError(f"The iterator of audio gave {type(piece).__name__}, not bytes.")
            if piece:
                return bytes(piece)

    async def _pull(self) -> object:
        # unasync: remove
        if isinstance(self._iterator, AsyncIterator):
            return await anext(self._iterator, None)
        # unasync: end
        assert self._iterator is not None
        return next(self._iterator, None)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _opened(path: str | os.PathLike[str]) -> BinaryIO:
    try:
        return open(path, "rb")
    except (OSError, ValueError) as error:
        problem = f"Cannot read {os.fspath(path)!r}: {getattr(error, 'strerror', None) or error}."
    raise InvalidRequestError(problem)
