"""Reads how long the service asks to wait: `retry-after-ms`, `Retry-After`, or the reset of a limit that is used up.

Resets come in many forms: `x-ratelimit-*` headers in OpenAI's style, one set for requests and one for tokens; a plain
`x-ratelimit-reset`; both drafts of IETF's `RateLimit`; and `RateLimit-Reset`. Their values are seconds, points in time
(seconds or milliseconds since the epoch, ISO 8601, or an HTTP date), or durations such as `6m0s`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

EPOCH = 1_000_000_000
"""A larger number is a point in time in seconds, not a duration."""

EPOCH_MILLISECONDS = 100_000_000_000
"""A larger number is a point in time in milliseconds."""

LONGEST = 31 * 24 * 3600.0
"""A longer wait, in seconds, is a mistake of the server. The longest quotas are monthly."""

_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_PART = re.compile(r"(?<!\d)(\d+(?:\.\d+)?)(d|h|ms|m|s|us|µs|ns)")
_DURATION = re.compile(rf"(?:{_PART.pattern})+")
_LIMIT = re.compile(r"(?:x-)?ratelimit-(remaining|reset)(?:-(.+))?")
_DATE = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, [^,]+")
_REMAINING = re.compile(r"\b(?:remaining|r)=\s*(\d+)")
_RESET = re.compile(r"\b(?:reset|t)=\s*(\d+)")


class _Limit(NamedTuple):
    """What the headers say about one limit: what is left, and when it resets."""

    name: str
    remaining: float | None
    reset: str | None


def retry_after(headers: Mapping[str, str], now: float, *, refused: bool = True) -> float | None:
    """Return the seconds that the headers ask to wait. None if they do not ask, or if the value makes no sense.

    Args:
        now: Seconds since the epoch.
        refused: Whether the request was refused. If so, a limit counts as used up even with something left: there may
            be tokens, but too few for this call.
    """
    milliseconds = number(headers.get("retry-after-ms"))
    if milliseconds is not None and milliseconds / 1000 <= LONGEST:
        return milliseconds / 1000
    text = headers.get("retry-after")
    if text is not None:
        return _longest(text, now)
    limits = list(_limits(headers))
    used_up = [limit for limit in limits if limit.remaining == 0]
    if not used_up and refused:
        used_up = [limit for limit in limits if limit.remaining is None or "token" in limit.name]
    waits = [wait for limit in used_up if (wait := _wait(limit.reset, now)) is not None]
    return max(waits, default=None)


def number(text: str | None) -> float | None:
    """Read a header as a number of at least 0. Return None if it is not one."""
    try:
        value = float(text) if text is not None else -1.0
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _limits(headers: Mapping[str, str]) -> Iterator[_Limit]:
    """Return the limits in the headers. A reset without a name belongs to whichever limit is used up."""
    fields: dict[str, dict[str, str]] = {}
    for name, value in headers.items():
        found = _LIMIT.fullmatch(name)
        if found is not None:
            fields.setdefault(found[2] or "", {})[found[1]] = value
    remaining = {name: number(values.get("remaining")) for name, values in fields.items()}
    for name, values in fields.items():
        left = remaining[name]
        if not name and left is None:
            left = min((each for each in remaining.values() if each is not None), default=None)
        yield _Limit(name, left, values.get("reset"))
    policies = headers.get("ratelimit", "")
    for policy in policies.split(",") if ";" in policies else [policies]:
        reset = _RESET.search(policy)
        if reset is not None:
            left_of = _REMAINING.search(policy)
            yield _Limit("", float(left_of[1]) if left_of else None, reset[1])


def _longest(text: str, now: float) -> float | None:
    """Return the longest wait of a header. It may come twice: from the server and from a proxy."""
    dates = _DATE.findall(text)
    parts = [*dates, *_DATE.sub("", text).split(",")]
    return max((wait for part in parts if (wait := _wait(part, now)) is not None), default=None)


def _wait(text: str | None, now: float) -> float | None:
    """Read a wait in any form. Return None for anything else, such as a point in the past."""
    text = (text or "").strip()
    seconds = number(text)
    if seconds is None and _DURATION.fullmatch(text):
        seconds = sum(float(amount) * _UNITS[unit] for amount, unit in _PART.findall(text))
    elif seconds is None:
        seconds = _until(text, now)
    elif seconds > EPOCH:
        seconds = (seconds / 1000 if seconds > EPOCH_MILLISECONDS else seconds) - now
    return seconds if seconds is not None and 0 <= seconds <= LONGEST else None


def _until(text: str, now: float) -> float | None:
    """Return the seconds until a date. A date without a zone is UTC."""
    from email.utils import parsedate_to_datetime

    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            when = parse(text)
            return (when if when.tzinfo is not None else when.replace(tzinfo=UTC)).timestamp() - now
        except (TypeError, ValueError, OverflowError):
            continue
    return None
