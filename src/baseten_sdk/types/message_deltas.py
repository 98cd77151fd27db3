"""Anthropic's classes for the kinds of deltas, for `isinstance` and `match`.

All deltas of a stream have one class, `BlockDelta`, because choosing a class would cost time with each delta. So these
classes look at the `type` of the delta.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .message_events import BlockDelta

if TYPE_CHECKING:

    class BlockTextDelta(BlockDelta):
        """More text."""

    class BlockThinkingDelta(BlockDelta):
        """More thinking."""

    class BlockSignatureDelta(BlockDelta):
        """The signature of the thinking."""

    class BlockInputDelta(BlockDelta):
        """More of the arguments of a call."""

    class BlockCitationsDelta(BlockDelta):
        """A citation."""

else:

    class _Kind(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, BlockDelta) and instance.type == cls.kind

        def __call__(cls, **fields: object) -> BlockDelta:
            return BlockDelta(**{"type": cls.kind, **fields})

    def _of_kind(name: str, kind: str) -> _Kind:
        return _Kind(name, (), {"kind": kind, "__module__": __name__})

    BlockTextDelta = _of_kind("TextDelta", "text_delta")
    BlockThinkingDelta = _of_kind("ThinkingDelta", "thinking_delta")
    BlockSignatureDelta = _of_kind("SignatureDelta", "signature_delta")
    BlockInputDelta = _of_kind("InputJSONDelta", "input_json_delta")
    BlockCitationsDelta = _of_kind("CitationsDelta", "citations_delta")
