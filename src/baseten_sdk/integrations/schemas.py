"""The `response_format` for a pydantic model, when the caller did not choose strict mode."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from .. import InvalidRequestError, schema_for


def format_for(kind: type[BaseModel], *, strict: bool | None = None) -> Mapping[str, object]:
    """The `response_format` for a model: strict where strict mode can express it, unless `strict` says otherwise.

    Raises:
        InvalidRequestError: Strict mode cannot express it, and was asked for.
    """
    try:
        return schema_for(kind, strict=strict is not False).response_format()
    except InvalidRequestError:
        if strict:
            raise
        return schema_for(kind, strict=False).response_format()
