"""What LangChain's objects share: the model, where it is served, and the clients."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Self

from langchain_core.utils import from_env, secret_from_env
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, model_validator

from ... import AsyncClient, AsyncPool, Client, Endpoints, InvalidRequestError, Pool
from ..._secrets import shown_url
from ...config import AuthScheme
from ..clients import Clients
from ..targets import ModelTarget

_HOST = re.compile(r"https?://model-(?P<model_id>[A-Za-z0-9]+)[.-]")
_TAIL = re.compile(r"/(predict|sync|sync/v1|v1)$")


class ServedModel(BaseModel):
    """A model and where it is served."""

    model_name: str = Field(default="", alias="model")
    """Slug of a Model API, ID of a dedicated model such as "abcd1234", or the name that an engine serves."""
    baseten_api_key: SecretStr | None = Field(
        default_factory=secret_from_env("BASETEN_API_KEY", default=None), alias="api_key"
    )
    baseten_api_base: str | None = Field(
        default_factory=from_env(["BASETEN_BASE_URL", "BASETEN_API_BASE"], default=None), alias="base_url"
    )
    """A gateway to use instead of the Model APIs."""
    auth_scheme: AuthScheme | None = None
    """How the key is sent: "bearer", or "api-key" for the key of a Frontier Gateway."""
    route_by_name: bool | None = None
    """Whether a name that looks like the ID of a dedicated model goes to it. It does unless this is False."""
    model_url: str | None = None
    """URL of a dedicated model, ending in `/predict`, `/sync` or `/sync/v1`, instead of `model_id`."""
    model_id: str | None = None
    """The ID of a dedicated model; its production unless one of the next three says otherwise."""
    environment: str | None = None
    deployment_id: str | None = None
    regional: str | None = None
    endpoints: Endpoints | None = Field(default=None, exclude=True, repr=False)
    """URL templates of everything, for the emulator and private gateways."""

    request_timeout: float | None = Field(default=None, alias="timeout")
    """Seconds for each attempt."""
    max_retries: int | None = None
    """Attempts after the first; 2 unless set."""
    default_headers: dict[str, str] | None = Field(default=None, exclude=True, repr=False)
    default_query: dict[str, str] | None = None

    client: Client | Pool | None = Field(default=None, exclude=True, repr=False)
    """A client or a pool of yours; it is used as it is and never closed. With a pool, `model` may be left out."""
    async_client: AsyncClient | AsyncPool | None = Field(default=None, exclude=True, repr=False)

    model_config = ConfigDict(populate_by_name=True, arbitrary_types_allowed=True, protected_namespaces=())

    _clients: Clients = PrivateAttr()
    _target: ModelTarget = PrivateAttr()

    @model_validator(mode="after")
    def _make_clients(self) -> Self:
        target = ModelTarget(self.model_name, self.model_id, self.environment, self.deployment_id, self.regional)
        base_url = self.baseten_api_base
        if self.endpoints is not None and "baseten_api_base" not in self.model_fields_set:
            base_url = None  # it is the environment's, and an argument wins
        if self.model_url is not None:
            base_url = engine_url(self.model_url)
            target = ModelTarget(self.model_name or name_in(self.model_url))
        elif self.model_id is not None:
            base_url = None
            target = replace(target, model=self.model_name or self.model_id)
        if not target.model and not isinstance(self.client or self.async_client, Pool | AsyncPool):
            raise ValueError("Say which model: model= a slug of the Model APIs, or model_id= or model_url= of yours.")
        self.model_name = target.model
        self._target = target
        self._clients = Clients.of(
            api_key=self.baseten_api_key.get_secret_value() if self.baseten_api_key else None,
            auth_scheme=self.auth_scheme,
            base_url=base_url,
            route_by_name=self.route_by_name is not False,
            endpoints=self.endpoints if base_url is None else None,
            timeout=self.request_timeout,
            max_retries=self.max_retries,
            default_headers=self.default_headers,
            default_query=self.default_query,
            client=self.client,
            async_client=self.async_client,
        )
        return self

    def __getstate__(self) -> dict[Any, Any]:
        """Return the state for a pickle. It contains no key. The environment provides one after unpickling."""
        state = super().__getstate__()
        return {**state, "__dict__": {**state["__dict__"], "baseten_api_key": None}}


def engine_url(model_url: str) -> str:
    """Return the base URL of the engine inside a deployment, from the URL that people copy.

    Raises:
        InvalidRequestError: It is not such a URL.
    """
    if not model_url.startswith(("https://", "http://")):
        raise InvalidRequestError(f"model_url must be an http(s) URL, not {shown_url(model_url)}.")
    target = model_url.rstrip("/")
    while tail := _TAIL.search(target):
        target = target[: tail.start()]
    return f"{target}/sync/v1"


def name_in(model_url: str) -> str:
    """Return the default name to send: `model-` and the ID, because most engines accept any name."""
    found = _HOST.match(model_url)
    return f"model-{found['model_id']}" if found else "model"
