"""A `request=` made of settings instead of code: a prompt or template with `{fields}` of the row in it.

It must not know where its settings come from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pydantic_core import to_json

from ..._numbers import as_list
from ...errors import ConfigurationError, InvalidRequestError
from ...types.json import JsonValue
from ...types.params import Message
from ..rows.unique_keys import DoubledKey, from_unique_json
from .call import Call, Where, target_of
from .chat import chat
from .embeddings import embeddings
from .pool_target import PoolTarget
from .predict import predict

Kind: TypeAlias = Literal["chat", "predict", "embeddings"]

_FIELD = re.compile(r"\{\{|\}\}|\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Recipe:
    """Makes the call of a row.

    `{name}` in a string is replaced by that field of the row; `{{` and `}}` give braces. Braces around anything else
    stay as they are. A string that is only `{name}` becomes the field itself, whatever its type.

    Attributes:
        kind: Which call to make.
        model: The model's name, for chat; a pool needs none. For embeddings, if the engine needs one.
        deployment: The deployment or pool whose model or engine answers. None: the Model APIs.
        template: For chat, the user's message, or an object of parameters with `messages`; None if the row has
            `messages`. For a prediction, the input; None if it is the whole row. For embeddings, the text.
        system: A system message before the others.
        params: Further parameters of a chat, by name.
    """

    kind: Kind = "chat"
    model: str | None = None
    deployment: Where | None = None
    template: JsonValue = None
    system: str | None = None
    params: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])

    def __post_init__(self) -> None:
        if self.kind == "chat" and not self.model and not isinstance(target_of(self.deployment), PoolTarget):
            raise ConfigurationError("A batch of chats needs a model.")
        if self.kind != "chat" and self.deployment is None:
            raise ConfigurationError(f"A batch of {self.kind} needs a deployment.")
        if self.kind == "embeddings" and not isinstance(self.template, str):
            raise ConfigurationError('A batch of embeddings needs a text to embed, such as "{text}".')

    def __call__(self, row: Mapping[str, JsonValue]) -> Call[object]:
        filled = None if self.template is None else fill(self.template, row)
        if self.kind == "chat":
            return self._chat(filled, row)
        assert self.deployment is not None
        if self.kind == "predict":
            return predict(self.deployment, row if self.template is None else filled)
        return embeddings(self.deployment, _text(filled), model=self.model)

    def _chat(self, filled: JsonValue, row: Mapping[str, JsonValue]) -> Call[object]:
        params: dict[str, JsonValue] = dict(self.params)
        given: object = row.get("messages")
        if isinstance(filled, dict):
            params = {**filled, **params}
            given = params.pop("messages", given)
        elif filled is not None:
            given = [{"role": "user", "content": _text(filled)}]
        if filled is None and self.template is not None:
            raise InvalidRequestError(f"the prompt of the row is null: it is {self.template}, and that field is null.")
        if not isinstance(given, list):
            raise InvalidRequestError("the row has no list of messages, and there is no template to make one.")
        messages: list[Message] = [{"role": "system", "content": self.system}] if self.system else []
        for message in given:
            if not isinstance(message, Mapping):
                raise InvalidRequestError(f"a message must be an object, not {type(message).__name__}.")
            messages.append(message)
        return chat(model=self.model or "", messages=messages, deployment=self.deployment, extra_body=params)


def read_template(text: str, *, is_json: bool = False) -> JsonValue:
    """Return the template in the text of a file: its JSON if it is an object, otherwise the text itself, as a prompt.

    A prompt may begin with a field such as `{text}`, or with `{{`. Anything else that begins with a brace must be JSON,
    so that a template with a mistake in it is not sent as the prompt of every row.

    Args:
        text: The text of the file.
        is_json: Whether it must be JSON, as its name says.

    Raises:
        ConfigurationError: It is empty, or it should be JSON, and is not, or an object in it has a key twice.
    """
    text = text.removeprefix("\ufeff")
    start = text.lstrip()
    if not start:
        raise ConfigurationError("The template is empty.")
    if not is_json and (not start.startswith("{") or _FIELD.match(start)):
        return text
    try:
        return from_unique_json(text.encode())
    except DoubledKey as error:
        raise ConfigurationError(f"The template cannot be used: {error}.") from None
    except ValueError as error:
        raise ConfigurationError(
            f'The template is not JSON: {error}. Quote each field, as in "{{text}}". A prompt that begins with a '
            "brace must double it."
        ) from None


def fill(template: JsonValue, row: Mapping[str, JsonValue]) -> JsonValue:
    """Return a template with the fields of a row filled in.

    Raises:
        KeyError: The row lacks a field.
    """
    if isinstance(template, str):
        whole = _FIELD.fullmatch(template)
        if whole is not None and whole[1] is not None:
            return row[whole[1]]
        return _FIELD.sub(lambda found: found[0][0] if found[1] is None else _text(row[found[1]]), template)
    if isinstance(template, list):
        return [fill(each, row) for each in template]
    if isinstance(template, dict):
        return {name: fill(each, row) for name, each in template.items()}
    return template


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else to_json(as_list(value)).decode()
