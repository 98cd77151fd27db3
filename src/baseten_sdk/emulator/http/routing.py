"""Parses the address of a request: the surface, the model, the target, and the rest of the route.

Everything is under one origin, by path prefix. A Host header in the real service's form routes as the service would. It
owns only the parsing of addresses. It must not know which routes exist.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

Surface = Literal["model-apis", "model", "chain", "container"]

_DEDICATED = re.compile(r"(model|chain)-([a-z0-9]+)(?:-([a-z0-9-]+))?\.api\.baseten\.co(?::\d+)?", re.IGNORECASE)
_MODEL_APIS = re.compile(r"inference\.baseten\.co(?::\d+)?", re.IGNORECASE)
_PREFIXED = {"production", "environments", "development", "deployment"}


@dataclass(frozen=True, slots=True)
class Address:
    """An address, read.

    Attributes:
        owner: The model's or chain's ID; empty on the Model APIs.
        environment: The environment asked for; None for a development or explicit deployment.
        route: The path segments after the target, percent-encoded as they came.
        bare: The path carried no target.
        gateway: The Model APIs behind a Frontier Gateway, whose keys have their own scheme.
    """

    surface: Surface
    owner: str
    environment: str | None
    deployment: str | None
    route: tuple[str, ...]
    regional: bool = False
    bare: bool = False
    gateway: bool = False

    @property
    def development(self) -> bool:
        return self.surface != "model-apis" and self.environment is None and self.deployment is None

    @property
    def deployment_id(self) -> str:
        """Seven characters, always the same for one target of one owner."""
        if self.deployment is not None:
            return self.deployment
        return short_id(f"{self.surface}/{self.owner}/{self.environment or 'development'}", 7)


def short_id(seed: str, length: int) -> str:
    """Letters and digits made from `seed`, in the form of the service's IDs."""
    digits = int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big")
    alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while len(text) < length:
        digits, index = divmod(digits, len(alphabet))
        text += alphabet[index]
    return text


def resolve(host: str, raw_path: str) -> Address | None:
    """Parse an address. Return None if nothing of the service has it."""
    segments = tuple(raw_path.lstrip("/").split("/"))
    if _MODEL_APIS.fullmatch(host):
        return _model_apis(segments)
    if match := _DEDICATED.fullmatch(host):
        surface: Surface = "model" if match[1].lower() == "model" else "chain"
        return _regional(surface, match[2], match[3], segments) if match[3] else _targeted(surface, match[2], segments)
    match segments:
        case ("v1", *_):
            return _model_apis(segments)
        case ("gateway", "v1", *rest):
            return Address("model-apis", "", None, None, tuple(rest), gateway=True)
        case ("container", *rest):
            return Address("container", "model", None, None, tuple(rest), bare=True)
        case ("model", owner, *rest) if owner:
            return _targeted("model", unquote(owner), tuple(rest))
        case ("chain", owner, *rest) if owner:
            return _targeted("chain", unquote(owner), tuple(rest))
        case ("regional", owner, environment, *rest) if owner and environment:
            return _regional("model", unquote(owner), unquote(environment), tuple(rest))
        case ("regional-chain", owner, environment, *rest) if owner and environment:
            return _regional("chain", unquote(owner), unquote(environment), tuple(rest))
        case _:
            return None


def _model_apis(segments: tuple[str, ...]) -> Address | None:
    return Address("model-apis", "", None, None, segments[1:]) if segments[0] == "v1" else None


def _targeted(surface: Surface, owner: str, segments: tuple[str, ...]) -> Address | None:
    match segments:
        case ("production", *rest):
            return Address(surface, owner, "production", None, tuple(rest))
        case ("environments", name, *rest) if name:
            return Address(surface, owner, unquote(name), None, tuple(rest))
        case ("development", *rest):
            return Address(surface, owner, None, None, tuple(rest))
        case ("deployment", name, *rest) if name:
            return Address(surface, owner, None, unquote(name), tuple(rest))
        case ("async_request", _):
            return Address(surface, owner, "production", None, segments, bare=True)
        case _:
            return None


def _regional(surface: Surface, owner: str, environment: str, segments: tuple[str, ...]) -> Address | None:
    if segments[0] in _PREFIXED:
        return None
    return Address(surface, owner, environment, None, segments, regional=True, bare=True)
