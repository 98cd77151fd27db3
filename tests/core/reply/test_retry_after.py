"""How long the service asks to wait, in every way in which it may ask."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.reply.retry_after import retry_after

NOW = datetime(2026, 11, 20, 10, 0, 0, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": " 2 "}, 2),
        ({"retry-after": "3600"}, 3600),
        ({"retry-after": str(31 * 86400)}, 31 * 86400),
        ({"retry-after": "1e300"}, None),
        ({"retry-after": "99999999"}, None),
        ({"retry-after": "90s"}, 90),
        ({"retry-after": "1m30s"}, 90),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7),
        ({"retry-after-ms": "-1", "retry-after": "7"}, 7),
        ({"retry-after": "Fri, 20 Nov 2026 10:00:30 GMT"}, 30),
        ({"retry-after": "Fri, 20 Nov 2026 10:00:30 +0000"}, 30),
        ({"retry-after": "Fri, 20 Nov 2026 10:00:30"}, 30),
        ({"retry-after": "Fri, 20 Nov 2026 11:00:30 +0100"}, 30),
        ({"retry-after": "Friday, 20-Nov-26 10:00:30 GMT"}, 30),
        ({"retry-after": "Fri Nov 20 10:00:30 2026"}, 30),
        ({"retry-after": "Fri, 20 Nov 2026 09:00:00 GMT"}, None),
        ({"retry-after": "Fri, 20 Nov 2999 10:00:00 GMT"}, None),
        ({"retry-after": "2026-11-20T10:00:30Z"}, 30),
        ({"retry-after": "2026-11-20T10:00:30.5+00:00"}, 30.5),
        ({"retry-after": "2026-11-20T11:00:30+01:00"}, 30),
        ({"retry-after": "2026-11-20 10:00:30"}, 30),
        ({"retry-after": "2026-11-20T09:00:00Z"}, None),
        ({"retry-after": str(NOW + 9)}, 9),
        ({"retry-after": str(int(NOW + 9) * 1000)}, 9),
        ({"retry-after": "5, 5"}, 5),
        ({"retry-after": "2, 30"}, 30),
        ({"retry-after": "soon, 30"}, 30),
        ({"retry-after": "Fri, 20 Nov 2026 10:00:30 GMT, Fri, 20 Nov 2026 10:00:40 GMT"}, 40),
        ({"retry-after": "Fri, 20 Nov 2026 10:00:30 GMT, 50"}, 50),
        ({"retry-after": "7, Fri, 20 Nov 2026 10:00:30 GMT"}, 30),
        ({"retry-after": "Fri, 99 Nov 2026 10:00:30 GMT"}, None),
        ({"retry-after": "Fri, 20 Nov 99999999 10:00:30 GMT"}, None),
    ],
)
def test_retry_after_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


@pytest.fixture
def far_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Pacific/Kiritimati")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_east")
def test_a_date_without_a_zone_is_universal_time_wherever_the_program_runs() -> None:
    assert retry_after({"retry-after": "Fri, 20 Nov 2026 10:00:30"}, NOW) == 30


REMAINING = "x-ratelimit-remaining-requests"
RESET = "x-ratelimit-reset-requests"
TOKENS_LEFT = "x-ratelimit-remaining-tokens"
TOKENS_RESET = "x-ratelimit-reset-tokens"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({REMAINING: "0", RESET: "12"}, 12),
        ({REMAINING: "0", RESET: "6m0s"}, 360),
        ({REMAINING: "0", RESET: "250ms"}, 0.25),
        ({REMAINING: "0", RESET: "1h2m3.5s"}, 3723.5),
        ({REMAINING: "0", RESET: "1s20ms"}, 1.02),
        ({REMAINING: "0", RESET: str(NOW + 9)}, 9),
        ({REMAINING: "0", RESET: str(NOW - 9)}, None),
        ({REMAINING: "0", RESET: str(int(NOW + 9) * 1000)}, 9),
        ({REMAINING: "0", RESET: "2026-11-20T10:00:09Z"}, 9),
        ({REMAINING: "0", RESET: "Fri, 20 Nov 2026 10:00:09 GMT"}, 9),
        ({REMAINING: "0", RESET: "1500us"}, 0.0015),
        ({REMAINING: "0", RESET: "1d"}, 86400),
        ({REMAINING: "0", RESET: "1e12"}, None),
        ({REMAINING: "0", RESET: "whenever"}, None),
        ({REMAINING: "0", RESET: " "}, None),
        ({REMAINING: "0", RESET: ""}, None),
        ({REMAINING: "0"}, None),
        ({REMAINING: "3", RESET: "12"}, None),
        ({RESET: "12"}, 12),
        ({TOKENS_LEFT: "1200", TOKENS_RESET: "2s"}, 2),
        ({REMAINING: "59", RESET: "1s", TOKENS_LEFT: "1200", TOKENS_RESET: "2s"}, 2),
        ({REMAINING: "0", RESET: "1s", TOKENS_LEFT: "1200", TOKENS_RESET: "2s"}, 1),
        ({TOKENS_RESET: "2s"}, 2),
        ({"x-ratelimit-remaining-input-tokens": "0", "x-ratelimit-reset-input-tokens": "3s"}, 3),
        ({REMAINING: "0", RESET: "12", "retry-after": "1"}, 1),
        (
            {
                REMAINING: "0",
                RESET: "12",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "40s",
            },
            40,
        ),
        (
            {
                REMAINING: "0",
                RESET: "12",
                "x-ratelimit-remaining-tokens": "900",
                "x-ratelimit-reset-tokens": "40s",
            },
            12,
        ),
        ({"x-ratelimit-reset": "5"}, 5),
        ({"x-ratelimit-reset": "5", "x-ratelimit-remaining": "0"}, 5),
        ({"x-ratelimit-reset": "5", "x-ratelimit-remaining": "8"}, None),
        ({"x-ratelimit-reset": "5", REMAINING: "8"}, None),
        ({"x-ratelimit-reset": "5", REMAINING: "0"}, 5),
    ],
)
def test_a_limit_that_is_used_up_is_waited_for(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"ratelimit": "limit=100, remaining=0, reset=30"}, 30),
        ({"ratelimit": "limit=100, remaining=5, reset=30"}, None),
        ({"ratelimit": '"default";r=0;t=30'}, 30),
        ({"ratelimit": '"burst";r=0;t=10, "daily";r=0;t=40, "monthly";r=7;t=900'}, 40),
        ({"ratelimit": '"default";r=5;t=30'}, None),
        ({"ratelimit": "nonsense"}, None),
        ({"ratelimit-reset": "30", "ratelimit-remaining": "0", "ratelimit-limit": "100"}, 30),
        ({"ratelimit-reset": "30", "ratelimit-remaining": "5"}, None),
        ({"ratelimit-reset": "30"}, 30),
        ({"ratelimit": "limit=100, remaining=0, reset=30", "retry-after": "2"}, 2),
    ],
)
def test_the_headers_of_ietf_are_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


@pytest.mark.parametrize(
    "headers",
    [
        {TOKENS_LEFT: "1200", TOKENS_RESET: "2s"},
        {RESET: "12"},
        {"ratelimit-reset": "30"},
        {"ratelimit": '"default";t=30'},
    ],
)
def test_a_reply_that_refused_nothing_asks_to_wait_only_where_nothing_is_left(headers: dict[str, str]) -> None:
    assert retry_after(headers, NOW, refused=False) is None
    assert retry_after(headers, NOW) is not None


def test_what_is_used_up_is_waited_for_though_nothing_was_refused() -> None:
    headers = {REMAINING: "0", RESET: "3", TOKENS_LEFT: "1200", TOKENS_RESET: "20s"}
    assert retry_after(headers, NOW, refused=False) == 3


@given(st.integers(0, 10**6))
def test_a_date_and_its_seconds_ask_for_the_same(seconds: int) -> None:
    date = format_datetime(datetime.fromtimestamp(NOW + seconds, UTC), usegmt=True)
    assert retry_after({"retry-after": date}, NOW) == retry_after({"retry-after": str(seconds)}, NOW) == seconds


HEADER = st.one_of(st.text(max_size=12), st.text("0123456789hms. -+eE", max_size=8))


@given(
    st.dictionaries(
        st.sampled_from(["retry-after", "retry-after-ms", REMAINING, RESET, "x-ratelimit-reset"]), HEADER, max_size=5
    )
)
def test_whatever_the_headers_say_it_is_a_wait_or_nothing(headers: dict[str, str]) -> None:
    seconds = retry_after(headers, NOW)
    assert seconds is None or seconds >= 0
