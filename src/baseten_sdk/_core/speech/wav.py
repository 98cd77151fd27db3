"""The head of an audio file: where its samples are, and how they are written.

Owns what a file is told by. It must not know what becomes of the audio.
"""

from __future__ import annotations

from typing import NamedTuple

from ...errors import InvalidRequestError
from ...types.speech import AudioEncoding
from .audio import AudioFormat

HEAD = 64 * 1024
"""Bytes from the beginning of a file in which its samples must begin."""

PCM, MULAW, EXTENSIBLE = 1, 7, 0xFFFE

KINDS = {
    b"ID3": "MP3",
    b"\xff\xfb": "MP3",
    b"\xff\xf3": "MP3",
    b"\xff\xf1": "AAC",
    b"fLaC": "FLAC",
    b"OggS": "Ogg",
    b"\x1aE\xdf\xa3": "WebM or Matroska",
    b"FORM": "AIFF",
    b"caff": "CAF",
}
"""Files that are told by how they begin."""


class WaveHead(NamedTuple):
    """What the head of a WAV file says.

    Attributes:
        form: how its samples are written.
        start: where they begin.
        size: bytes of them; None where the file goes on to its end.
    """

    form: AudioFormat
    start: int
    size: int | None


def kind_of(head: bytes) -> str | None:
    """What kind of file begins in this way; None where it may be raw audio."""
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "WAV"
    if head[4:8] == b"ftyp":
        return "MP4"
    return next((name for mark, name in KINDS.items() if head.startswith(mark)), None)


def read_head(head: bytes) -> WaveHead | None:
    """Where the samples of a WAV file are; None where the audio is raw.

    Raises:
        InvalidRequestError: it is a file of another kind, or its samples are not what can be streamed.
    """
    kind = kind_of(head)
    if kind is None:
        return None
    if kind != "WAV":
        raise InvalidRequestError(
            f"The audio is {kind}, and a stream takes raw samples or WAV. Decode it first, for example with ffmpeg, or "
            "give it to transcribe()."
        )
    return _wave(head)


def _wave(head: bytes) -> WaveHead:
    at, form = 12, None
    while at + 8 <= len(head):
        name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if name == b"fmt " and at + 24 <= len(head):
            form = _form(head[at + 8 : at + 8 + size])
        if name == b"data" and form is not None:
            return WaveHead(form, at + 8, size if 0 < size < 0xFFFFFFFF else None)
        at += 8 + size + size % 2
    raise InvalidRequestError("The WAV file is damaged: it does not say where its samples are.")


def _form(chunk: bytes) -> AudioFormat:
    tag, channels = int.from_bytes(chunk[0:2], "little"), int.from_bytes(chunk[2:4], "little")
    rate, bits = int.from_bytes(chunk[4:8], "little"), int.from_bytes(chunk[14:16], "little")
    if tag == EXTENSIBLE and len(chunk) >= 26:
        tag = int.from_bytes(chunk[24:26], "little")
    encodings: dict[tuple[int, int], AudioEncoding] = {(PCM, 16): "pcm_s16le", (MULAW, 8): "pcm_mulaw"}
    encoding = encodings.get((tag, bits))
    if encoding is None or channels != 1:
        raise InvalidRequestError(
            f"The WAV file has {channels} channel{'s' * (channels != 1)} of {bits} bits (format {tag}), and a stream "
            "takes one channel of 16-bit PCM or 8-bit μ-law. Convert it first, for example with ffmpeg -ac 1."
        )
    return AudioFormat(encoding, rate)


def check_fits(found: AudioFormat, encoding: AudioEncoding | None, sample_rate: int | None) -> None:
    """Refuse a file that is not written as the caller says.

    Raises:
        InvalidRequestError: it is not.
    """
    if encoding is not None and encoding != found.encoding:
        raise InvalidRequestError(f"encoding={encoding!r} does not fit the file, which is {found.encoding}.")
    if sample_rate is not None and sample_rate != found.sample_rate:
        raise InvalidRequestError(
            f"sample_rate={sample_rate} does not fit the file, which has {found.sample_rate} samples a second. "
            "Leave it out, or convert the file."
        )
