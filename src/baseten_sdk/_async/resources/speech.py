"""Transcription of speech by a model or a chain: while audio is sent, of a recording, and later through the queue."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar, Unpack

from ..._core.queue.async_predict import InferenceRetryConfig, QueueFields
from ..._core.reply.validate import read_model
from ..._core.request.accept import ACCEPT_JSON
from ..._core.request.payload import Payload
from ..._core.speech.audio import AudioFormat
from ..._core.speech.parameters import StreamParameters, WhisperParameters, first_message
from ..._core.speech.recorded import audio_field, whisper_input
from ..._io.to_thread import AsyncToThread
from ...config import CallOptions, check_seconds
from ...errors import InvalidRequestError
from ...types.reply import attach_meta
from ...types.speech import AudioEncoding, RecordedAudio, Transcription, TranscriptionOptions
from ..queue.job import AsyncJob
from ..speech.session import AsyncTranscriptionSession
from ..speech.source import AsyncAudioPieces, AudioSource
from ..websocket.websocket import PING_INTERVAL, websocket_at
from .deployment_base import AsyncDeploymentBase

LAST_WORDS = 30.0
"""Seconds to wait for the last transcripts."""


class AsyncSpeech(AsyncDeploymentBase):
    """What a deployment of Whisper can do."""

    _path: ClassVar[str]
    _async_path: ClassVar[str]

    def transcription(
        self,
        audio: AudioSource | None = None,
        *,
        encoding: AudioEncoding | None = None,
        sample_rate: int | None = None,
        partials: bool | None = None,
        partial_interval: float | None = None,
        longest_final: float | None = None,
        vad_threshold: float | None = None,
        vad_silence_ms: int | None = None,
        vad_pad_ms: int | None = None,
        pace: float | None = 1.0,
        finish_timeout: float = LAST_WORDS,
        ping_interval: float | None = PING_INTERVAL,
        **options: Unpack[TranscriptionOptions],
    ) -> AsyncTranscriptionSession:
        """Transcribe speech while it is sent, over a WebSocket.

        Only parameters that you set are sent. Others are the deployment's to choose.

        Example:
            async with deployment.transcription("talk.wav", partials=True, language="en") as session:
                async for event in session:
                    print(event.text)
            print(session.text)

        Args:
            audio: A WAV file, a file of raw audio, its bytes, or an iterator of pieces of raw audio. None: you send the
                audio with `session.send`.
            encoding: How raw audio is written: "pcm_s16le" (the default) or "pcm_mulaw", one channel. A WAV file says
                it itself.
            sample_rate: Samples a second of raw audio. Default: 16000. A WAV file says it itself.
            partials: Also send what was understood so far.
            partial_interval: Seconds between partial transcripts. Default: 0.5.
            longest_final: Seconds that a final transcript covers at most, up to 30.
            vad_threshold: How sure the voice detection must be, from 0 to 1. Default: 0.5.
            vad_silence_ms: Milliseconds of silence that end an utterance. Default: 300.
            vad_pad_ms: Milliseconds of audio to keep around speech. Default: 0.
            pace: How fast audio is sent at most, as a multiple of real time. The voice detection wants about 1. None:
                as fast as the service takes it.
            finish_timeout: Seconds to wait for the last transcripts when the block is left. While you iterate, it
                bounds each silence after the audio has ended.
            ping_interval: As for `connect`.
            **options: How Whisper listens (`language`, `prompt`, `word_timestamps`...), and the options of every call.
                `extra_body` is merged into the first message, for parameters that this package does not know.

        Returns:
            A context manager. The connection is made when it is entered.

        Raises:
            ConfigurationError: The extra `websocket` is not installed, or an option does not exist.
            InvalidRequestError: A parameter is out of its range, or the audio does not fit.
        """
        check_seconds("pace", pace)
        check_seconds("finish_timeout", finish_timeout)
        whisper, given = WhisperParameters.split(options)
        source = None if audio is None else AsyncAudioPieces(audio, encoding, sample_rate)
        try:
            if source is None:
                form = AudioFormat(encoding or "pcm_s16le", 16_000 if sample_rate is None else sample_rate)
            else:
                form = source.form
                if form != AudioFormat():
                    encoding, sample_rate = form.encoding, form.sample_rate
            stream = StreamParameters(
                encoding=encoding,
                sample_rate=sample_rate,
                partials=partials,
                partial_interval=partial_interval,
                longest_final=longest_final,
                vad_threshold=vad_threshold,
                vad_silence_ms=vad_silence_ms,
                vad_pad_ms=vad_pad_ms,
            )
            extra, given = self._extra(given)
            first = first_message(whisper, stream, extra)
            websocket = websocket_at(self._service, self._urls.at("websocket"), ping_interval, given)
        except BaseException:
            if source is not None:
                source.close()
            raise
        return AsyncTranscriptionSession(
            websocket, first, form, source, pace=pace, finish_timeout=finish_timeout, clock=self._service.caller.clock
        )

    async def transcribe(
        self, audio: RecordedAudio, *, enable_vad: bool | None = None, **options: Unpack[TranscriptionOptions]
    ) -> Transcription:
        """Transcribe a recording.

        Example:
            transcription = await deployment.transcribe("talk.mp3", language="auto", word_timestamps=True)
            print(transcription.text)

        Args:
            audio: The path of a file, its bytes, or an http(s) URL that the service fetches. Any format that Whisper's
                deployment reads, such as WAV, MP3 or MP4. A request takes about 75 MiB; give a URL above that.
            enable_vad: Whether silence is cut out. Without it, the service takes 30 seconds at most.
            **options: How Whisper listens (`language`, `prompt`, `word_timestamps`...), and the options of every call.
                `extra_body` is merged into the input, for parameters that this package does not know.

        Raises:
            InvalidRequestError: There is no such file, it is too large, or a parameter is of the wrong type.
            APIError: The call failed.
            ResponseValidationError: The reply is not a transcript.
        """
        model_input, given = await self._recording(audio, enable_vad, options)
        request, merged = self._post(self._path, given, Payload(json=model_input), ACCEPT_JSON)
        transcription, meta = await self._service.caller.fetch(request, merged, partial(read_model, Transcription))
        return attach_meta(transcription, meta)

    async def async_transcribe(
        self,
        audio: RecordedAudio,
        *,
        enable_vad: bool | None = None,
        webhook_endpoint: str | None = None,
        priority: int | None = None,
        max_time_in_queue_seconds: int | None = None,
        inference_retry_config: InferenceRetryConfig | None = None,
        **options: Unpack[TranscriptionOptions],
    ) -> AsyncJob:
        """Put a recording into the queue, to be transcribed later. See `async_predict`, or `async_run_remote`.

        Example:
            job = await deployment.async_transcribe("https://example.com/talk.mp3", webhook_endpoint=receiver)
            result = await job.result(inbox, response_model=Transcription)

        Args:
            audio: As for `transcribe`. The whole body may have 256 KiB, so give a URL.
            enable_vad: As for `transcribe`.
            webhook_endpoint: The https URL that receives the transcript.
            priority: 0 to 2; lower runs first. Default: 0.
            max_time_in_queue_seconds: 10 to 259,200 (72 hours). Default: 600.
            inference_retry_config: How Baseten repeats a failed run.
            **options: As for `transcribe`.

        Raises:
            InvalidRequestError: As for `transcribe`, or the body is too large.
            APIError: The request was not accepted.
        """
        model_input, given = await self._recording(audio, enable_vad, options)
        fields = QueueFields(webhook_endpoint, priority, max_time_in_queue_seconds, inference_retry_config)
        return await self._submit(self._async_path, model_input, fields, given)

    async def _recording(
        self, audio: RecordedAudio, enable_vad: bool | None, options: TranscriptionOptions
    ) -> tuple[dict[str, object], CallOptions]:
        if enable_vad is not None and not isinstance(enable_vad, bool):
            raise InvalidRequestError(f"enable_vad must be True or False, not {enable_vad!r}.")
        whisper, given = WhisperParameters.split(options)
        extra, given = self._extra(given)
        field = await AsyncToThread.run(lambda: audio_field(audio))
        return whisper_input(field, whisper, enable_vad, extra), given

    def _extra(self, given: CallOptions) -> tuple[Mapping[str, object], CallOptions]:
        """The fields that go inside of what is sent, and the other options. The client's own stay where they are."""
        self._service.options.merged(given)
        return given.get("extra_body") or {}, {**given, "extra_body": None}
