"""Separates the keyword arguments of a call into parameters of its body and options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from ...config import CallOptions
from .options import OPTION_NAMES


@dataclass(frozen=True, slots=True)
class Parameters:
    """The keyword arguments that a resource accepts.

    Attributes:
        names: The names of parameters and options.
        resource: The name of the resource, for errors.
    """

    names: frozenset[str]
    resource: str

    def split(self, params: Mapping[str, object]) -> tuple[dict[str, object], CallOptions]:
        """Separate keyword arguments into parameters of the body and options of the call.

        Raises:
            TypeError: A parameter is unknown. `extra_body` takes any.
        """
        names = params.keys()
        if not names <= self.names:
            unknown = sorted(names - self.names)[0]
            close = get_close_matches(unknown, self.names, 1)
            hint = f" Did you mean {close[0]}?" if close else ""
            if unknown == "stream":
                raise TypeError(f"This call of {self.resource} returns a whole reply. For a stream, use stream().")
            raise TypeError(
                f"{self.resource} has no parameter {unknown!r}.{hint} Parameters that this package does not know go "
                "into extra_body={...}."
            )
        options: CallOptions = {}
        body: dict[str, object] = {}
        for name, value in params.items():
            if name in OPTION_NAMES:
                options[name] = value  # type: ignore[literal-required]  # a name of CallOptions, just checked
            else:
                body[name] = value
        return body, options
