"""What all replies share: unknown fields are kept, and `.meta` describes the exchange."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict

from .meta import Meta


class Lenient(BaseModel):
    """A part of a reply. Fields that this package does not know are kept and can be read as attributes."""

    model_config = ConfigDict(extra="allow", defer_build=True, protected_namespaces=())

    def to_dict(self) -> dict[str, object]:
        """Return what was sent, as plain values."""
        return self.model_dump(exclude_unset=True)

    def to_json(self) -> str:
        """Return what was sent, as JSON text."""
        return self.model_dump_json(indent=2, exclude_unset=True)


class OpenObject(dict[str, object]):
    """An object in a field that this package does not know: a dict whose values can also be read as attributes."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            try:
                found = self[name] = readable(self[name])
            except KeyError:
                raise AttributeError(f"There is no field {name!r}.") from None
            return found


def readable(value: object) -> object:
    """Let the fields of objects be read as attributes. Keep what this returns, so that changes to it are kept too."""
    if type(value) is dict:
        return OpenObject(value)
    if isinstance(value, list):
        value[:] = map(readable, value)
    return value


class OpenPart(Lenient):
    """A part whose fields this package does not know. Those of the objects in it can be read as attributes too."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            found = readable(super().__getattr__(name))
            extra = self.__pydantic_extra__
            if extra and name in extra:
                extra[name] = found
            return found


class Details(OpenPart):
    """An object whose fields are attributes, such as a citation."""


class Reply(Lenient):
    """A whole reply, with the facts of its exchange."""

    @property
    def _request_id(self) -> str | None:
        """The service's ID of the request, where OpenAI's users look for it."""
        return self.meta.request_id

    @property
    def meta(self) -> Meta:
        """Request ID, status, headers, attempts and time of the exchange that brought this reply."""
        meta = note_of(self, "meta")
        if not isinstance(meta, Meta):
            return Meta()
        if meta.cache_hit_rate is None:
            # Not when the reply comes: the usage of a chat is validated when it is first looked at.
            rate = getattr(getattr(self, "usage", None), "cache_hit_rate", None)
            if rate is not None:
                meta = replace(meta, cache_hit_rate=rate)
                attach_note(self, "meta", meta)
        return meta


R = TypeVar("R", bound=Reply)


def attach_meta(reply: R, meta: Meta) -> R:
    """Attach the facts of the exchange to a reply."""
    attach_note(reply, "meta", meta)
    return reply


# Declared private attributes are set up for each instance, in Python code that costs more than the rest of the
# validation. pydantic compares, copies and pickles the dict that holds them in any case, so notes go straight into it.
def attach_note(part: Lenient, name: str, value: object) -> None:
    """Attach a value to a part, next to its fields."""
    notes = part.__pydantic_private__
    if notes is None:
        object.__setattr__(part, "__pydantic_private__", {name: value})
    else:
        notes[name] = value


def note_of(part: Lenient, name: str) -> object:
    """Return a value that was attached to a part, or None."""
    notes: dict[str, object] | None = part.__pydantic_private__
    return None if notes is None else notes.get(name)
