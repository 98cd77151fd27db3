"""Whether a deployment is awake, judged by the reply to a probe of one of its paths.

While a deployment starts, the service holds requests to it, or replies in its place. So any reply of the container must
be told apart from those of the service in front of it.
"""

from __future__ import annotations

from ...errors import APIConnectionError, APIError, APIStatusError, AuthenticationError, NotFoundError

PROBE = "health"
"""The path of the container that is probed first. Most servers have it, and any of their replies will do."""

LOADED = "v1/models/model"
"""The path where a Python model's server, which has no `health`, says whether the model has loaded."""


def probe_after(path: str, error: APIError) -> str | None:
    """Return the path to probe after a failed probe, or None if the deployment is awake.

    A Python model's server replies while the model still loads, so its 404 proves nothing.

    Raises:
        APIError: The same error, if another probe cannot help.
    """
    if not is_awake(error):
        return path
    return LOADED if path == PROBE and isinstance(error, NotFoundError) else None


def is_awake(error: APIError) -> bool:
    """Whether the container itself replied to a failed probe.

    Raises:
        APIError: The same error, if another probe cannot help.
    """
    match error:
        case AuthenticationError() | APIError(quota_exhausted=True) | APIConnectionError(transient=False):
            raise error
        case APIStatusError(status_code=404):
            return error.error_source is not None or (isinstance(error.body, dict) and "detail" in error.body)
        case APIStatusError(status_code=status):
            return status in (400, 405, 422) or (error.error_source is not None and status != 503)
        case APIConnectionError():
            return False
        case _:
            return True
