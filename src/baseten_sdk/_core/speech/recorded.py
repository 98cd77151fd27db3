"""The input of a transcription of recorded audio: a URL, or the file itself as base64."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Mapping

from ...errors import InvalidRequestError
from ...types.speech import RecordedAudio
from .parameters import WhisperParameters, merged

LARGEST = 100 * 1024 * 1024
"""The maximum size of a request in bytes."""

ROOM = 64 * 1024
"""How many of those bytes to reserve for everything except the audio."""


def is_url(audio: RecordedAudio) -> bool:
    """Whether the service should fetch the audio itself."""
    return isinstance(audio, str) and audio.startswith(("https://", "http://"))


def audio_field(audio: RecordedAudio) -> dict[str, str]:
    """Return the field `audio` of the input. This may read a file.

    Raises:
        InvalidRequestError: The file does not exist, is empty, or is too large for a request.
    """
    if isinstance(audio, str) and is_url(audio):
        return {"url": audio}
    if isinstance(audio, bytes | bytearray | memoryview):
        _check_size("The audio", memoryview(audio).nbytes)
        return {"audio_b64": base64.b64encode(audio).decode()}
    if not isinstance(audio, str | os.PathLike):
        raise InvalidRequestError(f"audio must be a path, bytes, or an http(s) URL, not {type(audio).__name__}.")
    path = os.fspath(audio)
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
            raise InvalidRequestError(f"{path} is not a regular file. Read it, and give the bytes.")
        _check_size(path, found.st_size)
        with open(path, "rb") as file:
            data = file.read()
    except (OSError, ValueError) as error:
        if isinstance(error, InvalidRequestError):
            raise
        problem = f"Cannot read {path!r}: {getattr(error, 'strerror', None) or error}."
    else:
        return {"audio_b64": base64.b64encode(data).decode()}
    raise InvalidRequestError(problem)


def _check_size(what: str, size: int) -> None:
    if not size:
        raise InvalidRequestError(f"{what} is empty.")
    if -(-size // 3) * 4 + ROOM > LARGEST:
        raise InvalidRequestError(
            f"{what} has {size} bytes, and a request takes {(LARGEST - ROOM) // 4 * 3}. Put it where the service can "
            "fetch it, and give the URL."
        )


def whisper_input(
    audio: Mapping[str, str], whisper: WhisperParameters, enable_vad: bool | None, extra: Mapping[str, object]
) -> dict[str, object]:
    """Return the input of the model or chain; with the fields of `extra` added.

    Args:
        whisper: How Whisper listens.
        enable_vad: Whether silence is cut out; without it, 30 seconds are the most.
        extra: Fields beside or inside `whisper_input`.
    """
    block: dict[str, object] = {**whisper.block()}
    if enable_vad is not None:
        block["enable_vad"] = enable_vad
    given: dict[str, object] = {"audio": dict(audio), "whisper_params": block}
    return merged({"whisper_input": given}, extra)
