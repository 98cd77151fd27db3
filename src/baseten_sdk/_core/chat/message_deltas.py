"""Choices that have a `message` instead of a `delta`: those of servers that do not really stream.

A message is taken as a delta. What deltas have brought before is left out of it: some servers end a stream with the
whole message.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic_core import to_json

from ..._json_reading import decode_reply

Json = dict[str, object]


class MessageDeltas:
    """Converts the messages of one stream."""

    __slots__ = ("_arrived", "_seen")

    def __init__(self) -> None:
        self._arrived: dict[object, set[str]] = {}
        self._seen = 0

    def converted(self, data: bytes, kept: Sequence[bytes]) -> bytes:
        """Return a chunk whose choices have deltas.

        Args:
            data: The chunk.
            kept: The chunks before it. Each is looked at once, and only if it is needed.
        """
        for each in range(self._seen, len(kept)):
            for choice in _choices(decode_reply(kept[each])):
                delta = choice.get("delta")
                brought = [name for name, value in delta.items() if value] if isinstance(delta, dict) else []
                self._arrived.setdefault(choice.get("index"), set()).update(brought)
        # The next chunk to be kept is this one. Its messages are no deltas.
        self._seen = len(kept) + 1
        value = decode_reply(data)
        for choice in _choices(value):
            if choice.get("delta") is None:
                message = choice.pop("message", None)
                arrived = self._arrived.get(choice.get("index")) or ()
                if isinstance(message, dict):
                    message = {name: each for name, each in message.items() if name not in arrived}
                choice["delta"] = message
        return to_json(value, inf_nan_mode="constants")


def _choices(value: object) -> Iterator[Json]:
    choices = value.get("choices") if isinstance(value, dict) else None
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict):
            yield choice
