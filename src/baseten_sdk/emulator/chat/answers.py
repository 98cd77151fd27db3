"""What the emulator answers to a chat: text, reasoning, a structured object or tool calls, cut to the token
limit.

It owns the content of an answer, made from the request alone, so that the same request is answered in the
same way. It must not know JSON envelopes, streams or styles.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256

from ..behaviors.plan import Plan
from ..http.jsonvalue import JSON, Object, as_list, as_number, as_object, as_text
from ..schema.instances import Hints, instance
from .prose import lengthened, prose, thoughts, tokens

_COMMON = {"get", "set", "list", "find", "run", "call", "the", "for", "and", "use", "fetch", "make", "new", "tool"}
"""Words in the names of tools that do not identify one."""
_NAMES = re.compile(r"(?:[\"'“`][\w-]+[\"'”`](?:,|\s|and\b|or\b)*)+(keys?\b|fields?\b|properties\b)?")
"""Names in quotation marks, and the word behind them that says that they are keys."""
_REFUSAL = "I cannot help with that."


@dataclass(frozen=True, slots=True)
class Call:
    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer before it has a form.

    Attributes:
        content: None if the reply has no content.
    """

    content: str | None
    reasoning: str
    refusal: str | None
    calls: tuple[Call, ...]
    finish: str
    prompt_tokens: int
    completion_tokens: int
    reasoning_tokens: int

    def usage(self, completion_tokens: int | None = None) -> Object:
        """Usage, cumulative up to `completion_tokens`."""
        completion = self.completion_tokens if completion_tokens is None else completion_tokens
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": completion,
            "total_tokens": self.prompt_tokens + completion,
            "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": self.prompt_tokens // 64 * 64},
            "completion_tokens_details": {
                "accepted_prediction_tokens": 0,
                "audio_tokens": 0,
                "reasoning_tokens": min(self.reasoning_tokens, completion),
                "rejected_prediction_tokens": 0,
            },
        }


def answer(body: Object, plan: Plan, seed: int) -> Answer:
    """Answer a valid chat request."""
    messages = list(map(as_object, as_list(body.get("messages"))))
    question = next((_text(message) for message in reversed(messages) if message.get("role") == "user"), "")
    begun = messages.pop() if body.get("continue_final_message") is True else {}
    last = messages[-1] if messages else {}
    reasoning = thoughts(question) if _reasons(body) and plan.text("reasoning") != "off" else ""
    calls = _calls(body, last, question, plan)
    content: str | None = None
    finish = "stop"
    if plan.on("refusal"):
        calls = ()
    elif calls:
        finish = "tool_calls"
    else:
        content = _stopped(_content(body, last, question, plan, seed), body.get("stop")).removeprefix(_text(begun))
    limit = as_number(body.get("max_completion_tokens")) or as_number(body.get("max_tokens"))
    thought, spoken = tokens(reasoning), tokens(content or "")
    if limit is not None and not calls and len(thought) + len(spoken) > limit:
        thought = thought[: int(limit)]
        spoken = spoken[: max(int(limit) - len(thought), 0)]
        finish = "length"
        content = "".join(spoken) if spoken else None
    called = sum(len(tokens(call.name + call.arguments)) for call in calls)
    refused = _REFUSAL if plan.on("refusal") else None
    return Answer(
        content=content,
        reasoning="".join(thought),
        refusal=refused,
        calls=calls,
        finish=plan.text("finish-reason") or finish,
        prompt_tokens=sum(4 + len(tokens(_text(message))) for message in (*messages, begun) if message),
        completion_tokens=len(thought) + len(spoken) + called + len(tokens(refused or "")),
        reasoning_tokens=len(thought),
    )


def _reasons(body: Object) -> bool:
    arguments = as_object(body.get("chat_template_args"))
    effort = body.get("reasoning_effort")
    return (
        "reason" in as_text(body.get("model")).lower()
        or (isinstance(effort, str) and effort != "none")
        or arguments.get("enable_thinking") is True
    )


def _text(message: Object) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    return " ".join(as_text(as_object(part).get("text")) for part in as_list(content)).strip()


def _content(body: Object, last: Object, question: str, plan: Plan, seed: int) -> str:
    if (fixed := plan.text("text")) is not None:
        return fixed
    wanted = as_object(body.get("response_format"))
    match wanted.get("type"):
        case "json_schema":
            schema = as_object(wanted.get("json_schema")).get("schema")
            return json.dumps(instance(schema), ensure_ascii=False)
        case "json_object":
            return json.dumps(_json_object(question, seed), ensure_ascii=False)
        case _:
            pass
    if last.get("role") == "tool":
        return f"The tool says: {_text(last)}"
    text = prose(question, seed)
    wanted_tokens = plan.number("tokens") or int(as_number(body.get("min_tokens")) or 0)
    exact = plan.on("tokens") or len(tokens(text)) < wanted_tokens
    return lengthened(text, wanted_tokens) if exact else text


def _json_object(question: str, seed: int) -> JSON:
    """Any object, or one with the keys that the question names."""
    found = next((each for each in _NAMES.finditer(question) if each[1]), None)
    if found is None:
        return {"question": question, "answer": prose(question, seed)}
    named: str = question[found.start() : found.start(1)]
    names: list[str] = [name for name in re.findall(r"[\w-]+", named) if name not in ("and", "or")]
    return instance({"type": "object", "properties": {name: {"type": "string"} for name in names}})


def _stopped(text: str, stop: JSON) -> str:
    stops = [as_text(each) for each in as_list(stop)] if isinstance(stop, list) else [as_text(stop)]
    ends = [at for at in (text.find(each) for each in stops if each) if at >= 0]
    return text[: min(ends)] if ends else text


def _calls(body: Object, last: Object, question: str, plan: Plan) -> tuple[Call, ...]:
    entries = [as_object(tool) for tool in as_list(body.get("tools"))]
    functions = [as_object(entry["function"]) for entry in entries if isinstance(entry.get("function"), dict)]
    choice = body.get("tool_choice")
    forced = plan.on("tool-call")
    if not functions or choice == "none" or (last.get("role") == "tool" and not forced):
        return ()
    mentioned = [function for function in functions if _mentions(question, as_text(function.get("name")))]
    if isinstance(choice, dict):
        name = as_object(choice.get("function")).get("name")
        chosen = [function for function in functions if function.get("name") == name]
    elif choice == "required" or forced:
        chosen = mentioned or functions[:1]
    else:
        chosen = mentioned if last.get("role") == "user" else []
    hints = Hints(question)
    if len(chosen) == 1 and not isinstance(choice, dict) and len(hints.names) > 1 and _has_place(chosen[0]):
        chosen = chosen * len(hints.names)
    if body.get("parallel_tool_calls") is False:
        chosen = chosen[:1]
    model = as_text(body.get("model"))
    made: list[Call] = []
    for position, function in enumerate(chosen):
        name = as_text(function.get("name"))
        nth = sum(call.name == name for call in made)
        arguments = json.dumps(
            instance(function.get("parameters") or {"type": "object"}, hints, nth), ensure_ascii=False
        )
        made.append(Call(_call_id(model, name, position, question), name, arguments))
    return tuple(made)


def _has_place(function: Object) -> bool:
    properties = as_object(as_object(function.get("parameters")).get("properties"))
    return any(name in ("city", "location", "place", "town") for name in properties)


def _mentions(question: str, name: str) -> bool:
    words = {word.lower().rstrip("s") for word in re.findall(r"\w+", question)}
    if name.lower() in question.lower():
        return True
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+|\d+", name)
    return any(part.lower().rstrip("s") in words for part in parts if len(part) > 2 and part.lower() not in _COMMON)


def _call_id(model: str, name: str, position: int, question: str) -> str:
    if "kimi" in model.lower():
        return f"functions.{name}:{position}"
    return "chatcmpl-tool-" + sha256(f"{name}/{position}/{question}".encode(errors="replace")).hexdigest()[:32]
