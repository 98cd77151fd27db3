"""What the reference must have: every public name, and the resources of a client with their methods.

A page of docs/reference lists what belongs there in a good order. Whatever is public and on none of them is added to
the page of its area, so that nothing can be left out. Used by the site and by its tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from inspect import getmembers_static
from pathlib import Path
from typing import NamedTuple

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
ENTRY = re.compile(r"^::: (?P<name>[\w.]+)", re.MULTILINE)

PACKAGES = ("baseten_sdk", "baseten_sdk.batch", "baseten_sdk.emulator", "baseten_sdk.receiver", "baseten_sdk.testing")
"""Packages with public names."""

AREAS = {
    "batch": ("batch", "errors.batch"),
    "configuration": ("config", "hooks", "types.meta"),
    "decisions": ("decisions",),
    "deployments": ("queue", "jobs", "chain", "deployment", "predict", "embeddings", "async", "sse"),
    "emulator": ("emulator", "testing"),
    "errors": ("errors",),
    "pools": ("pool",),
    "responses": ("response",),
    "webhooks": ("webhook", "receiver", "inbox"),
}
"""Pages, and the words in the names of modules whose public names belong there. The first that fits; else chat."""


RESOURCE = """\
    options:
      heading: {heading}
      toc_label: {heading}
      merge_init_into_class: false
      show_bases: false
"""

SAME = """\
## {name} {{ #baseten_sdk.{name} }}

Another name of `{original}`."""

FOREIGN = """\
## {name} {{ #baseten_sdk.{name} }}

The type of that name in {library}."""

TWIN = """\
## {name} {{ #baseten_sdk.{name} }}

The same as [Async{name}][baseten_sdk.Async{name}], without `await`."""


class Public(NamedTuple):
    """A public name.

    Attributes:
        name: The name with its package in front.
        module: Where it is made.
        original: Its name there, which differs for a second name of the same thing.
    """

    name: str
    module: str
    original: str

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2]


def public_names() -> Iterator[Public]:
    """Each public name."""
    for package in PACKAGES:
        module = import_module(package)
        for name in module.__all__:
            if not name.startswith("__"):
                value = getattr(module, name)
                made, original = getattr(value, "__module__", None), getattr(value, "__name__", None)
                if not isinstance(made, str) or (original != name and not made.startswith("baseten_sdk")):
                    made = package  # an alias of types, a constant
                yield Public(f"{package}.{name}", made, value.__name__ if isinstance(value, type) else name)


def resources() -> Iterator[tuple[str, str]]:
    """What a client leads to, such as `client.chat.completions`, and the full name of its class."""
    from baseten_sdk import AsyncClient, Target

    client = AsyncClient(api_key="a-key-for-the-reference")
    yield from sorted(_below("client", client), key=lambda found: ".beta" in found[0])
    yield from _below('client.deployments("...")', client.deployments("abcd1234"))
    yield from _below("client.pool([...])", client.pool([Target("abcd1234")]))


def area_of(module: str) -> str:
    """The page that what a module makes belongs to."""
    room = module.replace("._async", "").replace("._sync", "")
    return next((page for page, words in AREAS.items() if any(word in room for word in words)), "chat")


def listed() -> dict[str, str]:
    """The names on the pages as they are written, and the page of each."""
    return {
        entry["name"]: path.stem
        for path in sorted(REFERENCE.glob("*.md"))
        for entry in ENTRY.finditer(path.read_text(encoding="utf-8"))
    }


def completed(page: str, text: str) -> str:
    """The text of a page, with what belongs there and is on no page."""
    known = listed()
    seen = {name.rpartition(".")[2] for name in known}
    title, _, rest = text.strip().partition("\n")
    parts = [title]
    for path, name in resources():
        kind = name.rpartition(".")[2]
        if kind not in seen and area_of(name) == page:
            parts.append(f"::: {name}\n{RESOURCE.format(heading=path)}")
        seen.add(kind)
    parts.append(rest.strip())
    for public in public_names():
        (name, module, original), last = public, public.last
        same = original != last
        if last in seen or area_of(module) != page or (not same and module.startswith(tuple(known))):
            continue
        seen.add(last)
        if same:
            parts.append(SAME.format(name=last, original=original))
        elif not module.startswith("baseten_sdk"):
            parts.append(FOREIGN.format(name=last, library=module.partition(".")[0]))
        elif "._sync." in module:
            parts.append(TWIN.format(name=last))
        else:
            parts.append(f"::: {name}")
    return "\n\n".join(parts) + "\n"


def _below(path: str, value: object) -> Iterator[tuple[str, str]]:
    for name, member in getmembers_static(type(value)):
        if name.startswith("_") or not isinstance(member, property | cached_property):
            continue
        child = getattr(value, name)
        kind = type(child)
        if kind.__module__.startswith("baseten_sdk._async.resources."):
            yield f"{path}.{name}", f"{kind.__module__}.{kind.__qualname__}"
            yield from _below(f"{path}.{name}", child)
