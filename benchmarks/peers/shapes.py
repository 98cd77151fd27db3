"""The replies as pydantic models, for the peers that bring none: what someone would write who calls by hand."""

from __future__ import annotations

from pydantic import BaseModel

from ..replies import MODEL, PROMPT

REQUEST: dict[str, object] = {"model": MODEL, "messages": PROMPT, "max_tokens": 64}

STREAM_REQUEST: dict[str, object] = {**REQUEST, "stream": True}

DATA = b"data: "

DONE = b"[DONE]"


class Usage(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Message(BaseModel):
    role: str
    content: str | None = None
    reasoning_content: str | None = None


class Choice(BaseModel):
    index: int
    message: Message
    finish_reason: str | None = None


class Completion(BaseModel):
    id: str
    created: int
    model: str
    choices: list[Choice]
    usage: Usage | None = None

    @property
    def text(self) -> str:
        return self.choices[0].message.content or ""


class Delta(BaseModel):
    role: str | None = None
    content: str | None = None


class ChunkChoice(BaseModel):
    index: int
    delta: Delta
    finish_reason: str | None = None


class Chunk(BaseModel):
    id: str
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: Usage | None = None

    @property
    def text(self) -> str:
        return self.choices[0].delta.content or "" if self.choices else ""


class Lines:
    """Bytes of an event stream to chunks, in the plainest way."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[Chunk]:
        """The chunks that are complete now."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        data = [line[len(DATA) :] for line in lines if line.startswith(DATA)]
        return [Chunk.model_validate_json(each) for each in data if each != DONE]
