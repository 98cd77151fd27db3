"""Reads the messages of a session as events, and tracks its end. It must not know how messages arrive."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from ..._json_reading import decode_reply
from ..._validation import problems, validate_value
from ...errors import TranscriptionError
from ...types.annotations import LENIENT
from ...types.speech import FinalTranscript, PartialTranscript
from ..reply.classify import as_sentence, read_error

END = {"type": "end_audio"}
"""The message that says that no audio follows."""


NOT_FINAL = (False, "false", "False")
"""How servers say that a transcript is partial."""


class TranscriptReader:
    """Reads the messages of one session.

    Attributes:
        finals: The final transcripts so far.
        finished: Whether the server has sent its last message.
    """

    __slots__ = ("finals", "finished")

    def __init__(self) -> None:
        self.finals: list[FinalTranscript] = []
        self.finished = False

    def read(self, message: str | bytes) -> PartialTranscript | FinalTranscript | None:
        """Return the event of a message, or None if it holds none.

        Raises:
            TranscriptionError: The server reports an error, or the message cannot be read.
        """
        try:
            data = message.encode() if isinstance(message, str) else message
            value = decode_reply(data)
        except ValueError as error:
            problem = f"A message of the session cannot be read: {error}."
        else:
            if isinstance(value, dict):
                return self._event(value, len(data))
            problem = "A message of the session is not a JSON object."
        raise TranscriptionError(problem)

    def _event(self, value: Mapping[str, object], size: int) -> PartialTranscript | FinalTranscript | None:
        body = value.get("body")
        match value.get("type"):
            case "transcription":
                return self._transcript(value, size)
            case "end_audio":
                status = body.get("status") if isinstance(body, dict) else body or value.get("status")
                self.finished = self.finished or status == "finished"
            case "error":
                raise _reported(body or value, value)
            case None if "error" in value:
                raise _reported(value, value)
            case _:
                # A message of a later version of the protocol.
                pass
        return None

    def _transcript(self, value: Mapping[str, object], size: int) -> PartialTranscript | FinalTranscript:
        try:
            if value.get("is_final") in NOT_FINAL:
                return validate_value(PartialTranscript, value, size, LENIENT)
            final = validate_value(FinalTranscript, value, size, LENIENT)
        except ValidationError as error:
            problem = f"A transcript cannot be read: {problems(error)}."
        else:
            self.finals.append(final)
            return final
        raise TranscriptionError(problem, body=value)

    @property
    def text(self) -> str:
        return " ".join(filter(None, (final.text for final in self.finals)))


def _reported(error: object, message: Mapping[str, object]) -> TranscriptionError:
    reason = as_sentence(read_error(error)[0] or "no reason given")
    return TranscriptionError(f"The service reported an error: {reason}", body=dict(message))
