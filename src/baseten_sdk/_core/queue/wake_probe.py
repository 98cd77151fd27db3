"""Whether a deployment is awake, judged by what a probe of one of its paths is answered.

The service keeps a request to a deployment that starts up waiting, or answers for it. So what has to be told apart is
an answer of the container, whatever it says, from one of the service in front of it.
"""

from __future__ import annotations

from ...errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    AuthenticationError,
    NotFoundError,
    PaymentRequiredError,
)

PROBE = "health"
"""Path of the container that is asked first; most servers have it, and any answer will do."""

LOADED = "v1/models/model"
"""Path at which the server of a Python model, which has no `health`, tells whether the model has loaded."""


def probe_after(path: str, error: APIError) -> str | None:
    """The path to ask after a probe that failed; None where the deployment is awake.

    The server of a Python model answers while the model still loads, so its 404 alone says too little.

    Raises:
        APIError: the same error, where asking again cannot help.
    """
    if not is_awake(error):
        return path
    return LOADED if path == PROBE and isinstance(error, NotFoundError) else None


def is_awake(error: APIError) -> bool:
    """Whether a probe that failed was answered by the container, which is then there.

    Raises:
        APIError: the same error, where asking again cannot help.
    """
    match error:
        case AuthenticationError() | PaymentRequiredError():
            raise error
        case APIStatusError(status_code=404):
            return error.error_source is not None or (isinstance(error.body, dict) and "detail" in error.body)
        case APIStatusError(status_code=status):
            return status in (400, 405, 422) or (error.error_source is not None and status != 503)
        case APIConnectionError(permanent=True):
            raise error
        case APIConnectionError():
            return False
        case _:
            return True
