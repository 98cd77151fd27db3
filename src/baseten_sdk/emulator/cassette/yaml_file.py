"""A cassette as a file: YAML that a person reads in a review, and that gives back every byte.

The file is a series of documents: a head, and one for each interaction. A body that is JSON in one of the usual forms
is written as YAML, any other text as text, and the rest as base64. A stream is one text; its pieces stand beside it, as
the bytes of each and the seconds since the one before. The digest tells an edited file; a file without one is taken as
it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from ...errors import ConfigurationError
from ..http.jsonvalue import JSON
from ..regular_file import read_regular
from .interaction import Interaction, ReceivedReply, ReplyEnding, SentRequest, TimedPiece

VERSION = 1
TITLE = "# Replies of the service, recorded by baseten-sdk. To record them again: pytest --baseten-record=all\n"
SEPARATOR = b"---\n"
WIDTH = 100

STYLES: Mapping[str, tuple[tuple[str, str], bool]] = {
    "compact": ((",", ":"), False),
    "spaced": ((", ", ": "), False),
    "compact-ascii": ((",", ":"), True),
    "spaced-ascii": ((", ", ": "), True),
}
"""How JSON is written: its separators, and whether it is all ASCII. The first needs no mention in a file."""

TEXT = "tag:yaml.org,2002:str"

_LOADER: type[yaml.CSafeLoader | yaml.SafeLoader] = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


_ODD_BREAKS = re.compile("[\r\x85\u2028\u2029\ufeff]")
"""What YAML takes for the end of a line too, or for the beginning of a file."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Bytes(_Part):
    """Bytes, written as text where possible."""

    text: str | None = None
    raw: bytes | None = Field(None, alias="bytes")

    def bytes_given(self) -> bytes:
        return self.raw if self.raw is not None else (self.text or "").encode()


class _Request(_Bytes):
    method: str
    path: str
    query: dict[str, str] = {}
    body: JsonValue = None

    def value(self) -> SentRequest:
        if self.text is None and self.raw is None:
            return SentRequest(self.method, self.path, self.query, self.body)
        body: JSON | bytes = self.bytes_given()
        with suppress(ValueError, RecursionError):
            body = json.loads(self.bytes_given())  # JSON for which YAML has no form
        return SentRequest(self.method, self.path, self.query, body)


class _Reply(_Bytes):
    status: int
    seconds: float
    headers: dict[str, str] = {}
    body: JsonValue = None
    style: str = "compact"
    pieces: str | None = None
    ending: ReplyEnding = "complete"

    def value(self) -> ReceivedReply:
        data = _written(self.body, self.style) if "body" in self.model_fields_set else self.bytes_given()
        streamed = self.pieces is not None
        pieces = f"{len(data)}@0" if self.pieces is None and data else self.pieces or ""
        return ReceivedReply(self.status, self.headers, self.seconds, tuple(_cut(data, pieces)), streamed, self.ending)


class _Interaction(_Part):
    request: _Request
    reply: _Reply


class _Head(_Part):
    version: int
    digest: str | None = None


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as a block. The one in C would escape every emoji."""


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = '"' if _ODD_BREAKS.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar(TEXT, text, style=style)


_Dumper.add_representer(str, _block)


def read(path: Path) -> list[Interaction]:
    """Return the interactions of a file.

    Raises:
        ConfigurationError: It cannot be read, has another version, is not a cassette, or was edited.
    """
    try:
        head, *rest = (document + b"\n" for document in read_regular(path).removesuffix(b"\n").split(b"\n" + SEPARATOR))
        found = _head(path, head)
        if found.digest is not None and found.digest != _digest(rest):
            raise _refused(path, "was edited after it was recorded. If that is meant, delete its line `digest:`")
        return [_interaction(path, number, document) for number, document in enumerate(rest, 1)]
    except OSError as error:
        raise _refused(path, f"cannot be read: {(error.strerror or str(error)).lower()}") from None


def _head(path: Path, head: bytes) -> _Head:
    with suppress(yaml.YAMLError, ValueError):
        tree: object = yaml.load(head, _LOADER)
        if isinstance(tree, dict) and "version" in tree:
            if tree["version"] != VERSION:
                raise _refused(path, f"has version {tree['version']!r}, and this package reads version {VERSION}")
            return _Head.model_validate(tree)
    raise _refused(path, "is not a cassette")


def _interaction(path: Path, number: int, document: bytes) -> Interaction:
    try:
        found = _Interaction.model_validate(_tree(document))
        return Interaction(found.request.value(), found.reply.value())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        problem = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    except (yaml.YAMLError, KeyError, ValueError, TypeError, RecursionError) as error:
        problem = " ".join(str(error).split())
    raise _refused(path, f"was edited into something that cannot be read, in interaction {number}: {problem}")


def _tree(document: bytes) -> object:
    """Read a document. PyYAML itself takes a third longer. Nearly all nodes are texts."""
    loader = _LOADER(document)
    try:
        node = loader.get_single_node()
        return None if node is None else _value(loader, node)
    finally:
        loader.dispose()


def _value(loader: yaml.CSafeLoader | yaml.SafeLoader, node: yaml.Node) -> object:
    match node:
        case yaml.ScalarNode(tag=tag, value=text) if tag == TEXT:
            return text
        case yaml.MappingNode(value=pairs):
            return {_value(loader, key): _value(loader, value) for key, value in pairs}
        case yaml.SequenceNode(value=items):
            return [_value(loader, item) for item in items]
        case _:
            return loader.construct_object(node)


def write(path: Path, interactions: Iterable[Interaction]) -> None:
    """Replace the file in one step. It keeps its mode, and a symbolic link to it stays a link.

    Raises:
        ConfigurationError: It cannot be written.
    """
    rest = [
        _yaml({"request": _request_tree(each.request), "reply": _reply_tree(each.reply)}).encode()
        for each in interactions
    ]
    head = TITLE + _yaml({"version": VERSION, "digest": _digest(rest)})
    path = Path(os.path.realpath(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(SEPARATOR.join([head.encode(), *rest]))
            with suppress(FileNotFoundError):  # a new one is its owner's alone
                os.chmod(name, stat.S_IMODE(os.stat(path).st_mode))
            os.replace(name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        raise _refused(path, f"cannot be written: {(error.strerror or str(error)).lower()}") from None


def request_text(request: SentRequest) -> str:
    """Return a request as the file would have it."""
    return _yaml(_request_tree(request))


def _yaml(tree: object) -> str:
    text: str = yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
    return text.removesuffix("...\n")


def _digest(documents: Iterable[bytes]) -> str:
    return hashlib.sha256(SEPARATOR.join(documents)).hexdigest()[:16]


def _request_tree(request: SentRequest) -> dict[str, object]:
    tree: dict[str, object] = {"method": request.method, "path": request.path}
    if request.query:
        tree["query"] = dict(request.query)
    if isinstance(request.body, bytes):
        return tree | _bytes_tree(request.body)
    if not _has_form(request.body):
        return tree | {"text": json.dumps(request.body)}
    return tree if request.body is None else tree | {"body": request.body}


def _reply_tree(reply: ReceivedReply) -> dict[str, object]:
    tree: dict[str, object] = {"status": reply.status, "seconds": round(reply.seconds, 3)}
    if reply.headers:
        tree["headers"] = dict(reply.headers)
    if reply.ending != "complete":
        tree["ending"] = reply.ending
    data = b"".join(piece.data for piece in reply.pieces)
    if reply.streamed:
        tree["pieces"] = " ".join(f"{len(each.data)}@{each.after:.3f}" for each in reply.pieces)
        return tree | _bytes_tree(data)
    return tree | _json_tree(data) if data else tree


def _cut(data: bytes, pieces: str) -> Iterator[TimedPiece]:
    """The pieces of a stream.

    Raises:
        ValueError: They are not as long as the stream.
    """
    start = 0
    for piece in pieces.split():
        size, _, after = piece.partition("@")
        end = start + int(size)
        yield TimedPiece(float(after), data[start:end])
        start = end
    if start != len(data):
        raise ValueError(f"the pieces have {start} bytes, and the text has {len(data)}")


def _json_tree(data: bytes) -> dict[str, object]:
    """Return a body as JSON if the same bytes can be made from it again."""
    if data.lstrip()[:1] in (b"{", b"["):
        with suppress(ValueError, RecursionError):
            body: JSON = json.loads(data)
            for style in STYLES if _has_form(body) else ():
                if _written(body, style) == data:
                    return {"body": body} if style == "compact" else {"style": style, "body": body}
    return _bytes_tree(data)


def _has_form(body: JSON) -> bool:
    """Whether YAML has a form for it: it has none for half a character."""
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _written(body: JSON, style: str) -> bytes:
    separators, ascii_only = STYLES[style]
    return json.dumps(body, ensure_ascii=ascii_only, separators=separators).encode("utf-8", "surrogatepass")


def _bytes_tree(data: bytes) -> dict[str, object]:
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"bytes": data}


def _refused(path: Path, problem: str) -> ConfigurationError:
    return ConfigurationError(
        f"The cassette {path} {problem}. To record it again, run pytest --baseten-record=all with a key in "
        "BASETEN_API_KEY."
    )
