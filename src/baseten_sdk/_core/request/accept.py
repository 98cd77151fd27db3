"""What the client accepts in return: media types and encodings."""

from __future__ import annotations

ACCEPT_JSON = "application/json"

ACCEPT_STREAM = "text/event-stream"
"""Never bare application/json for a stream: Baseten's runtime would gather it into one JSON string."""

ACCEPTED_ENCODINGS = "gzip, deflate"
