"""The metadata of a model that LlamaIndex reads, and when the service is called for it.

LlamaIndex reads the metadata of a model at every call, but the context window only where it packs prompts. So the
window is looked up when it is read, and never by the other fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from llama_index.core.base.llms.types import LLMMetadata
from pydantic import PrivateAttr

from ... import Model

WINDOW = "context_window"

OTHER_NAMES = ("max_model_len", "max_context_length")
"""What engines call the context length that the Model APIs list as `context_length`."""


class BasetenMetadata(LLMMetadata):
    """Metadata whose context window is looked up when it is first read."""

    _look_up: Callable[[], int] | None = PrivateAttr(None)

    def looked_up_by(self, look_up: Callable[[], int]) -> BasetenMetadata:
        """The same, with a context window that is yet to be found."""
        self._look_up = look_up
        return self

    def __getattribute__(self, name: str) -> object:
        if name == WINDOW:
            look_up, self._look_up = self._look_up, None
            if look_up is not None:
                self.context_window = look_up()
        return super().__getattribute__(name)

    def __repr_args__(self) -> Iterator[tuple[str | None, object]]:
        """A repr sends nothing, so it leaves out a context window that was not looked up."""
        unknown = self._look_up is not None
        return ((name, value) for name, value in super().__repr_args__() if not (unknown and name == WINDOW))


def context_length(model: Model) -> int | None:
    """Return the context window of a listed model, if the list has it."""
    others = model.model_extra or {}
    found = model.context_length or next((others[name] for name in OTHER_NAMES if others.get(name)), None)
    return found if isinstance(found, int) else None
