"""The error for an integration whose library is not installed."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def extra(name: str, *libraries: str) -> Generator[None]:
    """Imports that need the libraries of an extra: where one is missing, the error says how to install it."""
    try:
        yield
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in libraries:
            raise
        raise ModuleNotFoundError(
            f"This integration needs {library}, which is not installed: pip install 'baseten-sdk[{name}]'",
            name=error.name,
        ) from None
