"""Removes secrets from what a server sent: it may echo them in a debug page, in a header or as an ID.

If a text was shortened, the cut may be inside a secret. So the beginning of a secret at the end of a text is removed
too, from `SHORTEST` characters on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

from pydantic import BaseModel

from ...errors import APIError
from ...errors.partial import FIELD
from ...types.meta import Headers, Meta
from ...types.reply import Lenient, attach_note, note_of
from .sent_secrets import SHORTEST, Secret

AFTER_A_CUT = ("", ".", "…", '"', "'")
"""What may follow a shortened text."""

E = TypeVar("E", bound=APIError)


class Redactor:
    """Removes the secrets of a call. It does not show them, and a pickle of it forgets them."""

    __slots__ = ("_secrets",)

    def __init__(self, secrets: Sequence[Secret]) -> None:
        self._secrets = secrets

    def __repr__(self) -> str:
        return "<redactor>"

    def __reduce__(self) -> tuple[object, ...]:
        return Redactor, ((),)

    def error(self, error: E) -> E:
        """Hide secrets in everything that an error holds from the server. Return the same error."""
        for name, value in vars(error).items():
            # What had arrived of a stream is read when somebody looks at it.
            vars(error)[name] = self._later(value) if name == FIELD and callable(value) else self.value(value)
        error.args = (error.message,)
        return error

    def headers(self, headers: Headers) -> Headers:
        """Return a reply's headers without echoed secrets: the same object if it echoed none."""
        pairs = list(headers.items())
        clean = [(name, self._text(value)) for name, value in pairs]
        return headers if clean == pairs else Headers(clean)

    def body(self, data: bytes) -> bytes:
        """Return a reply's body without echoed secrets: the same object if it echoed none."""
        for secret in self._secrets:
            if secret.text[:SHORTEST].encode() in data:
                # Latin-1 maps every byte to a character and back.
                text, shown = (each.encode().decode("latin-1") for each in secret)
                data = _text_without(data.decode("latin-1"), Secret(text, shown)).encode("latin-1")
        return data

    def value(self, value: object) -> object:
        """Return a value without echoed secrets, at any depth."""
        match value:
            case str():
                return self._text(value)
            case bytes():
                return self.body(value)
            case dict():
                return {self.value(name): self.value(each) for name, each in value.items()}
            case list():
                return [self.value(each) for each in value]
            case tuple() if type(value) is tuple:
                return tuple(self.value(each) for each in value)
            case BaseModel():
                return self._model(value)
            case _ if is_dataclass(value) and not isinstance(value, type):
                named = {each.name: getattr(value, each.name) for each in fields(value) if each.init}
                clean = {name: self.value(each) for name, each in named.items()}
                return value if clean == named else replace(value, **clean)
            case _:
                return value

    def _later(self, made: Callable[[], object]) -> Callable[[], object]:
        return lambda: self.value(made())

    def _model(self, model: BaseModel) -> object:
        """Return a part of a reply without echoed secrets: the same object if it echoed none, None if it has no other
        form.
        """
        try:
            text = model.model_dump_json(warnings=False).encode()
            clean = self.body(text)
            if clean is text:
                return model
            made = type(model).model_validate_json(clean)
        except ValueError:
            return None
        if isinstance(model, Lenient) and isinstance(made, Lenient):
            meta = note_of(model, "meta")
            if isinstance(meta, Meta):
                attach_note(made, "meta", replace(meta, headers=self.headers(meta.headers)))
        return made

    def _text(self, text: str) -> str:
        for secret in self._secrets:
            text = _text_without(text, secret)
        return text


def _text_without(text: str, secret: Secret) -> str:
    beginning = secret.text[:SHORTEST]
    at = text.find(beginning)
    if at < 0:
        return text
    text = text.replace(secret.text, secret.shown)
    clean: list[str] = []
    done = 0
    at = text.find(beginning)
    while at >= 0:
        end = at + SHORTEST
        while end < len(text) and end - at < len(secret.text) and text[end] == secret.text[end - at]:
            end += 1
        if text[end : end + 1] in AFTER_A_CUT:
            clean += [text[done:at], secret.shown]
            done = end
        at = text.find(beginning, end)
    return "".join((*clean, text[done:]))
