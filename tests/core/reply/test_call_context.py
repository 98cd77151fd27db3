"""An error is told which call it belongs to."""

from __future__ import annotations

import pytest

from baseten_sdk._core.reply.call_context import locate
from baseten_sdk._core.request.options import Options
from baseten_sdk._core.request.request import Request
from baseten_sdk.errors import APIError

REQUEST = Request("POST", "https://h/v1/predict?key=hunter2", (), b"", 1.0)


@pytest.mark.parametrize(("own", "given", "shown"), [("r1", "mine", "r1"), (None, "mine", "mine"), (None, None, None)])
def test_an_error_gets_the_place_and_the_best_id_that_is_known(
    own: str | None, given: str | None, shown: str | None
) -> None:
    error = APIError("Failed.", request_id=own)
    locate(error, REQUEST, Options(request_id=given), 2, 1.5)
    assert (error.method, error.url, error.attempts, error.elapsed) == ("POST", "https://h/v1/predict", 2, 1.5)
    assert error.request_id == shown
    assert "hunter2" not in str(error)
