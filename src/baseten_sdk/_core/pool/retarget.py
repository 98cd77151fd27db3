"""Turns one request into a request for any member: with the member's URL and its name for the model.

The methods of a pool build their request for a deployment that does not exist, at `PLACEHOLDER`. Before it is sent, the
member's URL replaces the placeholder, and its name for the model replaces the name in the body. That name is always
first in a body, so nothing is parsed or encoded again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...errors import ConfigurationError, InvalidRequestError
from ...types.pool import Target
from ..request.embeddings import ANY_MODEL
from ..request.hang_check import HangCheck
from ..request.json_codec import encode_json
from ..request.model_names import ModelName
from ..request.request import Request
from ..request.routing import Router
from ..request.service_urls import DeploymentURLs

PLACEHOLDER = "pool://member"

ENGINE = "/sync/v1/"
"""Where the paths of an engine begin. A model of the Model APIs has only these."""

EMBEDDINGS = f"{ENGINE}embeddings"

MOST_FOUND = 64
"""How many URLs of a member to remember. Each query and each path of a container has a URL of its own."""

_UNNAMED = b'{"model":' + encode_json(ANY_MODEL) + b","

_NAMED = re.compile(rb'\{"model":"(?:[^"\\]|\\.)*",')
"""The beginning of a body that names a model."""


@dataclass(frozen=True, slots=True)
class MemberURLs:
    """The URLs of a member, and its name for the model.

    Attributes:
        deployment: The URL above its own paths. None for a model of the Model APIs.
        engine: The URL above the paths of its OpenAI-compatible engine.
        first_byte: Seconds to wait for the first byte of its reply if the caller set no limit.
        head: The beginning of a body that names the model.
        named: Whether the target names the model. If not, the call's name is sent.
        gateway: Whether it is a gateway that replaces the Model APIs.
        name: The name that led to the engine, if any.
        found: The URLs of recent calls, by their URLs at the placeholder.
    """

    target: Target
    deployment: str | None
    engine: str
    first_byte: float
    head: bytes
    named: bool = True
    gateway: bool = False
    name: ModelName | None = None
    found: dict[str, str] = field(default_factory=dict[str, str], init=False, repr=False, compare=False)


def placeholder() -> DeploymentURLs:
    """Return the URLs of the deployment that represents all members."""
    return DeploymentURLs("pool", PLACEHOLDER, PLACEHOLDER, name="pool")


def member_urls(target: Target, router: Router) -> MemberURLs:
    """Return the URLs of a member.

    Raises:
        ConfigurationError: An ID is invalid, or there are two targets.
    """
    if target.model_id is None:
        engine, name = router.engine_of(target.model or "")
        gateway = engine.url != router.endpoints.model_apis.rstrip("/")
        return MemberURLs(target, None, engine.url, engine.first_byte, _head(name), gateway=gateway, name=engine.model)
    urls = router.deployment(
        target.model_id, environment=target.environment, deployment_id=target.deployment_id, regional=target.regional
    )
    named = target.model is not None
    head = _head(target.model or target.model_id)
    return MemberURLs(target, urls.target, urls.engine.url, urls.engine.first_byte, head, named)


def _head(name: str) -> bytes:
    return b'{"model":' + encode_json(name) + b","


def retarget(request: Request, member: MemberURLs, hedge: bool = False, check: HangCheck | None = None) -> Request:
    """Return the request for a member."""
    url = member.found.get(request.url) or _url(request, member)
    body = request.body
    if body.startswith(_UNNAMED):
        body = member.head + body[len(_UNNAMED) :]
    elif member.named and (found := _NAMED.match(body)) is not None:
        body = member.head + body[found.end() :]
    first_byte = request.first_byte if request.first_byte < member.first_byte else member.first_byte
    # Positional arguments are faster.
    return Request(
        request.method,
        url,
        request.headers,
        body,
        first_byte,
        request.safety,
        member.target,
        hedge,
        member.name,
        request.upgrade,
        check,
    )


def _url(request: Request, member: MemberURLs) -> str:
    path = request.url[len(PLACEHOLDER) :]
    if path.startswith(ENGINE):
        url = f"{member.engine}/{path[len(ENGINE) :]}"
    else:
        assert member.deployment is not None  # Checked before the call began.
        url = member.deployment + path
    if len(member.found) >= MOST_FOUND:
        member.found.clear()
    member.found[request.url] = url
    return url


def route_of(request: Request) -> str:
    """Return the path of a call."""
    return request.url[len(PLACEHOLDER) :].partition("?")[0]


def kind_of(request: Request, *, streamed: bool) -> str:
    """Return the kind of a request. Answers of one kind take similar times; that of a stream is its first event."""
    return f"stream of {request.url_without_query}" if streamed else request.url_without_query


def check_members(request: Request, route: str, members: tuple[MemberURLs, ...]) -> None:
    """Refuse a call that some member cannot serve, before anything is sent.

    Raises:
        ConfigurationError: The call needs a dedicated deployment, and a member is a model of the Model APIs.
        InvalidRequestError: The request may be sent only once, and a pool may send it again.
    """
    if route == EMBEDDINGS:
        apis = [each.target.name for each in members if each.deployment is None and not each.gateway]
        if apis:
            raise ConfigurationError(
                f"Embeddings need dedicated deployments, and {', '.join(apis)} is a model of the Model APIs."
            )
    if not route.startswith(ENGINE):
        apis = [member.target.name for member in members if member.deployment is None]
        if apis:
            raise ConfigurationError(
                f"{route} needs a dedicated deployment, and {', '.join(apis)} is a model of the Model APIs: "
                "they serve chat completions only."
            )
    if request.safety == "once":
        raise InvalidRequestError("A pool cannot make this call, which must not be sent twice: a pool may do that.")
