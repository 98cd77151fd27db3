"""Finds the URLs of the service for endpoints and targets.

A target is a model's production, an environment, the development deployment, one deployment by its ID, or a regional
host. IDs are checked or quoted, so that nothing in them can leave the host or the deployment.
"""

from __future__ import annotations

import re

from ..._secrets import shown_url
from ...config import MODEL_APIS_FIRST_BYTE, Endpoints
from ...errors import ConfigurationError, InvalidRequestError
from .base_urls import PLACEHOLDER, check_base_url, template_matches
from .model_names import ModelIds, ModelName, read_name
from .service_urls import BaseURL, DeploymentURLs, Kind
from .urls import check_label, quote_path, quote_segment
from .variables import Variables, no_variable

VARIABLE = "BASETEN_BASE_URL"
EMULATOR = "BASETEN_EMULATOR"

REMEMBERED = 256
"""How many model names to remember with their URLs. Finding a URL again costs as much as encoding a small body."""


_ID_IN_URL = re.compile(r"(?P<kind>model|chain)-(?P<id>[A-Za-z0-9]+)[A-Za-z0-9-]*\.api\.baseten\.co")


class Router:
    """Finds base URLs and deployment URLs for one client. It reads the environment when a URL is first needed.

    If endpoints were given, all URLs are below them. Otherwise all are below `BASETEN_EMULATOR` if it is set, and below
    the service if not. Only the Model APIs have a base URL of their own: the argument `base_url`; or, if neither
    endpoints nor an emulator are set, `BASETEN_BASE_URL`.
    """

    __slots__ = ("_endpoints", "_environment", "_found", "_model_apis", "_routed", "listed")

    def __init__(
        self,
        base_url: str | None,
        endpoints: Endpoints | None,
        environment: Variables = no_variable,
        *,
        route_by_name: bool = True,
    ) -> None:
        if not isinstance(route_by_name, bool):
            raise ConfigurationError(f"route_by_name must be True or False, not {route_by_name!r}.")
        self.listed = ModelIds()
        self._found: dict[str, tuple[BaseURL, str]] = {}
        self._endpoints = endpoints
        self._environment = environment
        self._routed = route_by_name and base_url is None
        self._model_apis: str | None = None
        if base_url is not None:
            self._model_apis = check_base_url(base_url, "base_url")
        elif endpoints is not None:
            self._model_apis = check_base_url(endpoints.model_apis, "Endpoints(model_apis=...)")
        if endpoints is not None:
            for name in ("model", "model_regional", "chain", "chain_regional"):
                check_base_url(PLACEHOLDER.sub("x", getattr(endpoints, name)), f"Endpoints({name}=...)")

    @property
    def endpoints(self) -> Endpoints:
        """The endpoints of everything except a gateway that replaces the Model APIs.

        Raises:
            ConfigurationError: `BASETEN_EMULATOR` is not a URL.
        """
        if self._endpoints is None:
            origin = self._environment(EMULATOR)
            self._endpoints = Endpoints.below(check_base_url(origin, EMULATOR)) if origin else Endpoints()
            if origin and self._model_apis is None:
                self._model_apis = self._endpoints.model_apis
        return self._endpoints

    def model_apis(self) -> BaseURL:
        """Return the base URL of the Model APIs, or of the gateway that replaces them."""
        endpoints = self.endpoints
        if self._model_apis is None:
            found = self._environment(VARIABLE)
            self._routed = self._routed and not found
            self._model_apis = check_base_url(found or endpoints.model_apis, VARIABLE)
        return BaseURL(self._model_apis, MODEL_APIS_FIRST_BYTE)

    def engine_of(self, model: str) -> tuple[BaseURL, str]:
        """Return where a `model=` is served, and the name to send there.

        `model_names` has the rules. A gateway gets every name as it was given, and so do the Model APIs if routing by
        name is off.
        """
        if not isinstance(model, str) or not model:
            raise InvalidRequestError(f"model must be a non-empty string, not {model!r}.")
        found = self._found.get(model)
        if found is None:
            if len(self._found) >= REMEMBERED:
                self._found.clear()
            found = self._found[model] = self._engine_of(model)
        return found

    def _engine_of(self, model: str) -> tuple[BaseURL, str]:
        if model.isspace():
            raise InvalidRequestError(f"model must be a non-empty string, not {model!r}.")
        apis = self.model_apis()
        if not self._routed:
            return BaseURL(apis.url, apis.first_byte, ModelName(model, listed=self.listed)), model
        if "://" in model:
            found = _ID_IN_URL.search(model)
            meant = f": {found['id']!r}" if found is not None and found["kind"] == "model" else ""
            raise InvalidRequestError(f"model must be a slug or the ID of a model{meant}, not a URL.")
        name, dedicated = read_name(model)
        base_url = self.deployment(name).engine if dedicated else apis
        return BaseURL(base_url.url, base_url.first_byte, ModelName(model, dedicated, self.listed)), name

    def deployment(
        self,
        model_id: str,
        *,
        environment: str | None = None,
        deployment_id: str | None = None,
        regional: str | None = None,
    ) -> DeploymentURLs:
        """Return the URLs of a model's deployment: production, unless a keyword names another."""
        return self._target("model", model_id, environment, deployment_id, regional)

    def chain(
        self,
        chain_id: str,
        *,
        environment: str | None = None,
        deployment_id: str | None = None,
        regional: str | None = None,
    ) -> DeploymentURLs:
        """Return the URLs of a chain's deployment: production, unless a keyword names another."""
        return self._target("chain", chain_id, environment, deployment_id, regional)

    def owner(self, model_id: str | None, chain_id: str | None, regional: str | None) -> DeploymentURLs:
        """Return the URLs for the async requests of a model or chain."""
        if model_id is not None and chain_id is None:
            return self.deployment(model_id, regional=regional)
        if chain_id is not None and model_id is None:
            return self.chain(chain_id, regional=regional)
        raise InvalidRequestError("An async request belongs to a model or to a chain: give model_id= or chain_id=.")

    def _target(
        self, kind: Kind, owner: str, environment: str | None, deployment_id: str | None, regional: str | None
    ) -> DeploymentURLs:
        _check_id(kind, owner)
        targets = {"environment": environment, "deployment_id": deployment_id, "regional": regional}
        given = [name for name, value in targets.items() if value is not None]
        if len(given) > 1:
            raise ConfigurationError(f"A deployment has one target; {' and '.join(given)} were given.")
        endpoints = self.endpoints
        names = {f"{kind}_id": owner, "environment": regional}
        if regional is not None:
            check_label(regional, "regional")
            template = endpoints.model_regional if kind == "model" else endpoints.chain_regional
            host = template.format_map(names).rstrip("/")
            return DeploymentURLs(owner, host, host, kind, f"{kind} {owner}, regional {regional}")
        host = (endpoints.model if kind == "model" else endpoints.chain).format_map(names).rstrip("/")
        segment = _segment(environment, deployment_id)
        return DeploymentURLs(owner, host, f"{host}/{segment}", kind, f"{kind} {owner}, {segment}")

    def resolve(self, url: str) -> str:
        """Return the URL of a path below the Model APIs, or an absolute URL if its host is one of the client's.

        Raises:
            InvalidRequestError: The host is not one of them, or the path leads out of the Model APIs.
        """
        if isinstance(url, str) and "://" in url:
            if not self.owns(url):
                raise InvalidRequestError(
                    f"{shown_url(url)} is not on a configured host, and the key goes only to those."
                )
            return url
        return self.model_apis().at(quote_path(url))

    def samples(self) -> list[str]:
        """Return one URL of each kind that the client may call."""
        endpoints = self.endpoints
        names = {"model_id": "x", "chain_id": "x", "environment": "x"}
        return [self.model_apis().url, *(each.format(**names) for each in (endpoints.model, endpoints.chain))]

    def owns(self, url: str) -> bool:
        """Whether the key may be sent to an absolute URL."""
        endpoints = self.endpoints
        templates = (
            self.model_apis().url,
            endpoints.model,
            endpoints.model_regional,
            endpoints.chain,
            endpoints.chain_regional,
        )
        return any(template_matches(template, url) for template in templates)


def _check_id(kind: Kind, owner: str) -> None:
    """Refuse what is not an ID, and suggest what was probably meant.

    Raises:
        InvalidRequestError: It is not an ID.
    """
    if isinstance(owner, str) and "/" in owner:
        found = _ID_IN_URL.search(owner)
        if found is not None and found["kind"] == kind:
            raise InvalidRequestError(f"{kind}_id must be the ID alone: {found['id']!r}, without the rest of the URL.")
        if "://" not in owner and kind == "model":
            raise InvalidRequestError(
                f"model_id must be the ID of a dedicated model, not {owner!r}. For a model of the Model APIs, call "
                f"client.chat.completions.create(model={owner!r})."
            )
    check_label(owner, f"{kind}_id")


def _segment(environment: str | None, deployment_id: str | None) -> str:
    if deployment_id is not None:
        return f"deployment/{quote_segment(deployment_id, 'deployment_id')}"
    if environment == "development":
        return "development"
    return f"environments/{quote_segment('production' if environment is None else environment, 'environment')}"
