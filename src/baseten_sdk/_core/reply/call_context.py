"""Telling an error which call it belongs to."""

from __future__ import annotations

from ...errors import APIError
from ..request.options import Options
from ..request.request import Request


def locate(error: APIError, request: Request, options: Options, attempts: int, elapsed: float) -> None:
    """Fill in what only the call knows: verb, URL, attempts, seconds, and the caller's id where there is no other."""
    error.method = request.method
    error.url = request.place
    error.attempts = attempts
    error.elapsed = elapsed
    if error.request_id is None:
        error.request_id = options.request_id
