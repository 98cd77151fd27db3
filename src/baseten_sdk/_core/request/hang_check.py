"""What may end the wait for a reply before its limit: a check whether the server hangs."""

from __future__ import annotations

from typing import Protocol


class HangCheck(Protocol):
    """Looks now and then at what the server does for other requests."""

    def sent(self) -> float:
        """Note that the request was sent. Return the seconds until the first look; `inf` if there is none."""
        ...

    def heard(self) -> float:
        """Note that a part of the reply has arrived. Return the seconds until the next look."""
        ...

    def look(self) -> float:
        """Return the seconds until the next look. 0.0: the server hangs, so do not wait any longer."""
        ...
