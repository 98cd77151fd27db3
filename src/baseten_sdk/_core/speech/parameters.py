"""The parameters of a transcription, in the terms of the service.

Only what was set is sent, because older deployments refuse unknown fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..._numbers import as_number
from ...config import CallOptions
from ...errors import InvalidRequestError
from ...types.json import JsonValue
from ...types.speech import AudioEncoding, TranscriptionOptions, WhisperOptions, WhisperSampling
from ..request.options import OPTION_NAMES

Block = dict[str, JsonValue]

LONGEST_FINAL = 30.0
"""The most seconds that one final transcript covers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhisperParameters:
    """How Whisper listens. For None, the deployment chooses.

    Raises:
        InvalidRequestError: A value has the wrong type.
    """

    language: str | None = None
    prompt: str | None = None
    language_options: Sequence[str] | None = None
    language_detection_only: bool | None = None
    dynamic_preprocessing: bool | None = None
    word_timestamps: bool | None = None
    beam_results: bool | None = None
    sampling: WhisperSampling | None = None

    def __post_init__(self) -> None:
        for name in ("language", "prompt"):
            _check(name, getattr(self, name), str, "text")
        for name in ("language_detection_only", "dynamic_preprocessing", "word_timestamps", "beam_results"):
            _check(name, getattr(self, name), bool, "True or False")
        options = self.language_options
        if options is not None and (isinstance(options, str) or not all(isinstance(each, str) for each in options)):
            raise InvalidRequestError(f"language_options must be a list of language codes, not {options!r}.")
        sampling = self.sampling
        if sampling is not None:
            if not isinstance(sampling, Mapping):
                raise InvalidRequestError(f"sampling must be a mapping of numbers, not {sampling!r}.")
            unknown = sampling.keys() - WhisperSampling.__annotations__.keys()
            if unknown:
                known = ", ".join(WhisperSampling.__annotations__)
                raise InvalidRequestError(f"sampling has no {min(unknown)!r}; there are {known}.")

    @classmethod
    def split(cls, given: TranscriptionOptions) -> tuple[WhisperParameters, CallOptions]:
        """Separate keyword arguments into Whisper's parameters and options of the call."""
        known = (*WhisperOptions.__annotations__, *sorted(OPTION_NAMES))
        unknown = [name for name in given if name not in known]
        if unknown:
            raise InvalidRequestError(f"There is no parameter {unknown[0]!r}; there are {', '.join(known)}.")
        whisper = cls(
            language=given.get("language"),
            prompt=given.get("prompt"),
            language_options=given.get("language_options"),
            language_detection_only=given.get("language_detection_only"),
            dynamic_preprocessing=given.get("dynamic_preprocessing"),
            word_timestamps=given.get("word_timestamps"),
            beam_results=given.get("beam_results"),
            sampling=given.get("sampling"),
        )
        options: CallOptions = {
            "timeout": given.get("timeout"),
            "deadline": given.get("deadline"),
            "max_retries": given.get("max_retries"),
            "extra_headers": given.get("extra_headers"),
            "extra_query": given.get("extra_query"),
            "extra_body": given.get("extra_body"),
            "session": given.get("session"),
            "request_id": given.get("request_id"),
        }
        return whisper, options

    def block(self) -> Block:
        """Return the block `whisper_params`."""
        options, sampling = self.language_options, self.sampling
        return _set(
            audio_language=self.language,
            prompt=self.prompt,
            language_options=None if options is None else list(options),
            language_detection_only=self.language_detection_only,
            use_dynamic_preprocessing=self.dynamic_preprocessing,
            show_word_timestamps=self.word_timestamps,
            show_beam_results=self.beam_results,
            whisper_sampling_params=None if sampling is None else dict(_items(sampling)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamParameters:
    """The encoding of streamed audio, and when to send transcripts. For None, the deployment chooses.

    Raises:
        InvalidRequestError: A value is out of range.
    """

    encoding: AudioEncoding | None = None
    sample_rate: int | None = None
    partials: bool | None = None
    partial_interval: float | None = None
    longest_final: float | None = None
    vad_threshold: float | None = None
    vad_silence_ms: int | None = None
    vad_pad_ms: int | None = None

    def __post_init__(self) -> None:
        _check("partials", self.partials, bool, "True or False")
        _check_range("partial_interval", self.partial_interval, 0, None)
        _check_range("longest_final", self.longest_final, 0, LONGEST_FINAL)
        _check_range("vad_threshold", self.vad_threshold, 0, 1)
        _check_range("vad_silence_ms", self.vad_silence_ms, -1, None)
        _check_range("vad_pad_ms", self.vad_pad_ms, -1, None)

    def streaming(self) -> Block:
        """Return the block `streaming_params`."""
        return _set(
            encoding=self.encoding,
            sample_rate=self.sample_rate,
            enable_partial_transcripts=self.partials,
            partial_transcript_interval_s=self.partial_interval,
            final_transcript_max_duration_s=self.longest_final,
        )

    def vad(self) -> Block:
        return _set(
            threshold=self.vad_threshold, min_silence_duration_ms=self.vad_silence_ms, speech_pad_ms=self.vad_pad_ms
        )


def first_message(
    whisper: WhisperParameters, stream: StreamParameters, extra: Mapping[str, object]
) -> dict[str, object]:
    """Return the first message of a session, with the fields of `extra` added to its blocks."""
    blocks: dict[str, object] = {
        "whisper_params": whisper.block(),
        "streaming_params": stream.streaming(),
        "streaming_vad_config": stream.vad(),
    }
    return {name: block for name, block in merged(blocks, extra).items() if block != {} or name == "whisper_params"}


def merged(blocks: Mapping[str, object], extra: Mapping[str, object]) -> dict[str, object]:
    """Return blocks with other fields added. A field of the same name is replaced."""
    found = dict(blocks)
    for name, value in extra.items():
        block = found.get(name)
        found[name] = merged(block, value) if isinstance(block, dict) and isinstance(value, Mapping) else value
    return found


def _items(sampling: WhisperSampling) -> list[tuple[str, JsonValue]]:
    items: list[tuple[str, JsonValue]] = []
    for name, value in sampling.items():
        number = as_number(value)
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise InvalidRequestError(f"sampling[{name!r}] must be a number, not {value!r}.")
        items.append((name, number))
    return items


def _set(**fields: JsonValue) -> Block:
    return {name: value for name, value in fields.items() if value is not None}


def _check(name: str, value: object, kind: type[object], wanted: str) -> None:
    if value is not None and not isinstance(value, kind):
        raise InvalidRequestError(f"{name} must be {wanted}, not {value!r}.")


def _check_range(name: str, value: float | None, above: float, most: float | None) -> None:
    if value is None:
        return
    number: object = as_number(value)
    if isinstance(number, bool) or not isinstance(number, int | float) or not number > above:
        raise InvalidRequestError(f"{name} must be a number above {above:g}, not {value!r}.")
    if most is not None and number > most:
        raise InvalidRequestError(f"{name} must be {most:g} at most, not {value!r}.")
