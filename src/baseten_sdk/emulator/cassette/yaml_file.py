"""A cassette as a file: YAML that a person reads in a review, and that gives back every byte.

The file is a series of documents: a head, and one for each interaction, whose form `yaml_forms` knows. The digest tells
whether a file was edited. A file without one is taken as it is.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import yaml
from pydantic import ValidationError

from ...errors import ConfigurationError
from ..regular_file import read_regular
from .interaction import Interaction, SentRequest
from .yaml_forms import InteractionForm, StrictForm, reply_tree, request_tree

VERSION = 1
TITLE = "# Replies of the service, recorded by baseten-sdk. To record them again: pytest --baseten-record=all\n"
SEPARATOR = b"---\n"
WIDTH = 100


TEXT = "tag:yaml.org,2002:str"

_LOADER: type[yaml.CSafeLoader | yaml.SafeLoader] = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


_ODD_BREAKS = re.compile("[\r\x85\u2028\u2029\ufeff]")
"""What YAML takes for the end of a line too, or for the beginning of a file."""


class _Head(StrictForm):
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
        found = InteractionForm.model_validate(_tree(document))
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
        _yaml({"request": request_tree(each.request), "reply": reply_tree(each.reply)}).encode()
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
    return _yaml(request_tree(request))


def _yaml(tree: object) -> str:
    text: str = yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
    return text.removesuffix("...\n")


def _digest(documents: Iterable[bytes]) -> str:
    return hashlib.sha256(SEPARATOR.join(documents)).hexdigest()[:16]


def _refused(path: Path, problem: str) -> ConfigurationError:
    return ConfigurationError(
        f"The cassette {path} {problem}. To record it again, run pytest --baseten-record=all with a key in "
        "BASETEN_API_KEY."
    )
