"""What a refusal applies to: one model of the Model APIs, one deployment or one path."""

from __future__ import annotations

from ..request.request import Request

NAMED = b'{"model":"'
"""The beginning of a body that names its model. The package writes the name first."""


def gate_key(request: Request) -> str:
    """Return the URL, and the model if the body names one."""
    url = request.url_without_query
    if not request.body.startswith(NAMED):
        return url
    end = request.body.find(b'"', len(NAMED))
    return f"{url} {request.body[len(NAMED) : end].decode('utf-8', 'replace')}"
