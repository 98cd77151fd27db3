"""The dialects of a chunk: how a sparse delta is written by the backends that serve this wire.

A is verbose (every key, with nulls), B is older (role, content and tool_calls in every chunk), C is sparse;
`litellm` and `llama-cpp` are the dialects of those servers. It owns envelopes of chunks and knows nothing of
their order.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..http.jsonvalue import JSON, Object
from .deltas import Step


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every chunk of one stream has in common."""

    style: str
    completion_id: str
    created: int
    model: str

    def chunk(self, choices: list[JSON], usage: Object | None) -> Object:
        """Return a chunk; `usage` None leaves the key out."""
        made: Object = {"id": self.completion_id, "choices": choices, "created": self.created, "model": self.model}
        if self.style in ("a", "b"):
            made |= {"service_tier": None, "system_fingerprint": None}
        made["object"] = "chat.completion.chunk"
        if usage is not None:
            made["usage"] = usage
        return made

    def choice(self, step: Step, index: int = 0) -> Object:
        made: Object = {"index": index, "delta": self._delta(step)}
        if step.finish is not None:
            made["finish_reason"] = step.finish
        elif self.style in ("b", "llama-cpp"):
            made["finish_reason"] = None
        if self.style == "b":
            made["logprobs"] = None
        return made | step.extra

    def _delta(self, step: Step) -> Object:
        match self.style:
            case "a":
                verbose: Object = {
                    "content": None,
                    "function_call": None,
                    "tool_calls": None,
                    "role": None,
                    "refusal": None,
                }
                return {**verbose, **step.delta}
            case "b":
                return {"role": "assistant", "content": "", "tool_calls": [], **step.delta}
            case "llama-cpp" if "role" in step.delta:
                return {"role": "assistant", "content": None, **step.delta}
            case _:
                return dict(step.delta)

    def closing(self, usage: Object) -> Object:
        """Return the chunk that carries the totals."""
        if self.style == "litellm":
            return self.chunk([{"index": 0, "delta": {}}], usage)
        made = self.chunk([], usage)
        if self.style == "llama-cpp":
            made["timings"] = {"prompt_n": usage["prompt_tokens"], "predicted_n": usage["completion_tokens"]}
        return made
