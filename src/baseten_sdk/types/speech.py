"""Parameters and replies of Whisper: transcripts of recorded audio, events of streamed audio. Times are in seconds."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias, TypedDict

from pydantic import Field

from ..config import CallOptions
from .annotations import Beside, NullAs, as_count, as_text, nothing
from .reply import Lenient, Reply

Number: TypeAlias = Annotated[float | None, Beside(nothing)]
OptionalText: TypeAlias = Annotated[str | None, Beside(nothing, as_text)]

AudioEncoding: TypeAlias = Literal["pcm_s16le", "pcm_mulaw"]
"""The encoding of raw audio: 16-bit little-endian samples, or 8-bit μ-law. One channel."""


RecordedAudio: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview"
"""An http(s) URL, the path of a file, or its bytes."""


class WhisperSampling(TypedDict, total=False):
    """How Whisper searches for the text. The deployment chooses what you leave out."""

    beam_width: int
    length_penalty: float
    repetition_penalty: float
    beam_search_diversity_rate: float
    no_repeat_ngram_size: int


class WhisperOptions(TypedDict, total=False):
    """How Whisper listens. The deployment chooses what you leave out or set to None.

    Attributes:
        language: Code of the language, such as "en", or "auto".
        prompt: Text that helps with names and spelling.
        language_options: Languages to choose from, if `language` is "auto".
        language_detection_only: Find out the language and no more.
        dynamic_preprocessing: Adapt to loud and soft audio.
        word_timestamps: Send each word with its times.
        beam_results: Send the other texts that were considered.
        sampling: How to search for the text.
    """

    language: str | None
    prompt: str | None
    language_options: Sequence[str] | None
    language_detection_only: bool | None
    dynamic_preprocessing: bool | None
    word_timestamps: bool | None
    beam_results: bool | None
    sampling: WhisperSampling | None


class TranscriptionOptions(CallOptions, WhisperOptions, total=False):
    """The options of a transcription: those of every call, and how Whisper listens."""


class Word(Lenient):
    """One word, and when it was said."""

    word: Annotated[str, NullAs(str)] = ""
    start_time: Number = None
    end_time: Number = None


class Segment(Lenient):
    """A stretch of speech.

    Attributes:
        log_prob: How sure the model is. 0 means completely sure.
        word_timestamps: The words, if you asked for them.
    """

    text: Annotated[str, NullAs(str)] = ""
    log_prob: Number = None
    start_time: Number = None
    end_time: Number = None
    word_timestamps: Annotated[list[Word], NullAs(list)] = Field(default_factory=list)


def joined(segments: list[Segment]) -> str:
    """Join the text of segments with spaces."""
    return " ".join(filter(None, (segment.text.strip() for segment in segments)))


class Transcription(Reply):
    """The transcript of recorded audio."""

    language_code: OptionalText = None
    language_prob: Number = None
    segments: Annotated[list[Segment], NullAs(list)] = Field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole transcript as one text."""
        return joined(self.segments)

    @property
    def words(self) -> list[Word]:
        """All words, if you asked for `word_timestamps`."""
        return [word for segment in self.segments for word in segment.word_timestamps]


class TranscriptEvent(Lenient):
    """The transcript of a stretch of streamed audio.

    Attributes:
        transcription_num: The number of the utterance, from 0 or 1. A final transcript has the number of its partials.
        audio_length_sec: Seconds of audio that it covers.
    """

    transcription_num: Annotated[int | None, Beside(nothing, as_count)] = None
    language_code: OptionalText = None
    language_prob: Number = None
    audio_length_sec: Number = None
    segments: Annotated[list[Segment], NullAs(list)] = Field(default_factory=list)
    transcript: OptionalText = None
    confidence: Number = None

    @property
    def text(self) -> str:
        """The whole transcript as one text."""
        return joined(self.segments) or (self.transcript or "").strip()

    @property
    def words(self) -> list[Word]:
        """All words, if you asked for `word_timestamps`."""
        return [word for segment in self.segments for word in segment.word_timestamps]


class PartialTranscript(TranscriptEvent):
    """The transcript so far. A later event of the same utterance replaces it."""


class FinalTranscript(TranscriptEvent):
    """The final transcript of an utterance."""
