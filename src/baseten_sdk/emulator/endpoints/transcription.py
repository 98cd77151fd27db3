"""Whisper, recorded and streamed. It hears one word of its own sentence in each half second of audio.

It owns the words and the order of the messages. It must not know how the connection was made.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import time
from collections.abc import Awaitable, Callable

from ..behaviors.plan import Plan
from ..http.jsonvalue import JSON, Object, as_object, load
from ..http.websocket_session import WebSocketSession

SENTENCE = ["never", "odd", "or", "even", "the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog"]
WORD, PARTIAL, UTTERANCE = 0.5, 0.5, 2.0
"""Seconds of audio for a word, between two partial transcripts, and of an utterance."""

SAMPLES = 512
WIDTHS = {"pcm_s16le": 2, "pcm_mulaw": 1}
KNOWN = {
    "whisper_params": {
        "audio_language",
        "prompt",
        "language_detection_only",
        "language_options",
        "use_dynamic_preprocessing",
        "show_word_timestamps",
        "show_beam_results",
        "whisper_sampling_params",
    },
    "streaming_params": {
        "encoding",
        "sample_rate",
        "enable_partial_transcripts",
        "partial_transcript_interval_s",
        "final_transcript_max_duration_s",
    },
    "streaming_vad_config": {"threshold", "min_silence_duration_ms", "speech_pad_ms"},
}

Ended = Callable[[WebSocketSession, Plan, int], Awaitable[bool]]


def parameters(message: str) -> Object | None:
    """Return the parameters in the first message of a session. None if it is another message."""
    try:
        value = load(message.encode())
    except ValueError:
        return None
    return value if isinstance(value, dict) and value.keys() & KNOWN.keys() else None


def recorded(given: Object, plan: Plan) -> JSON:
    """The transcript of recorded audio: two words for each second of 16,000 samples, or one sentence of a URL."""
    block = as_object(given.get("whisper_input"))
    whisper, audio = as_object(block.get("whisper_params")), as_object(block.get("audio"))
    encoded = audio.get("audio_b64")
    try:
        size = len(base64.b64decode(encoded, validate=True)) if isinstance(encoded, str) else 0
    except binascii.Error:
        size = 0
    seconds = size / 32_000 if size else len(SENTENCE) * WORD
    text = plan.text("text")
    language = whisper.get("audio_language", "en")
    return {
        "language_code": "en" if language == "auto" else language,
        "language_prob": 0.97 if language == "auto" else None,
        "segments": [_segment(0.0, seconds, whisper.get("show_word_timestamps") is True, text)],
    }


class Whisper:
    """One session: audio in, messages out."""

    def __init__(self, first: Object, plan: Plan) -> None:
        streaming = as_object(first.get("streaming_params"))
        self._whisper = as_object(first.get("whisper_params"))
        self._partials = streaming.get("enable_partial_transcripts") is True
        encoding, rate = streaming.get("encoding", "pcm_s16le"), streaming.get("sample_rate", 16_000)
        self.width = WIDTHS.get(str(encoding), 0)
        self._rate = rate if isinstance(rate, int) and rate > 0 else 16_000
        self._text = plan.text("text")
        self.heard = 0.0
        self._final = 0.0
        self._partial = 0.0
        self._number = 0

    def hear(self, audio: bytes) -> list[Object]:
        """The messages that follow from audio."""
        self.heard += len(audio) / (self.width * self._rate)
        messages: list[Object] = []
        while self.heard - self._final >= UTTERANCE:
            messages += [self._transcript(self._final + UTTERANCE, final=True)]
        if self._partials and self.heard - max(self._partial, self._final) >= PARTIAL:
            messages.append(self._transcript(self.heard, final=False))
        return messages

    def last(self) -> list[Object]:
        """Return what is left when the audio has ended."""
        return [self._transcript(self.heard, final=True)] if self.heard > self._final else []

    def _transcript(self, until: float, *, final: bool) -> Object:
        words = self._whisper.get("show_word_timestamps") is True
        message: Object = {
            "type": "transcription",
            "is_final": final,
            "transcription_num": self._number,
            "language_code": self._whisper.get("audio_language", "en"),
            "language_prob": None,
            "audio_length_sec": round(until - self._final, 3),
            "segments": [_segment(self._final, until, words, self._text)],
        }
        self._partial = until
        if final:
            self._final = until
            self._number += 1
        return message


def _segment(start: float, end: float, timed: bool, text: str | None) -> Object:
    first, last = round(start / WORD), max(round(end / WORD), round(start / WORD) + 1)
    words = [SENTENCE[number % len(SENTENCE)] for number in range(first, last)]
    segment: Object = {
        "text": text or " ".join(words),
        "log_prob": -0.25,
        "start_time": round(start, 3),
        "end_time": round(end, 3),
    }
    if timed:
        segment["word_timestamps"] = [
            {"word": word, "start_time": (first + at) * WORD, "end_time": (first + at + 1) * WORD}
            for at, word in enumerate(words)
        ]
    return segment


async def transcribe(session: WebSocketSession, first: Object, plan: Plan, ended: Ended) -> None:
    """Run one session after its first message."""
    wrong = _problem(first)
    whisper = Whisper(first, plan)
    began, count = time.monotonic(), 0
    while wrong is None:
        if await ended(session, plan, count):
            return
        message = await session.receive()
        if isinstance(message, str):
            if as_object(load(message.encode())).get("type") != "end_audio":
                wrong = "only end_audio may follow as text"
                continue
            await _say(session, {"type": "end_audio", "body": {"status": "acknowledged"}}, plan)
            if plan.on("no-finish-audio"):
                while True:
                    await session.receive()
            for transcript in whisper.last():
                await _say(session, transcript, plan)
            if await ended(session, plan, count + 1):
                return
            await _say(session, {"type": "end_audio", "body": {"status": "finished"}}, plan)
            return await session.close(1000)
        if len(message) < SAMPLES * whisper.width:
            wrong = f"a frame has fewer than {SAMPLES} samples"
            continue
        for transcript in whisper.hear(message):
            await _say(session, transcript, plan)
            count += 1
        if plan.on("real-time") and whisper.heard > 1.0 + 1.5 * (time.monotonic() - began):
            wrong = "audio came faster than real time"
    await session.send(json.dumps({"type": "error", "body": wrong}))
    await session.close(1008, wrong)


def _problem(first: Object) -> str | None:
    for name, block in first.items():
        unknown = as_object(block).keys() - KNOWN.get(name, set())
        if name not in KNOWN or unknown:
            return f"extra inputs are not permitted: {name if name not in KNOWN else f'{name}.{min(unknown)}'}"
    encoding = as_object(first.get("streaming_params")).get("encoding", "pcm_s16le")
    return None if encoding in WIDTHS else f"encoding must be one of {', '.join(WIDTHS)}"


async def _say(session: WebSocketSession, message: Object, plan: Plan) -> None:
    if plan.on("pause"):
        await asyncio.sleep(plan.seconds("pause"))
    await session.send(json.dumps(message))
