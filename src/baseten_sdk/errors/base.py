"""The base of all errors, and the errors that are found before anything is sent.

An error holds plain data only, so that it survives pickle, copy and a process pool. It must not know how a request is
sent or which library carried it.
"""

from __future__ import annotations

from collections.abc import Sequence


class BasetenError(Exception):
    """Base of everything that this package raises on purpose.

    Two errors are equal if their class, text and data are equal. A copied or unpickled error equals the original.

    Attributes:
        results: For a call with many inputs, such as `embed`: the `Vectors` or `Results` that arrived before the error,
            as `on_failure="keep"` returns them.
    """

    results: Sequence[object] | None = None

    advice: str = ""
    """What to do about it. It is part of `str(error)`."""

    @property
    def transient(self) -> bool:
        """Whether the same call may succeed later without any change.

        Trying again is not always free: the model may have run, and been billed.
        """
        return False

    @property
    def quota_exhausted(self) -> bool:
        """Whether credit, a budget or a quota is used up. Waiting does not help: raise it or add credit."""
        return False

    message: str = ""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".rstrip()

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.args, self._state())

    def _state(self) -> dict[str, object]:
        return self.__dict__

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.args == other.args and self._state() == other._state()

    def __hash__(self) -> int:
        return hash((type(self), self.args))


def _rebuild(cls: type[BasetenError], args: tuple[object, ...], state: dict[str, object]) -> BasetenError:
    """Make an error without its constructor, whose keywords differ from class to class."""
    error = cls.__new__(cls, *args)
    error.args = args  # OSError, a base of the timeouts, leaves this to the constructor
    error.__dict__.update(state)
    return error


class ConfigurationError(BasetenError):
    """The setup of the client or of a call is wrong. Nothing was sent."""


class InvalidRequestError(ConfigurationError, ValueError):
    """An argument is invalid. The message names the path to it. Nothing was sent."""


class ClientClosedError(ConfigurationError):
    """The client was already closed, or it was closed while the call was in flight."""

    advice = "Make a new client, or keep this one open until its calls are done."
