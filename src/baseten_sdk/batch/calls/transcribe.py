"""The text of a recording for each row."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack, overload

from ...errors import InvalidRequestError
from ...types.speech import RecordedAudio, Transcription, TranscriptionOptions
from .call import Call, Settings, Target, Where, required, settings_of

if TYPE_CHECKING:
    from ... import AsyncClient


@dataclass(frozen=True, slots=True)
class _Transcribe(Call[Transcription]):
    audio: RecordedAudio
    enable_vad: bool | None
    target: Target | None
    chain: str
    options: TranscriptionOptions

    async def make(self, client: AsyncClient) -> Transcription:
        resource = client.chains(self.chain) if self.target is None else self.target.of(client)
        return await resource.transcribe(self.audio, enable_vad=self.enable_vad, **self.options)

    def settings(self) -> Settings:
        return settings_of(
            "transcribe", self.options, deployment=self.target, chain=self.chain or None, enable_vad=self.enable_vad
        )

    def content(self) -> object:
        audio = self.audio
        return os.fspath(audio) if isinstance(audio, str | os.PathLike) else hashlib.sha256(audio).hexdigest()


@overload
def transcribe(
    audio: RecordedAudio, *, deployment: Where, enable_vad: bool | None = None, **options: Unpack[TranscriptionOptions]
) -> Call[Transcription]: ...


@overload
def transcribe(
    audio: RecordedAudio, *, chain: str, enable_vad: bool | None = None, **options: Unpack[TranscriptionOptions]
) -> Call[Transcription]: ...


def transcribe(
    audio: RecordedAudio,
    *,
    deployment: Where | None = None,
    chain: str | None = None,
    enable_vad: bool | None = None,
    **options: Unpack[TranscriptionOptions],
) -> Call[Transcription]:
    """Transcribe a recording.

    Args:
        audio: The path of a file, its bytes, or an http(s) URL that the service fetches.
        deployment: The ID of a dedicated model, a `DeploymentTarget`, or a pool.
        chain: The ID of a chain, in place of a deployment.
        enable_vad: As for `deployment.transcribe`.
        **options: How Whisper listens, and call options. See `deployment.transcribe`.

    Raises:
        InvalidRequestError: There is neither a deployment nor a chain, or there are both.
    """
    if (deployment is None) == (chain is None):
        raise InvalidRequestError("A transcription needs either deployment= or chain=.")
    target = None if deployment is None else required(deployment)
    return _Transcribe(audio, enable_vad, target, chain or "", options)
