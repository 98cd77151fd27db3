"""The exception that a chainlet raised, as the service describes it in the body of an error.

It imports nothing of the package, since the errors are made of it.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST_FRAMES = 20
"""Frames that the text of an error shows: the innermost ones."""


@dataclass(frozen=True, slots=True)
class RemoteFrame:
    """One frame of a remote stack.

    Attributes:
        filename: The file, as the chain's container knows it.
        lineno: The line number. None if the service does not say.
        name: The function.
        line: The source text of that line. None if the service does not say.
    """

    filename: str
    lineno: int | None
    name: str
    line: str | None

    def __str__(self) -> str:
        where = f'File "{self.filename}"{"" if self.lineno is None else f", line {self.lineno}"}, in {self.name}'
        return f"{where}\n  {self.line}" if self.line else where


@dataclass(frozen=True, slots=True)
class RemoteException:
    """An exception of a chainlet.

    Attributes:
        name: The name of its class.
        module: The module of that class. None if the service does not say.
        message: Its text.
        stack: The frames of the chain's own code, innermost last.
    """

    name: str
    module: str | None
    message: str
    stack: tuple[RemoteFrame, ...]

    def __str__(self) -> str:
        shown = self.stack[-MOST_FRAMES:]
        left_out = len(self.stack) - len(shown)
        more = [f"... {left_out} outer frames"] if left_out else []
        frames = [line for each in (*more, *map(str, shown)) for line in each.splitlines()]
        return "\n".join(["Remote stack, innermost last:", *(f"  {line}" for line in frames), f"{self._title}"])

    @property
    def _title(self) -> str:
        module = "" if self.module in (None, "builtins") else f"{self.module}."
        return f"{module}{self.name}: {self.message}" if self.message else f"{module}{self.name}"


def read_remote(body: object) -> RemoteException | None:
    """Return the remote exception in an error body; None if there is none."""
    error = body.get("error") if isinstance(body, dict) else None
    name = error.get("exception_cls_name") if isinstance(error, dict) else None
    if not isinstance(error, dict) or not isinstance(name, str):
        return None
    frames = error.get("user_stack_trace")
    stack = [_frame(each) for each in frames if isinstance(each, dict)] if isinstance(frames, list) else []
    message = _text(error.get("exception_message"))
    return RemoteException(name, _text(error.get("exception_module_name")), message or "", tuple(stack))


def _frame(frame: dict[object, object]) -> RemoteFrame:
    number = frame.get("lineno")
    lineno = number if isinstance(number, int) and not isinstance(number, bool) else None
    filename, name = _text(frame.get("filename")), _text(frame.get("name"))
    return RemoteFrame(filename or "?", lineno, name or "?", _text(frame.get("line")))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
