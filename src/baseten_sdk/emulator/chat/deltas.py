"""An answer in deltas: the steps of a stream, sparse, before any style is put on them.

Theory of operation: `steps` cuts an answer into small deltas, each with only the keys that changed, the
tokens spent so far and perhaps a finish_reason. The quirks that concern order and content (tool deltas that
take turns, fresh IDs, a finish before the content) are made here, as operations on that list. It must not
know JSON envelopes, usage policies or bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain, zip_longest

from ..behaviors.plan import Plan
from ..http.jsonvalue import JSON, Object
from .answers import Answer, Call
from .completion import logprob, reasoning_keys
from .prose import tokens


@dataclass(slots=True)
class Step:
    """One delta of one choice.

    Attributes:
        spent: Completion tokens up to and including this step.
        extra: Keys that belong to the choice, beside the delta.
        silent: Its chunk carries no usage, whatever the policy.
    """

    delta: Object
    spent: int = 0
    finish: str | None = None
    extra: Object = field(default_factory=dict)
    silent: bool = False


def steps(answer: Answer, plan: Plan) -> list[Step]:
    """Return the stream of one answer, in order."""
    thinking = _spoken(answer.reasoning, plan, reasoning=True)
    speaking = _spoken(answer.content or "", plan, reasoning=False)
    refusing = [Step({"refusal": token}) for token in tokens(answer.refusal or "")]
    calling = _calling(answer.calls, plan)
    made = [*thinking, *refusing, *speaking, *calling]
    early = plan.text("finish") == "early" and answer.content
    if early:
        whole = Step({"content": answer.content}, silent=True)
        made = [*thinking, Step({}, finish=answer.finish), whole]
    _spend(made, answer)
    opening = Step({"role": "assistant"}, spent=min(1, answer.completion_tokens))
    if plan.text("style") == "c" and made:
        made[0].delta = {"role": "assistant", **made[0].delta}
    else:
        made.insert(0, opening)
    if not early:
        if plan.text("finish") == "with" and made:
            made[-1].finish = answer.finish
        else:
            made.append(Step({}, answer.completion_tokens, answer.finish))
    for step in made:
        if step.finish is not None:
            if plan.on("no-finish"):
                step.finish = None
            elif (reason := plan.text("stop-reason")) is not None:
                step.extra["stop_reason"] = int(reason) if reason.isdigit() else reason
    return made


def _spend(made: list[Step], answer: Answer) -> None:
    """Spread the tokens over the steps, ending at the total."""
    for position, step in enumerate(made, 1):
        step.spent = answer.completion_tokens * position // len(made)


def _spoken(text: str, plan: Plan, *, reasoning: bool) -> list[Step]:
    """Text in pieces of one, two or three tokens, as speculative decoding sends it."""
    pieces, made = tokens(text), list[Step]()
    at = 0
    while at < len(pieces):
        size = (1, 2, 1, 3)[len(made) % 4]
        chosen = pieces[at : at + size]
        at += size
        piece = "".join(chosen)
        if reasoning:
            made.append(Step(reasoning_keys(piece, plan)))
        else:
            step = Step({"content": piece})
            if plan.on("logprobs"):
                step.extra["logprobs"] = {"content": [logprob(token, plan) for token in chosen], "refusal": None}
            made.append(step)
    return made


def _calling(calls: tuple[Call, ...], plan: Plan) -> list[Step]:
    series = [_deltas(index, call, plan) for index, call in enumerate(calls)]
    if plan.on("tool-join"):
        return [Step({"tool_calls": [each for each in group if each is not None]}) for group in zip_longest(*series)]
    if plan.on("tool-pair"):
        return [Step({"tool_calls": deltas[at : at + 2]}) for deltas in series for at in range(0, len(deltas), 2)]
    if plan.on("tool-interleave"):
        turns = chain.from_iterable(zip_longest(*series))
        return [Step({"tool_calls": [delta]}) for delta in turns if delta is not None]
    return [Step({"tool_calls": [delta]}) for delta in chain.from_iterable(series)]


def _deltas(index: int, call: Call, plan: Plan) -> list[JSON]:
    whole = plan.on("tool-whole")
    opening = call.arguments if whole else None if plan.on("null-arguments") else ""
    made: list[JSON] = [_delta(index, call.id, {"name": call.name, "arguments": opening}, plan)]
    if whole:
        return made
    for position, piece in enumerate(tokens(call.arguments)):
        function: Object = {"arguments": piece}
        match plan.text("tool-names"):
            case "empty":
                function = {"name": "", "arguments": piece}
            case "absent":
                pass
            case "same":
                function = {"name": call.name, "arguments": piece}
            case _:
                function = {"name": None, "arguments": piece}
        match plan.text("tool-ids"):
            case "fresh":
                made.append(_delta(index, sha256(f"{call.id}/{position}".encode()).hexdigest()[:12], function, plan))
            case "empty":
                made.append(_delta(index, "", function, plan))
            case "absent":
                made.append(_delta(index, None, function, plan))
            case _:
                made.append(_delta(index, call.id, function, plan))
    return made


def _delta(index: int, call_id: str | None, function: Object, plan: Plan) -> Object:
    delta: Object = {} if plan.on("no-index") else {"index": index}
    if call_id is not None:
        delta["id"] = call_id
    return {**delta, "type": "function", "function": function}
