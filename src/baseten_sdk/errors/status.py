"""Replies with an error status: a class for each status. `_core.reply.classify` decides which body means what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .api import APIError
from .remote import RemoteException, read_remote

if TYPE_CHECKING:
    from ..types.response import Response


QUOTA_ADVICE = (
    "A quota or budget is used up, and waiting does not help. Raise it, or add credit, at "
    "https://app.baseten.co/settings/billing."
)


class APIStatusError(APIError):
    """The service replied with an error status.

    Attributes:
        status_code: The HTTP status.
        code: The service's own error code, if any (`error_code`, `error.code`), as a string.
        type: The service's own error type, if any.
        body: The body, as a JSON value if it is JSON, or else as text.
        raw: The first 64 KiB of the body.
        headers: The reply's headers. Their names are in lower case.
        retry_after: Seconds that the service asks you to wait, if it does.
        error_source: `X-Baseten-Error-Source`. "04" is the model server.
        error_code: `X-Baseten-Error-Code`. "600" is the model's own code, "700" the client, "500" the platform.
    """

    advice = "The service's answer is in .body and .headers."

    def __init__(
        self,
        message: str,
        *,
        status_code: int,
        body: object = None,
        raw: bytes = b"",
        headers: Mapping[str, str] | None = None,
        code: str | None = None,
        type: str | None = None,
        retry_after: float | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, request_id=request_id)
        self.status_code = status_code
        self.body = body
        self.raw = raw
        self.headers: dict[str, str] = dict(headers or {})
        self.code = code
        self.type = type
        self.retry_after = retry_after
        self.error_source = self.headers.get("x-baseten-error-source")
        self.error_code = self.headers.get("x-baseten-error-code")
        if self.quota_exhausted:
            self.advice = QUOTA_ADVICE

    @property
    def response(self) -> Response:
        """The raw reply, with at most 64 KiB of its body."""
        from ..types.meta import Headers, Meta
        from ..types.response import Response

        headers = Headers(self.headers.items())
        return Response(self.status_code, headers, self.raw, Meta(self.status_code, headers, self.attempts))

    @property
    def remote(self) -> RemoteException | None:
        """For chains: the exception that a chainlet raised, with its stack. None if the service does not send it."""
        return read_remote(self.body)

    def __str__(self) -> str:
        text = f"{self.status_code}: {super().__str__()}"
        remote = self.remote
        return f"{text}\n{remote}" if remote is not None and remote.stack else text


class BadRequestError(APIStatusError):
    """400: the request is malformed, or the model does not support a part of it."""

    advice = "Correct the request; the service's reason is in .body."

    @property
    def deactivated(self) -> bool:
        """Whether the cause is a deactivated deployment."""
        reason = f"{self.message} {self.code} {self.type}".lower()
        return "deactivated" in reason or ("deployment" in reason and "inactive" in reason)


class AuthenticationError(APIStatusError):
    """401: the API key is missing or wrong. The Model APIs send 403 instead: see `PermissionDeniedError`."""

    advice = "Check the API key: api_key= or BASETEN_API_KEY, made at https://app.baseten.co/settings/api_keys."


class PermissionDeniedError(AuthenticationError):
    """403: the API key may not do this. The Model APIs also send it for a wrong key."""


class PaymentRequiredError(APIStatusError):
    """402: the workspace has no credit, or its budget is used up."""

    advice = QUOTA_ADVICE

    @property
    def quota_exhausted(self) -> bool:
        return True


class NotFoundError(APIStatusError):
    """404: there is no such model, deployment, request or path, or the slug is not enabled in the workspace."""

    advice = "Check the id, environment and path; client.models.list() names the Model APIs you can use."


class RequestTimeoutError(APIStatusError):
    """408: the service gave up waiting for the request."""

    advice = "Try again; a slow upload is the usual cause."

    @property
    def transient(self) -> bool:
        return not self.quota_exhausted


class ConflictError(APIStatusError):
    """409: the request conflicts with the state of the deployment."""

    advice = "Look at the state that the message names, and try again when it has changed."


class PayloadTooLargeError(APIStatusError):
    """413: the body is too large. The limit is 100 MB, or 256 KiB by default for async requests."""

    advice = "Send less, or pass a URL to the data."


class UnprocessableEntityError(APIStatusError):
    """422: the body was read, but the model cannot use it."""

    advice = "Correct the field that the message names; the service's reason is in .body."


class RateLimitError(APIStatusError):
    """429: the rate limit is reached, or the deployment sheds load. `retry_after` is in seconds.

    Attributes:
        sent: Whether the request was sent. False if other calls were refused just before, and this call could not be
            sent in time.
    """

    sent = True

    advice = "Slow down, lower Limits(concurrency=...), or ask for a higher limit."

    @property
    def transient(self) -> bool:
        return not self.quota_exhausted


class InternalServerError(APIStatusError):
    """5xx: the service or the model failed."""

    advice = "Try again later; if it lasts, give the request id to Baseten's support."

    @property
    def transient(self) -> bool:
        return not self.quota_exhausted


class ModelError(InternalServerError):
    """500: the model's own code failed, not the platform. For chains, `remote` holds the exception and its stack.

    Attributes:
        exception: For chains: the class name of the remote exception.
        stack: For chains: the remote stack as text, one entry per frame.
    """

    advice = "The deployed model raised; its logs hold the traceback."

    @property
    def transient(self) -> bool:
        return False

    @property
    def exception(self) -> str | None:
        """For chains: the class name of the remote exception. None if the service does not send it."""
        return None if self.remote is None else self.remote.name

    @property
    def stack(self) -> list[str]:
        """For chains: the remote stack frames as "file:line in function: source", innermost last."""
        frames = () if self.remote is None else self.remote.stack
        return [f"{each.filename}:{each.lineno} in {each.name}: {each.line}" for each in frames]


class BadGatewayError(InternalServerError):
    """502: the model's container crashed or could not be reached."""

    advice = "See the deployment's logs, and try again later."


class ServiceUnavailableError(InternalServerError):
    """503: the model is not ready, or the deployment is draining."""

    advice = "Try again later; deployments(id).wake(wait=True) starts one that is scaled to zero."


class GatewayTimeoutError(InternalServerError):
    """504: the model took longer than the service allows (1200 s for predict)."""

    advice = "Use async_predict for work that takes this long."


class OverloadedError(InternalServerError):
    """529: the service has no capacity at the moment, even within your limits."""

    advice = "Try again later with backoff."


BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: PaymentRequiredError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: RequestTimeoutError,
    409: ConflictError,
    413: PayloadTooLargeError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    502: BadGatewayError,
    503: ServiceUnavailableError,
    504: GatewayTimeoutError,
    529: OverloadedError,
}
"""The class of each status that has one of its own. `InternalServerError` is that of the other 5xx."""
