"""Keyword arguments of a call, parted into what goes into its body and what holds for the call."""

from __future__ import annotations

from collections.abc import Mapping, Set as AbstractSet
from difflib import get_close_matches

from ...config import CallOptions
from .options import OPTION_NAMES


def split_parameters(
    params: Mapping[str, object], known: AbstractSet[str], where: str
) -> tuple[dict[str, object], CallOptions]:
    """Part keyword arguments into parameters and options.

    Args:
        params: the arguments.
        known: the names of parameters and options.
        where: the resource whose arguments they are, for the error.

    Raises:
        TypeError: there is no such parameter; extra_body takes any.
    """
    names = params.keys()
    if not names <= known:
        unknown = sorted(names - known)[0]
        close = get_close_matches(unknown, known, 1)
        hint = f" Did you mean {close[0]}?" if close else ""
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
