"""What a transcription is asked for: only what was set is sent, and what cannot be is refused before."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from baseten_sdk import InvalidRequestError
from baseten_sdk._core.request.options import OPTION_NAMES
from baseten_sdk._core.speech.parameters import StreamParameters, WhisperParameters, first_message
from baseten_sdk._core.speech.recorded import audio_field, whisper_input
from baseten_sdk.types.speech import TranscriptionOptions

ALL: TranscriptionOptions = {
    "language": "auto",
    "prompt": "Baseten, Truss",
    "language_options": ("en", "de"),
    "language_detection_only": False,
    "dynamic_preprocessing": True,
    "word_timestamps": True,
    "beam_results": False,
    "sampling": {"beam_width": 5, "length_penalty": 1.5},
}

BLOCK = {
    "audio_language": "auto",
    "prompt": "Baseten, Truss",
    "language_options": ["en", "de"],
    "language_detection_only": False,
    "use_dynamic_preprocessing": True,
    "show_word_timestamps": True,
    "show_beam_results": False,
    "whisper_sampling_params": {"beam_width": 5, "length_penalty": 1.5},
}


def test_only_what_was_set_is_sent() -> None:
    assert first_message(WhisperParameters(), StreamParameters(), {}) == {"whisper_params": {}}
    assert first_message(WhisperParameters(language="en"), StreamParameters(partials=False), {}) == {
        "whisper_params": {"audio_language": "en"},
        "streaming_params": {"enable_partial_transcripts": False},
    }


def test_every_parameter_has_the_service_s_name() -> None:
    whisper, options = WhisperParameters.split({**ALL, "deadline": 3.0})
    assert options.keys() == OPTION_NAMES
    assert {name: value for name, value in options.items() if value is not None} == {"deadline": 3.0}
    stream = StreamParameters(
        encoding="pcm_mulaw",
        sample_rate=8000,
        partials=True,
        partial_interval=1,
        longest_final=30,
        vad_threshold=0.4,
        vad_silence_ms=0,
        vad_pad_ms=10,
    )
    assert first_message(whisper, stream, {}) == {
        "whisper_params": BLOCK,
        "streaming_params": {
            "encoding": "pcm_mulaw",
            "sample_rate": 8000,
            "enable_partial_transcripts": True,
            "partial_transcript_interval_s": 1,
            "final_transcript_max_duration_s": 30,
        },
        "streaming_vad_config": {"threshold": 0.4, "min_silence_duration_ms": 0, "speech_pad_ms": 10},
    }
    assert whisper_input({"url": "https://x"}, whisper, True, {"whisper_input": {"new": 1, "audio": {"more": 2}}}) == {
        "whisper_input": {
            "audio": {"url": "https://x", "more": 2},
            "whisper_params": {**BLOCK, "enable_vad": True},
            "new": 1,
        }
    }


def test_fields_that_this_package_does_not_know_go_beside_the_others() -> None:
    extra = {"whisper_params": {"new": 1}, "vad_params": {"a": 2}}
    assert first_message(WhisperParameters(language="en"), StreamParameters(), extra) == {
        "whisper_params": {"audio_language": "en", "new": 1},
        "vad_params": {"a": 2},
    }


BAD: list[tuple[dict[str, object], str]] = [
    ({"language": 1}, "language must be text"),
    ({"prompt": b"x"}, "prompt must be text"),
    ({"word_timestamps": 1}, "word_timestamps must be True or False"),
    ({"language_options": "en"}, "language_options must be a list"),
    ({"language_options": [1]}, "language_options must be a list"),
    ({"sampling": {"beams": 1}}, "sampling has no 'beams'; there are beam_width"),
    ({"sampling": [1]}, "sampling must be a mapping"),
    ({"lang": "en"}, "There is no parameter 'lang'; there are language, prompt"),
]


@pytest.mark.parametrize(("given", "problem"), BAD)
def test_a_parameter_that_cannot_be_is_refused(given: TranscriptionOptions, problem: str) -> None:
    with pytest.raises(InvalidRequestError, match=problem):
        WhisperParameters.split(given)


def test_a_number_of_the_search_must_be_one() -> None:
    whisper, _ = WhisperParameters.split({"sampling": {"beam_width": "5"}})  # type: ignore[typeddict-item]  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidRequestError, match="must be a number, not '5'"):
        whisper.block()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("partials", 1),
        ("partial_interval", 0),
        ("longest_final", 30.1),
        ("longest_final", True),
        ("vad_threshold", 1.1),
        ("vad_threshold", "0.5"),
        ("vad_silence_ms", -1),
        ("vad_pad_ms", float("nan")),
    ],
)
def test_a_value_out_of_its_range_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(InvalidRequestError, match=f"{name} must be"):
        StreamParameters(**{name: value})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_recorded_audio_is_a_url_or_base64(tmp_path: Path) -> None:
    assert audio_field("https://example.com/a.mp3?x=1") == {"url": "https://example.com/a.mp3?x=1"}
    encoded = {"audio_b64": base64.b64encode(b"ID3 audio").decode()}
    assert audio_field(b"ID3 audio") == encoded
    assert audio_field(memoryview(b"ID3 audio")) == encoded
    path = tmp_path / "talk.mp3"
    path.write_bytes(b"ID3 audio")
    assert audio_field(path) == encoded
    assert audio_field(str(path)) == encoded


def test_recorded_audio_that_cannot_be_sent_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.wav"
    empty.touch()
    large = tmp_path / "large.wav"
    with large.open("wb") as file:
        file.truncate(79 * 1024 * 1024)
    for audio, problem in (
        (tmp_path / "nowhere.wav", "No such file"),
        (tmp_path, "Cannot read"),
        (empty, "is empty"),
        (b"", "is empty"),
        (large, "has 82837504 bytes, and a request takes 78594048. Put it where"),
        (3, "audio must be a path, bytes, or an http"),
        ("bad\0path", "Cannot read"),
    ):
        with pytest.raises(InvalidRequestError, match=problem):
            audio_field(audio)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_pipe_is_no_audio_file_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidRequestError, match="pipe is not a regular file"):
        audio_field(tmp_path / "pipe")
