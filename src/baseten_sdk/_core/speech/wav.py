"""Reads the head of an audio file: where its samples begin, and their encoding.

Owns how to recognize a file. It must not know what happens to the audio.
"""

from __future__ import annotations

from typing import NamedTuple

from ...errors import InvalidRequestError
from ...types.speech import AudioEncoding
from .audio import AudioFormat

HEAD = 64 * 1024
"""The samples of a file must begin within this many bytes."""

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
"""How files of other kinds begin."""


class WaveHead(NamedTuple):
    """What the head of a WAV file says.

    Attributes:
        form: The encoding of its samples.
        start: Where they begin.
        size: Their size in bytes. None if they reach to the end of the file.
    """

    form: AudioFormat
    start: int
    size: int | None


def kind_of(head: bytes) -> str | None:
    """Return the kind of file that begins this way. None if it may be raw audio."""
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "WAV"
    if head[4:8] == b"ftyp":
        return "MP4"
    return next((name for mark, name in KINDS.items() if head.startswith(mark)), None)


def read_head(head: bytes) -> WaveHead | None:
    """Find the samples of a WAV file. Return None for raw audio.

    Raises:
        InvalidRequestError: It is another kind of file, or its samples cannot be streamed.
    """
    kind = kind_of(head)
    if kind is None:
        return None
    if kind != "WAV":
        raise InvalidRequestError(
            f"The audio is {kind}, and a stream takes raw samples or WAV. Decode it first, for example with ffmpeg, or "
            "pass it to transcribe()."
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
    """Refuse a file whose encoding differs from what the caller says.

    Raises:
        InvalidRequestError: It differs.
    """
    if encoding is not None and encoding != found.encoding:
        raise InvalidRequestError(f"encoding={encoding!r} does not match the file, which is {found.encoding}.")
    if sample_rate is not None and sample_rate != found.sample_rate:
        raise InvalidRequestError(
            f"sample_rate={sample_rate} does not match the file, which has {found.sample_rate} samples a second. "
            "Leave it out, or convert the file."
        )
