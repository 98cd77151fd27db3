"""How long the service asks to wait: `retry-after-ms`, `Retry-After`, or the reset of a limit that is used up."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC

EPOCH = 1_000_000_000
"""A reset above this is a point in time, not a duration."""

_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait as the headers ask, from `now` (seconds since the epoch); None where they ask for nothing.

    What cannot be read, or lies in the past, asks for nothing. An absurd value is returned as it is; the caller
    decides that it is too long.
    """
    milliseconds = number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    if text is not None:
        seconds = number(text)
        return seconds if seconds is not None else _until(text, now)
    waits = [
        wait
        for what in ("requests", "tokens")
        if number(headers.get(f"x-ratelimit-remaining-{what}")) == 0
        and (wait := _reset(headers.get(f"x-ratelimit-reset-{what}"), now)) is not None
    ]
    if waits:
        return max(waits)
    left = [number(value) for name, value in headers.items() if name.startswith("x-ratelimit-remaining")]
    return _reset(headers.get("x-ratelimit-reset"), now) if not left or 0 in left else None


def number(text: str | None) -> float | None:
    """A header's value as a number of at least 0; None where it is none."""
    try:
        value = float(text) if text is not None else -1.0
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _until(text: str, now: float) -> float | None:
    from email.utils import parsedate_to_datetime

    try:
        when = parsedate_to_datetime(text)
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        seconds = when.timestamp() - now
    except (TypeError, ValueError, OverflowError):
        return None
    return max(seconds, 0.0)


def _reset(text: str | None, now: float) -> float | None:
    """A reset in seconds, as a point in time, or as a duration such as `6m0s` or `250ms`."""
    if not text:
        return None
    value = number(text)
    if value is not None:
        return max(value - now, 0.0) if value > EPOCH else value
    match = _DURATION.fullmatch(text.strip())
    if match is None or not match[0]:
        return None
    hours, minutes, seconds, millis = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds + millis / 1000
