"""The table of behaviors that a request may ask for, and the presets made of them.

It must not know what any behavior does: the files that do it ask a `Plan` by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

HALF = -1
"""The value of a counting behavior that was given no count."""


class Kind(Enum):
    FLAG = "flag"
    NUMBER = "number"
    COUNT = "count, optional"
    SECONDS = "seconds"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Behavior:
    """One row of the table.

    Attributes:
        trouble: Makes the attempt fail, so `fail=N` switches it off after N attempts.
    """

    name: str
    kind: Kind
    summary: str
    choices: tuple[str, ...] = ()
    trouble: bool = False


def _flag(name: str, summary: str, *, trouble: bool = False) -> Behavior:
    return Behavior(name, Kind.FLAG, summary, (), trouble)


def _number(name: str, summary: str, *, trouble: bool = False) -> Behavior:
    return Behavior(name, Kind.NUMBER, summary, (), trouble)


def _count(name: str, summary: str) -> Behavior:
    return Behavior(name, Kind.COUNT, summary, (), trouble=True)


def _text(name: str, summary: str, choices: str = "", *, trouble: bool = False) -> Behavior:
    return Behavior(name, Kind.TEXT, summary, tuple(choices.split()), trouble)


TABLE: tuple[Behavior, ...] = (
    _number("status", "answer with this status and an error body", trouble=True),
    _text("shape", "which of the eight error bodies", "1 2 3 4 5 5-list 6 7 8 8-text", trouble=True),
    _text("message", "the text inside the error body", trouble=True),
    _text("code", "the error code inside the error body", trouble=True),
    _text("retry-after", "the Retry-After header: seconds, date:SECONDS for an HTTP date, or any text", trouble=True),
    _text("retry-after-ms", "the retry-after-ms header", trouble=True),
    _text("error-source", "the X-BASETEN-ERROR-SOURCE header", trouble=True),
    _text("error-code", "the X-BASETEN-ERROR-CODE header", trouble=True),
    _text("reply", "replace the body of a 200", "html empty error truncated not-json", trouble=True),
    _flag("drop", "close the connection without a byte", trouble=True),
    _flag("reset", "with drop or cut: reset the connection instead of closing it", trouble=True),
    _flag("hang", "accept the request and never answer", trouble=True),
    _count("cut", "send N events (bytes, if not a stream; half by default) or messages, then close without an end"),
    _count("end", "send N events (half by default), then end the body cleanly"),
    _count("stall", "send N events (half by default), then stay silent"),
    _text("stream-error", "an error inside the stream", "string object object-error event", trouble=True),
    _number("fail", "fail the first N attempts (status 503 unless another fault is named), then succeed"),
    _text("key", "what attempts are counted by; x-baseten-customer-request-id if not given"),
    _number("delay", "milliseconds before the first byte"),
    _number("pause", "milliseconds between events or pieces"),
    _number("pieces", "write the body in pieces of N bytes"),
    _flag("burst", "write the whole body at once"),
    _flag("length", "send a stream with Content-Length, buffered"),
    _text("content-type", "replace the content type"),
    _flag("octet-stream", "send the body as application/octet-stream"),
    _text("request-id", "X-Baseten-* id headers on or off, or x-request-id only", "on off x"),
    _number("ratelimit", "send x-ratelimit-* headers with N requests remaining"),
    _flag("nan", "put a bare NaN and Infinity into a predict reply"),
    _text("stream", "stream a predict", "text json-lines sse"),
    _text("text", "answer a chat with this text"),
    _number("tokens", "answer a chat with N tokens, if no limit is lower"),
    _text("reasoning", "the key for reasoning", "reasoning_content reasoning both off"),
    _text("style", "the delta style of a chat stream", "a b c litellm llama-cpp"),
    _text("usage", "where usage appears in a stream", "each last none null mixed"),
    _flag("no-usage-chunk", "leave out the last chunk, which has usage and no choices"),
    _flag("no-finish", "never send finish_reason"),
    _flag("no-done", "never send [DONE]"),
    _flag("lone-done", "send nothing but [DONE]"),
    _text("finish", "finish_reason on the last delta, before the content, or in its own chunk", "with early own"),
    _text("finish-reason", "replace finish_reason"),
    _text("stop-reason", "add stop_reason to the choice"),
    _text("omit-answer", "leave that question of a decision unanswered"),
    _text(
        "results",
        "what is odd about the results of an embedding engine; the last three are of embeddings alone",
        "short extra twice foreign shuffled ragged nan garbled",
    ),
    _text("content", "a reply without the key content, or with null", "absent null"),
    _number("count", "N choices"),
    _flag("refusal", "refuse"),
    _flag("logprobs", "add log probabilities"),
    _number("top-logprobs", "with them: N alternatives to each token"),
    _text("no-choices", "insert a chunk whose choices are null, absent or empty", "null absent empty"),
    _flag("choice-pair", "two deltas of one choice in one event"),
    _flag("tool-call", "call the tools even after a tool message, or when not mentioned"),
    _text("tool-ids", "ids of continuing tool deltas", "same fresh empty absent"),
    _text("tool-names", "names of continuing tool deltas", "null empty absent same"),
    _flag("tool-whole", "each tool call in one delta"),
    _flag("tool-interleave", "deltas of parallel tool calls take turns"),
    _flag("tool-pair", "two deltas of one index in one event"),
    _flag("tool-join", "deltas of all indexes in one event"),
    _flag("null-arguments", "open a tool call with arguments: null"),
    _flag("no-index", "tool deltas without index"),
    _text("response-style", "the form of a response, as other servers send it", "llama-cpp transformers litellm"),
    _text("ending", "how a response ends", "completed failed incomplete"),
    _flag("bare-ending", "the end of a response repeats no output"),
    _text(
        "early-done",
        "announce a call of a response or a message as done before its last arguments, with none, {} or some of them",
        "empty object cut",
    ),
    _flag("no-item-done", "never say that an item of a response is done"),
    _flag("duplicate-calls", "each call of a response twice"),
    _flag("no-deltas", "a response without events of its items: only two other events have them"),
    _flag("commentary", "a response with a comment of the model before its answer"),
    _flag("strict-fields", "refuse unknown fields of a request for a response"),
    _text("message-usage", "how messages count their input, or report it twice", "inclusive exclusive llama-cpp early"),
    _flag("string-counts", "messages: counts of tokens as text"),
    _flag("no-messages", "a model without messages", trouble=True),
    _flag("no-images", "a model without images", trouble=True),
    _flag("no-stream", "messages: a whole reply where a stream was asked for"),
    _flag("no-input", "messages: a call begins without the key input"),
    _flag("one-index", "messages: all blocks have the index 0"),
    _flag("other-block", "messages and responses: a block or an item of another type, as a hosted tool makes it"),
    _flag("other-event", "messages and responses: an event of an unknown type"),
    _flag("opening-text", "messages: the whole text of a block comes with its beginning"),
    _flag("message-done", "messages: [DONE] behind the last event"),
    _flag("plain-events", "no event: lines in a stream that has them"),
    _flag("comments", "comments and pings between events"),
    _flag("named-events", "event: and id: lines"),
    _flag("multi-line", "each event's data over several data: lines"),
    _flag("crlf", "lines end with CRLF"),
    _flag("cr", "lines end with CR"),
    _flag("bom", "the stream begins with a byte order mark"),
    _number("close", "close a WebSocket with this code", trouble=True),
    _number("close-after", "with close: after N messages, not at once", trouble=True),
    _flag("real-time", "refuse audio that comes much faster than it would be heard", trouble=True),
    _flag("no-finish-audio", "acknowledge the end of the audio, and send nothing after it", trouble=True),
    _flag("no-close", "never answer the close frame of a WebSocket"),
    Behavior("queue", Kind.SECONDS, "seconds that an asynchronous request waits in the queue"),
    Behavior("run", Kind.SECONDS, "seconds that it runs"),
    _text("fail-with", "it fails with this error code"),
    _text("webhook", "deliver its webhook twice, never, or elsewhere", "duplicate lost astray"),
    Behavior("webhook-delay", Kind.SECONDS, "seconds between its end and the first attempt to deliver its webhook"),
)

REGISTRY = {behavior.name: behavior for behavior in TABLE}

PRESETS: dict[str, tuple[str, str]] = {
    "model-error": (
        "status=500, shape=1, error-source=04, error-code=600,message=Internal Server Error (in model/chainlet).",
        "the model's own code raised",
    ),
    "unhandled": (
        "status=500, shape=1, error-source=04, error-code=500,message=Unhandled exception: RuntimeError: boom",
        "the platform failed",
    ),
    "bad-input": (
        "status=400, shape=1, error-source=04, error-code=700, message=Input Parsing Error",
        "the model could not read its input",
    ),
    "not-ready": (
        "status=503, shape=1, error-source=04, error-code=600, message=Model with name model is not ready.",
        "the model is loading",
    ),
    "chain-error": ("status=500, shape=6, error-source=04, error-code=600", "a chainlet's dependency failed"),
    "capacity": ("status=429, shape=2, code=CAPACITY_EXCEEDED, message=CAPACITY_EXCEEDED", "no room to queue"),
    "deactivated": (
        "status=400, shape=1, message=The deployment is deactivated. Activate it to send requests.",
        "a deployment that was deactivated",
    ),
    "no-scope": (
        "status=403, shape=1, message=The API key does not have the scope for this operation.",
        "a valid key that may not do this",
    ),
    "overloaded": ("status=529, shape=3", "no serving capacity"),
    "bad-gateway": ("status=502, shape=8", "an HTML page from the edge"),
    "no-end": ("no-finish, no-done", "a stream that neither finishes nor says [DONE]"),
    "parallel-c": ("style=c, tool-interleave, finish=with", "parallel tool calls that take turns, in the sparse style"),
    "drip": ("pieces=1, pause=1", "a byte at a time"),
}


def describe() -> str:
    """Return the table and the presets, as text."""
    lines = []
    for behavior in TABLE:
        match behavior.kind:
            case Kind.FLAG:
                form = behavior.name
            case Kind.COUNT:
                form = f"{behavior.name}[=N]"
            case Kind.NUMBER | Kind.SECONDS:
                form = f"{behavior.name}=N"
            case Kind.TEXT:
                form = f"{behavior.name}={'|'.join(behavior.choices) or 'TEXT'}"
        lines.append(f"  {form}\n      {behavior.summary}")
    lines += ["", "Several at once:"]
    lines += [f"  {name}\n      {summary} ({spec})" for name, (spec, summary) in PRESETS.items()]
    return "\n".join(lines)
