"""What the calls of all APIs of models share: the caller, the choice of the engine, and the options of a tool run.

It must not know what is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from uuid import uuid4

from ..._core.request.options import Options
from ..._core.request.parameters import Parameters
from ..._core.request.service_urls import BaseURL
from ..calls.service import AsyncCalls, AsyncService


class AsyncModelCalls:
    """Makes the calls of one API, to the model that is named or to one engine."""

    PARAMETERS: Parameters

    def __init__(self, service: AsyncService, base_url: BaseURL | None) -> None:
        self._service = service
        self._base_url = base_url

    @property
    def caller(self) -> AsyncCalls:
        """What makes the requests."""
        return self._service.caller

    def of_run(self, params: Mapping[str, object]) -> tuple[Mapping[str, object], float]:
        """Return the arguments of every turn of a run, which share a session, and the deadline of the whole run."""
        _, options = self._split(params)
        session = options.session or uuid4().hex
        return {**params, "session": session}, inf if options.deadline is None else options.deadline

    def _split(self, params: Mapping[str, object]) -> tuple[dict[str, object], Options]:
        """Return the parameters of the body, and the options of the call."""
        options = self._service.options
        if not params:
            return {}, options
        body, given = self.PARAMETERS.split(params)
        return body, options.merged(given) if given else options

    def _engine(self, model: str) -> tuple[BaseURL, str]:
        """Return where a model is served, and its name there."""
        return (self._base_url, model) if self._base_url else self._service.router.engine_of(model)


def within(params: Mapping[str, object], left: float) -> Mapping[str, object]:
    """Return the arguments of one turn of a run, with the seconds that are left as its deadline."""
    return params if left == inf else {**params, "deadline": left}
