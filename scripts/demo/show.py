"""What every scene is given: the stage, the client, and what it talks to."""

from __future__ import annotations

from dataclasses import dataclass

from baseten_sdk import AsyncClient, Meta, Usage

from .stage import Stage


@dataclass(frozen=True, slots=True)
class Show:
    """A client and where to show what it does.

    Attributes:
        model: Slug for the chats.
        repeatable: Whether the same question gets the same answer, as with the emulator.
    """

    stage: Stage
    client: AsyncClient
    model: str
    repeatable: bool

    def account(self, meta: Meta, usage: Usage | None) -> None:
        """Show what is known of an exchange."""
        parts = [f"{usage.prompt_tokens} + {usage.completion_tokens} tokens"] if usage else []
        parts += [f"request id {meta.request_id}"] if meta.request_id else []
        self.stage.note(", ".join([*parts, "1 attempt" if meta.attempts == 1 else f"{meta.attempts} attempts"]))
