"""An answer of the container means that it is awake; an answer of the service in front of it does not."""

from __future__ import annotations

import pytest

from baseten_sdk._core.queue.wake_probe import LOADED, PROBE, is_awake, probe_after
from baseten_sdk.errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    AuthenticationError,
    FirstByteTimeout,
    NotFoundError,
    PaymentRequiredError,
    PermissionDeniedError,
    ResponseValidationError,
)

RUNTIME = {"x-baseten-error-source": "04", "x-baseten-error-code": "600"}


def status(code: int, body: object = None, headers: dict[str, str] | None = None) -> APIStatusError:
    cls = NotFoundError if code == 404 else APIStatusError
    return cls("Failed.", status_code=code, body=body, headers=headers)


@pytest.mark.parametrize(
    ("error", "awake"),
    [
        (status(404, {"detail": "Not Found"}), True),
        (status(404, {"error": "no such path"}, RUNTIME), True),
        (status(404, {"error": "model not found"}), False),
        (status(404, "<html>"), False),
        (status(400), True),
        (status(405), True),
        (status(422), True),
        (status(500, headers=RUNTIME), True),
        (status(503, {"error": "Model with name model is not ready."}, RUNTIME), False),
        (status(429), False),
        (status(500), False),
        (status(502), False),
        (status(503), False),
        (status(504), False),
        (status(529), False),
        (APIConnectionError("Refused.", phase="connect"), False),
        (FirstByteTimeout("Late.", phase="first_byte"), False),
        (ResponseValidationError("Odd.", status_code=200, body=b"x"), True),
    ],
)
def test_an_answer_of_the_container_is_told_from_one_of_the_service(error: APIError, awake: bool) -> None:
    assert is_awake(error) is awake


@pytest.mark.parametrize(
    "error",
    [
        AuthenticationError("Wrong key.", status_code=401),
        PermissionDeniedError("Wrong key.", status_code=403),
        PaymentRequiredError("No credit.", status_code=402),
        APIConnectionError("Untrusted certificate.", phase="connect", permanent=True),
    ],
)
def test_what_asking_again_cannot_cure_is_raised(error: APIError) -> None:
    with pytest.raises(APIError) as caught:
        is_awake(error)
    assert caught.value is error


NO_SUCH_PATH = status(404, {"detail": "Not Found"})


def test_a_server_without_the_probed_path_is_asked_whether_its_model_has_loaded() -> None:
    assert probe_after(PROBE, NO_SUCH_PATH) == LOADED
    assert probe_after(LOADED, NO_SUCH_PATH) is None


def test_a_model_that_still_loads_is_asked_again() -> None:
    assert probe_after(LOADED, status(503, {"error": "Model with name model is not ready."}, RUNTIME)) == LOADED


def test_a_probe_of_the_callers_own_is_asked_alone() -> None:
    assert probe_after("ready", NO_SUCH_PATH) is None
    assert probe_after("ready", status(502)) == "ready"
