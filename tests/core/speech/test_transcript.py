"""A session's messages as events."""

from __future__ import annotations

import json
import pickle

import pytest

from baseten_sdk import FinalTranscript, PartialTranscript, TranscriptionError
from baseten_sdk._core.speech.transcript import TranscriptReader

SEGMENTS: list[object] = [
    {"text": " never odd ", "log_prob": -0.1, "start_time": 0, "end_time": 1.0, "word_timestamps": None},
    {"text": "or even", "word_timestamps": [{"word": "or", "start_time": 1.0, "end_time": 1.2}], "new": 1},
]

FINAL = {
    "type": "transcription",
    "is_final": True,
    "transcription_num": 3,
    "language_code": "en",
    "language_prob": None,
    "audio_length_sec": 1.5,
    "segments": SEGMENTS,
}


def test_transcripts_are_partial_or_final() -> None:
    reader = TranscriptReader()
    partial = reader.read(json.dumps({**FINAL, "is_final": False}))
    assert isinstance(partial, PartialTranscript)
    final = reader.read(json.dumps(FINAL).encode())
    assert isinstance(final, FinalTranscript)
    assert (final.text, final.transcription_num, [word.word for word in final.words]) == (
        "never odd or even",
        3,
        ["or"],
    )
    assert reader.finals == [final]
    assert reader.text == "never odd or even"


def test_text_of_other_deployments_stands_at_the_top() -> None:
    event = TranscriptReader().read('{"type": "transcription", "transcript": " hi ", "confidence": 0.9}')
    assert isinstance(event, FinalTranscript)
    assert (event.text, event.confidence, event.segments) == ("hi", 0.9, [])


def test_the_end_is_acknowledged_and_then_finished() -> None:
    reader = TranscriptReader()
    assert reader.read('{"type": "end_audio", "body": {"status": "acknowledged"}}') is None
    assert not reader.finished
    assert reader.read('{"type": "end_audio", "body": {"status": "finished"}}') is None
    assert reader.finished


@pytest.mark.parametrize("message", ['{"type": "status", "body": 1}', "{}", '{"type": null}'])
def test_messages_of_a_later_protocol_are_passed_over(message: str) -> None:
    assert TranscriptReader().read(message) is None


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ('{"type": "error", "message": "no GPU"}', "reported an error: no GPU."),
        ('{"type": "error", "body": "bad field"}', "reported an error: bad field."),
        ('{"type": "error", "body": {"message": "bad"}}', "reported an error: bad."),
        ('{"error": "boom"}', "reported an error: boom."),
        ("not json", "cannot be read"),
        ("[1]", "not a JSON object"),
        (b"\xff\x00", "cannot be read"),
        ('{"type": "transcription", "segments": 3}', "A transcript cannot be read"),
    ],
)
def test_an_error_says_what_the_service_said(message: str | bytes, problem: str) -> None:
    with pytest.raises(TranscriptionError, match=problem) as caught:
        TranscriptReader().read(message)
    assert pickle.loads(pickle.dumps(caught.value)) == caught.value


@pytest.mark.parametrize(
    "odd",
    [
        {"language_prob": "high", "transcription_num": "three", "audio_length_sec": {}, "language_code": 5},
        {"confidence": "NaN!", "transcript": None, "transcription_num": 1.5},
        {"segments": [{"text": None, "start_time": "soon"}, *SEGMENTS]},
        {"segments": [*SEGMENTS, {"text": "", "word_timestamps": [{"word": None, "start_time": []}]}]},
    ],
    ids=repr,
)
@pytest.mark.parametrize("final", [True, False])
def test_an_odd_field_beside_the_words_does_not_end_the_session(odd: dict[str, object], final: bool) -> None:
    event = TranscriptReader().read(json.dumps({**FINAL, **odd, "is_final": final}))
    assert isinstance(event, FinalTranscript if final else PartialTranscript)
    assert event.text == "never odd or even"


@pytest.mark.timeout(60)
def test_many_wrong_words_are_counted_and_not_listed() -> None:
    wrong = {**FINAL, "segments": [1] * 300_000}
    with pytest.raises(TranscriptionError) as caught:
        TranscriptReader().read(json.dumps(wrong))
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("not_final", [False, 0, "false", "False"])
def test_a_transcript_is_partial_however_the_server_writes_it(not_final: object) -> None:
    reader = TranscriptReader()
    assert isinstance(reader.read(json.dumps({**FINAL, "is_final": not_final})), PartialTranscript)
    assert reader.finals == []


@pytest.mark.parametrize("end", [{"status": "finished"}, {"body": "finished"}, {"body": {"status": "finished"}}])
def test_the_end_is_read_wherever_its_status_stands(end: dict[str, object]) -> None:
    reader = TranscriptReader()
    assert reader.read(json.dumps({"type": "end_audio", **end})) is None
    assert reader.finished
