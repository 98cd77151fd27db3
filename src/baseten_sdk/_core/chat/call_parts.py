"""Assembles tool calls from the pieces of a stream.

Owns the question which call a piece belongs to, because backends answer it in different ways:

- By `index`, if every call has its own. Some backends send one index for all calls. Then a new ID begins a new call if
  the arguments of the previous call are a whole object, or if none of them have arrived and the name differs.
- By `id`, if there is no index. Some backends send a fresh ID with every piece. A piece then belongs to the latest call
  if it has arguments but no name, or if it repeats the known name while the arguments are incomplete.
- By position in the chunk, if there is neither.
- In all three cases, a piece with a name begins a new call once the arguments before it are whole, unless it repeats
  that call.

The first ID that is not empty counts. A name may come in pieces, or whole with every piece. A call without an ID gets
one, because its result has to name it. Arguments that are whole and come again count once.
"""

from __future__ import annotations

from ...types.chat import new_call_id
from ...types.chunks import ChoiceDeltaToolCall
from ..stream.object_scanner import ObjectPieces
from ..stream.unknown_fields import UnknownFields

LONGEST_NAME = 256
"""Maximum length of a name. Further pieces are ignored: names of tools have at most 64 characters."""


class CallParts:
    """The pieces of one tool call.

    Attributes:
        index: The index of its pieces, if they have one.
    """

    __slots__ = (
        "_extras",
        "_function_extras",
        "_made_up",
        "arguments",
        "id",
        "index",
        "name",
        "type",
    )

    def __init__(self, index: int | None) -> None:
        self.index = index
        self.id = ""
        self.type = ""
        self.name = ""
        self.arguments = ObjectPieces()
        self._made_up = ""
        self._extras = UnknownFields()
        self._function_extras = UnknownFields()

    def add(self, delta: ChoiceDeltaToolCall) -> None:
        """Add a piece."""
        other = bool(delta.id) and bool(self.id) and delta.id != self.id
        self.id = self.id or delta.id or ""
        self.type = self.type or delta.type or ""
        self._extras.add(delta.model_extra)
        function = delta.function
        if function is not None:
            if function.name:
                self._add_name(function.name, other=other)
            if function.arguments and not self.has(function.arguments):
                self.arguments.append(function.arguments)
            self._function_extras.add(function.model_extra)

    def _add_name(self, piece: str, *, other: bool) -> None:
        """Add a piece of the name: the whole name again, a longer version of it, or its continuation."""
        if not self.name or piece.startswith(self.name):
            self.name = piece
        elif not other and len(self.name) < LONGEST_NAME:
            self.name += piece

    def has(self, arguments: str) -> bool:
        """Whether these are the whole arguments again, as some servers send them with the end of the answer."""
        return arguments[0] == "{" and self.arguments.whole and "".join(self.arguments).strip() == arguments.strip()

    def plain(self) -> dict[str, object]:
        if not self.id and not self._made_up:
            self._made_up = new_call_id()
        function = {**self._function_extras.plain(), "name": self.name, "arguments": "".join(self.arguments)}
        extras = self._extras.plain()
        return {**extras, "id": self.id or self._made_up, "type": self.type or "function", "function": function}


class ToolCallParts:
    """The tool calls of one choice.

    Attributes:
        latest: The key of the call that the last piece belongs to. -1 before the first.
    """

    __slots__ = ("_at", "_by_id", "_next", "calls", "latest")

    def __init__(self) -> None:
        self.calls: dict[int, CallParts] = {}
        self._at: dict[int, int] = {}
        self._by_id: dict[str, int] = {}
        self.latest = -1
        self._next = 0

    def add(self, deltas: list[ChoiceDeltaToolCall]) -> list[int]:
        """Add the pieces of a chunk. Return the keys of their calls."""
        return [self._add(delta, position, len(deltas)) for position, delta in enumerate(deltas)]

    def _add(self, delta: ChoiceDeltaToolCall, position: int, count: int) -> int:
        index = delta.index
        key = self._of_index(index, delta) if index is not None else self._of_id(delta, position, count)
        call = self.calls.get(key)
        if call is None:
            call = self.calls[key] = CallParts(index)
            self._next = max(self._next, key + 1)
            if delta.id:
                self._by_id[delta.id] = key
        call.add(delta)
        if call.id:
            self._by_id.setdefault(call.id, key)
        self.latest = key
        return key

    def _of_index(self, index: int, delta: ChoiceDeltaToolCall) -> int:
        """Return the key of the call that a piece with an index belongs to."""
        key = self._at.get(index)
        if key is None:
            key = index if index not in self.calls else self._next
        elif delta.id and delta.id != self.calls[key].id:
            known = self._by_id.get(delta.id)
            if known is not None and self.calls[known].index == index:
                key = known
            elif self._begins_another(delta, self.calls[key]):
                key = self._next
        elif _is_another(delta, self.calls[key]):
            key = self._next
        self._at[index] = key
        return key

    def _begins_another(self, delta: ChoiceDeltaToolCall, call: CallParts) -> bool:
        """Whether a piece with a new ID begins another call at the same index."""
        name = _name(delta)
        return bool(call.id and name) and (call.arguments.whole or (not call.arguments and name != call.name))

    def _of_id(self, delta: ChoiceDeltaToolCall, position: int, count: int) -> int:
        """Return the key of the call that a piece without an index belongs to."""
        latest = self.calls.get(self.latest)
        if delta.id:
            known = self._by_id.get(delta.id)
            if known is not None:
                return self._next if _is_another(delta, self.calls[known]) else known
            alone = latest if count == 1 else None
            return self._next if alone is None or _begins(delta, alone) else self.latest
        if count == 1 and latest is not None:
            goes_on = _name(delta) == latest.name and latest.arguments and not latest.arguments.whole
            return self._next if _name(delta) and latest.name and not goes_on else self.latest
        return position

    def plain(self) -> list[dict[str, object]]:
        return [self.calls[key].plain() for key in sorted(self.calls)]


def _name(delta: ChoiceDeltaToolCall) -> str:
    return (delta.function.name if delta.function is not None else None) or ""


def _is_another(delta: ChoiceDeltaToolCall, call: CallParts) -> bool:
    """Whether a piece with a name and no new ID begins a call of its own, since the arguments of this one are whole."""
    name = _name(delta)
    if not name or not call.arguments.whole:
        return False
    arguments = delta.function.arguments if delta.function is not None else ""
    return name != call.name or (bool(arguments.strip()) and not call.has(arguments))


def _begins(delta: ChoiceDeltaToolCall, latest: CallParts) -> bool:
    """Whether a piece with a new ID and no index begins a call."""
    name = _name(delta)
    if name:
        return name != latest.name or not latest.arguments or latest.arguments.whole
    return delta.function is None or not delta.function.arguments
