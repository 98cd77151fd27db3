"""Raw audio as frames, and files whose heads say what they hold."""

from __future__ import annotations

import io
import struct
import wave

import pytest
from hypothesis import given, strategies as st

from baseten_sdk import InvalidRequestError
from baseten_sdk._core.speech.audio import AudioFormat, Framer
from baseten_sdk._core.speech.wav import WaveHead, check_fits, kind_of, read_head
from baseten_sdk.types.speech import AudioEncoding


def wav(samples: bytes, *, rate: int = 16_000, channels: int = 1, width: int = 2) -> bytes:
    """A WAV file as the standard library writes it."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate)
        writer.writeframes(samples)
    return file.getvalue()


def chunks(*parts: tuple[bytes, bytes], riff: bytes = b"RIFF") -> bytes:
    """A RIFF file of chunks."""
    body = b"".join(name + len(data).to_bytes(4, "little") + data + b"\x00" * (len(data) % 2) for name, data in parts)
    return riff + (len(body) + 4).to_bytes(4, "little") + b"WAVE" + body


def form(tag: int, bits: int, rate: int = 8000, channels: int = 1, more: bytes = b"") -> tuple[bytes, bytes]:
    return b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * bits // 8, bits // 8, bits) + more


ENCODINGS: list[tuple[AudioEncoding, int, bytes]] = [("pcm_s16le", 1024, b"\x00"), ("pcm_mulaw", 512, b"\xff")]


@pytest.mark.parametrize(("encoding", "shortest", "silence"), ENCODINGS)
@given(pieces=st.lists(st.binary(max_size=3000), max_size=8))
def test_no_frame_is_too_short_and_nothing_is_lost(
    encoding: AudioEncoding, shortest: int, silence: bytes, pieces: list[bytes]
) -> None:
    framer = Framer(AudioFormat(encoding))
    frames = [frame for piece in pieces for frame in framer.feed(piece)]
    last = framer.flush()
    audio = b"".join(pieces)
    assert all(frame and len(frame) % shortest == 0 for frame in frames)
    sent = b"".join([*frames, last])
    assert sent[: len(audio)] == audio
    padding = sent[len(audio) :]
    assert len(padding) < shortest
    odd = len(audio) % 2 if encoding == "pcm_s16le" else 0
    assert padding[odd:] == silence * (len(padding) - odd)
    assert framer.flush() == b""


def test_a_frame_is_no_longer_than_a_piece() -> None:
    audio = AudioFormat("pcm_s16le", 48_000)
    frames = Framer(audio).feed(bytes(audio.piece * 3 + 5))
    assert [len(frame) for frame in frames] == [audio.piece] * 3
    assert audio.seconds(96_000) == 1.0
    assert AudioFormat("pcm_mulaw", 8000).seconds(8000) == 1.0


@pytest.mark.parametrize("rate", [999, 384_001, 16_000.0, True, "16000"])
def test_a_rate_that_cannot_be_is_refused(rate: int) -> None:
    with pytest.raises(InvalidRequestError, match="sample_rate must be"):
        AudioFormat("pcm_s16le", rate)


def test_an_encoding_that_there_is_not_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="'pcm_s16le' or 'pcm_mulaw', not 'opus'"):
        AudioFormat("opus")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_the_head_of_a_wav_file_says_what_its_samples_are() -> None:
    assert read_head(wav(b"ab" * 10, rate=44_100)) == WaveHead(AudioFormat("pcm_s16le", 44_100), 44, 20)
    mulaw = chunks(form(7, 8), (b"fact", b"\x00" * 4), (b"LIST", b"odd"), (b"data", b"\xff" * 9))
    head = read_head(mulaw)
    assert head is not None
    assert head.form == AudioFormat("pcm_mulaw", 8000)
    assert head.size == 9
    assert mulaw[head.start : head.start + head.size] == b"\xff" * 9
    extensible = chunks(form(0xFFFE, 16, more=bytes(8) + b"\x01\x00" + bytes(14)), (b"data", b"ab"))
    assert read_head(extensible) == WaveHead(AudioFormat("pcm_s16le", 8000), len(extensible) - 2, 2)


def test_a_wav_file_that_is_still_written_goes_on_to_its_end() -> None:
    file = chunks(form(1, 16)) + b"data\xff\xff\xff\xff" + b"ab"
    assert read_head(file) == WaveHead(AudioFormat("pcm_s16le", 8000), len(file) - 2, None)


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        (wav(b"abcd", channels=2), "2 channels of 16 bits"),
        (wav(b"abc", width=3), "1 channel of 24 bits"),
        (wav(b"ab", width=1), "1 channel of 8 bits"),
        (chunks(form(3, 32), (b"data", b"")), "32 bits \\(format 3\\)"),
        (chunks(form(1, 16)), "damaged"),
        (chunks((b"data", b"ab")), "damaged"),
        (b"RIFF\x00\x00\x00\x00WAVE", "damaged"),
        (b"ID3\x04", "is MP3"),
        (b"\xff\xfb\x90\x00", "is MP3"),
        (b"fLaC\x00", "is FLAC"),
        (b"OggS\x00", "is Ogg"),
        (b"\x00\x00\x00\x20ftypM4A ", "is MP4"),
        (b"\x1aE\xdf\xa3", "is WebM"),
    ],
)
def test_a_file_that_cannot_be_streamed_is_told(file: bytes, problem: str) -> None:
    with pytest.raises(InvalidRequestError, match=problem):
        read_head(file)


def test_what_is_no_file_is_raw_audio() -> None:
    for raw in (b"", b"\x00" * 100, b"\x01\x02"):
        assert kind_of(raw) is None
        assert read_head(raw) is None


def test_what_the_caller_says_must_fit_the_file() -> None:
    found = AudioFormat("pcm_s16le", 8000)
    check_fits(found, None, None)
    check_fits(found, "pcm_s16le", 8000)
    with pytest.raises(InvalidRequestError, match="sample_rate=16000 does not match the file, which has 8000"):
        check_fits(found, None, 16_000)
    with pytest.raises(InvalidRequestError, match="encoding='pcm_mulaw' does not match the file, which is pcm_s16le"):
        check_fits(found, "pcm_mulaw", None)
