"""What the client accepts in return: media types and encodings."""

from __future__ import annotations

ACCEPT_JSON = "application/json"

ACCEPT_STREAM = "text/event-stream"
"""Never accept bare application/json for a stream: Baseten's runtime would collect the stream into one JSON string."""

ACCEPTED_ENCODINGS = "gzip, deflate"
