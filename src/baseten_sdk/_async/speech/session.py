"""A transcription while its audio is sent: pacing, events, and an end that loses no words.

Theory of operation. One WebSocket carries one session: a message with its parameters, then frames of audio one way and
transcripts the other. Audio that a program sends goes out at once. Audio of a source goes out between two events, in
the task that iterates: there is no background task. At the end, `end_audio` asks for the last transcripts. The session
lasts until the server says that it has sent everything.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from types import TracebackType
from typing import Self, TypeVar

from ..._core.speech.audio import AudioFormat, Framer
from ..._core.speech.transcript import END, TranscriptReader
from ..._io.clock import AsyncClock
from ...errors import AudioError, IdleTimeout, TranscriptionError, WebSocketClosedError, WebSocketError
from ...types.meta import Meta
from ...types.speech import FinalTranscript, PartialTranscript
from ..websocket.websocket import AsyncWebSocket
from .source import AsyncAudioPieces

E = TypeVar("E", WebSocketError, AudioError)

AHEAD = 0.25
"""How many seconds audio may be ahead of the pace of speech."""


class AsyncTranscriptionSession:
    """A session of `transcription()`. Enter it, send audio, and iterate over the transcripts.

    Leaving the block asks for the last words and waits for them. Afterwards they are in `transcripts` and `text`.

    Example:
        async with deployment.transcription("talk.wav", partials=True) as session:
            async for event in session:
                print(event.text)
        print(session.text)
    """

    def __init__(
        self,
        websocket: AsyncWebSocket,
        first: dict[str, object],
        form: AudioFormat,
        source: AsyncAudioPieces | None,
        *,
        pace: float | None,
        finish_timeout: float,
        clock: AsyncClock,
    ) -> None:
        self._websocket = websocket
        self._first = first
        self._form = form
        self._source = source
        self._framer = Framer(form)
        self._due: deque[bytes] = deque()
        self._pace = pace
        self._finish_timeout = finish_timeout
        self._clock = clock
        self._began: float | None = None
        self._sent = 0.0
        self._ended = False
        self._silent = False
        self._reader = TranscriptReader()

    @property
    def transcripts(self) -> list[FinalTranscript]:
        """The final transcripts so far."""
        return list(self._reader.finals)

    @property
    def text(self) -> str:
        """The text of the final transcripts so far."""
        return self._reader.text

    @property
    def audio_seconds(self) -> float:
        """Seconds of audio sent so far."""
        return self._sent

    @property
    def meta(self) -> Meta:
        """Request ID, headers and attempts of the handshake."""
        return self._websocket.meta

    async def send(self, audio: bytes | bytearray | memoryview) -> None:
        """Send raw audio, in pieces of any size. Waits if the audio is ahead of `pace`.

        Raises:
            AudioError: The audio is not bytes, or `finish` was called.
            WebSocketError: The session has ended. The error's `transcripts` hold what arrived before.
        """
        if not isinstance(audio, bytes | bytearray | memoryview):
            raise self._kept(AudioError(f"Audio is sent as bytes, not as {type(audio).__name__}."))
        if self._ended:
            raise self._kept(AudioError("No audio can follow: finish() was called, or the session was left."))
        for frame in self._framer.feed(bytes(audio)):
            wait = self._ahead()
            if wait > 0:
                await self._clock.sleep(wait)
            await self._send(frame)

    async def finish(self) -> None:
        """Tell the service that no more audio follows. The last transcripts arrive as events. Calling it twice is fine.

        Raises:
            WebSocketError: The session has ended.
        """
        if self._ended:
            return
        self._ended = True
        while self._due:
            await self._send(self._due.popleft())
        last = self._framer.flush()
        if last:
            await self._send(last)
        await self._send_json(END)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> PartialTranscript | FinalTranscript:
        while not self._reader.finished:
            event = await self._next()
            if event is not None:
                return event
        raise StopAsyncIteration

    async def _next(self) -> PartialTranscript | FinalTranscript | None:
        """Send what is due, or wait for a message. Return its event, if there is one."""
        if self._ended:
            return await self._receive_last(self._finish_timeout)
        if self._source is None or self._websocket.ready():
            return await self._receive(None)
        if not self._due:
            piece = await self._source.next()
            if not piece:
                await self.finish()
                return None
            self._due.extend(self._framer.feed(piece))
        if self._due:
            wait = self._ahead()
            if wait > 0:
                return await self._receive(wait)
            await self._send(self._due.popleft())
        return None

    async def _receive(self, seconds: float | None) -> PartialTranscript | FinalTranscript | None:
        try:
            return self._reader.read(await self._websocket.receive(timeout=seconds))
        except IdleTimeout:
            self._silent = True
            return None
        except WebSocketClosedError as error:
            if not self._websocket.clean:
                raise self._kept(error) from None
        except WebSocketError as error:
            raise self._kept(self._websocket.described(error)) from None
        if self._ended:
            self._reader.finished = True
            return None
        raise self._early("The service closed the session before the audio ended.")

    async def _receive_last(self, seconds: float) -> PartialTranscript | FinalTranscript | None:
        """Wait for a message after the audio.

        Raises:
            TranscriptionError: None arrived in time.
        """
        self._silent = seconds <= 0
        event = None if self._silent else await self._receive(seconds)
        if self._silent:
            limit = f"{self._finish_timeout:g} s"
            raise self._early(f"The last words had not arrived {limit} after the audio: raise finish_timeout=.")
        return event

    def _ahead(self) -> float:
        """Return the seconds until the next frame is due."""
        now = self._clock.now()
        if self._began is None:
            self._began = now
        return 0.0 if self._pace is None else self._began + self._sent / self._pace - AHEAD - now

    async def _send(self, frame: bytes) -> None:
        await self._send_json(frame)
        self._sent += self._form.seconds(len(frame))

    async def _send_json(self, message: object) -> None:
        try:
            await self._websocket.send(message)
        except WebSocketError as error:
            raise self._kept(error) from None

    def _early(self, message: str) -> WebSocketError:
        return self._kept(self._websocket.described(TranscriptionError(message)))

    def _kept(self, error: E) -> E:
        """Add the transcripts that arrived to an error, whether they were received or not."""
        error.transcripts = (*self._reader.finals, *self._unread())
        return error

    def _unread(self) -> list[FinalTranscript]:
        """The final transcripts that arrived and were not received yet."""
        reader = TranscriptReader()
        for message in self._websocket.waiting:
            with suppress(TranscriptionError):
                reader.read(message)
        return reader.finals

    async def __aenter__(self) -> Self:
        await self._websocket.__aenter__()
        await self._send_json(self._first)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and not self._reader.finished:
                await self._last_words()
        finally:
            self._ended = True
            if self._source is not None:
                self._source.close()
            await self._websocket.__aexit__(kind, error, trace)

    async def _last_words(self) -> None:
        """Ask for the last transcripts and wait for them.

        Raises:
            TranscriptionError: They did not arrive in time.
            WebSocketError: The session ended before.
        """
        end = self._clock.now() + self._finish_timeout
        await self.finish()
        while not self._reader.finished:
            await self._receive_last(end - self._clock.now())
