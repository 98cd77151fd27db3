"""The end of an async request, as a webhook is told of it."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

from baseten_sdk.types.async_requests import AsyncErrorDetail
from baseten_sdk.types.webhooks import AsyncPredictResult


def result(*errors: AsyncErrorDetail, data: object = None) -> AsyncPredictResult[object]:
    return AsyncPredictResult(
        "0f1e", data, errors, datetime(2026, 11, 20, 10, 0, 2, 500_000, UTC), "async_request_completed", "abcd1234"
    )


def test_a_result_succeeded_if_it_has_no_errors() -> None:
    assert result(data={"text": "x"}).succeeded
    assert result(data=None).succeeded
    assert not result(AsyncErrorDetail(code="MODEL_PREDICT_ERROR", message="boom")).succeeded


def test_a_result_can_be_pickled() -> None:
    failed = result(AsyncErrorDetail(code="MODEL_PREDICT_ERROR"))
    assert pickle.loads(pickle.dumps(failed)) == failed
