"""Separates the keyword arguments of a call into parameters of its body and options."""

from __future__ import annotations

from collections.abc import Mapping, Set as AbstractSet
from difflib import get_close_matches

from ...config import CallOptions
from .options import OPTION_NAMES


def split_parameters(
    params: Mapping[str, object], known: AbstractSet[str], where: str
) -> tuple[dict[str, object], CallOptions]:
    """Separate keyword arguments into parameters and options.

    Args:
        params: The arguments.
        known: The names of parameters and options.
        where: The resource that takes the arguments, for the error.

    Raises:
        TypeError: A parameter is unknown. `extra_body` takes any.
    """
    names = params.keys()
    if not names <= known:
        unknown = sorted(names - known)[0]
        close = get_close_matches(unknown, known, 1)
        hint = f" Did you mean {close[0]}?" if close else ""
        if unknown == "stream":
            raise TypeError(f"This call of {where} returns a whole reply. For a stream, use stream().")
        raise TypeError(
            f"{where} has no parameter {unknown!r}.{hint} Parameters that this package does not know go into "
            "extra_body={...}."
        )
    options: CallOptions = {}
    body: dict[str, object] = {}
    for name, value in params.items():
        if name in OPTION_NAMES:
            options[name] = value  # type: ignore[literal-required]  # a name of CallOptions, just checked
        else:
            body[name] = value
    return body, options
