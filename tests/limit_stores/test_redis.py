"""Shared limits in Redis: a real server where there is one, and what can be wrong with it."""

from __future__ import annotations

import pickle
import threading
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context

import pytest

from baseten_sdk import AsyncClient, ConfigurationError, Limits, LimitStoreError
from baseten_sdk._core.policy.lease_book import LeaseBook
from baseten_sdk._io.shared_rates import SharedRates
from baseten_sdk.limit_stores import LimitStore, RedisLimitStore
from tests.limit_stores.redis_server import RedisServer, needs_redis

USED_UP = "<20 of 20 a minute>"

SECRET = "hush p@ss/word"
QUOTED = "hush%20p%40ss%2Fword"


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


def count(store: LimitStore) -> int:
    """Count in the store: the number before."""

    def change(state: bytes | None, now: float) -> tuple[bytes, int]:
        before = int(state or b"0")
        return str(before + 1).encode(), before

    return store.change(change)


def count_many(store: RedisLimitStore) -> None:
    for _ in range(50):
        count(store)


def take(rates: SharedRates, calls: int = 1) -> None:
    """Wait for turns as a caller does, and use them."""
    woken = threading.Event()
    for _ in range(calls):
        rates.subscribe(woken)
        while True:
            woken.clear()
            now = time.monotonic()
            if rates.opens(0.0, now) <= now:
                break
            woken.wait(1.0)
        rates.unsubscribe(woken)
        rates.sent(rates.hold(0.0, now), now)


@needs_redis
def test_it_keeps_what_it_is_given_under_its_name(server: RedisServer) -> None:
    store = RedisLimitStore(server.url)
    assert isinstance(store, LimitStore)
    assert [count(store), count(store)] == [0, 1]
    store.close()
    assert count(store) == 2
    assert count(RedisLimitStore(server.url, name="other")) == 0
    assert abs(store.change(lambda state, now: (b"", now)) - time.time()) < 60


@needs_redis
def test_threads_and_processes_change_it_one_after_another(server: RedisServer) -> None:
    store = RedisLimitStore(server.url)
    count(store)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count, [RedisLimitStore(server.url) for _ in range(100)]))
    with get_context("spawn").Pool(2) as pool:
        pool.map(count_many, [store] * 2, chunksize=1)
    assert count(store) == 201


@needs_redis
def test_what_no_one_needs_any_more_expires(server: RedisServer) -> None:
    import redis

    store = RedisLimitStore(server.url)
    count(store)
    client = redis.Redis.from_url(server.url)
    assert 0 < int(str(client.ttl("baseten-sdk:limits:default"))) <= 300
    client.close()


@needs_redis
def test_a_server_that_lost_everything_gives_no_second_limit(server: RedisServer) -> None:
    store = RedisLimitStore(server.url)
    rates = SharedRates(store, 20, None)
    take(rates, 10)
    server.kill()
    with pytest.raises(LimitStoreError, match="cannot be reached") as caught:
        take(rates, 20)
    assert caught.value.transient
    server.start()
    assert rates._exchange()
    assert store.change(lambda state, now: (state or b"", LeaseBook.read(state, now).in_use()[0])) == USED_UP
    rates.leave()


@needs_redis
def test_a_key_of_somebody_else_is_refused(server: RedisServer) -> None:
    import redis

    client = redis.Redis.from_url(server.url)
    client.rpush("baseten-sdk:limits:default", "x")
    with pytest.raises(LimitStoreError, match=rf"127\.0\.0\.1:{server.port}/0 .*refused .WRONG"):
        count(RedisLimitStore(server.url))
    client.set("baseten-sdk:limits:text", "x")
    client.close()
    with pytest.raises(LimitStoreError, match="holds something else"):
        take(SharedRates(RedisLimitStore(server.url, name="text"), 60, None))


@needs_redis
def test_a_password_is_given_by_the_url_or_by_the_environment_and_is_never_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with RedisServer(password=SECRET) as server:
        url = f"redis://:{QUOTED}@127.0.0.1:{server.port}/0"
        store = RedisLimitStore(url)
        assert count(store) == 0
        copy = pickle.loads(pickle.dumps(store))
        assert copy == store
        for wrong in (copy, RedisLimitStore(server.url), RedisLimitStore(url.replace("hush", "loud"))):
            with pytest.raises(LimitStoreError, match=r"missing or wrong.*BASETEN_REDIS_PASSWORD") as caught:
                count(wrong)
            assert "word@" not in "".join(traceback.format_exception(caught.value))
            assert caught.value.store == server.url
            assert caught.value.__context__ is None
        monkeypatch.setenv("BASETEN_REDIS_PASSWORD", SECRET)
        copy.close()
        assert count(copy) == 1


def test_no_password_is_shown_or_pickled() -> None:
    store = RedisLimitStore(f"rediss://me:{QUOTED}@h.example:6380/3?ssl_password={QUOTED}&ssl_cert_reqs=none")
    limits = Limits(requests_per_minute=10, shared=store)
    client = AsyncClient(api_key="k", limits=limits)
    for shown in (repr(store), repr(limits), str(vars(store)), repr(pickle.dumps(limits)), repr(pickle.dumps(client))):
        assert "hush" not in shown
    assert repr(store) == "RedisLimitStore('rediss://h.example:6380/3', name='default')"
    assert b"ssl_cert_reqs=none" in pickle.dumps(store)


def test_a_server_that_cannot_be_reached_is_named_and_may_come_back() -> None:
    store = RedisLimitStore(f"redis://me:{QUOTED}@127.0.0.1:9/0")
    with pytest.raises(LimitStoreError, match=r"redis://127\.0\.0\.1:9/0 .*cannot be reached") as caught:
        count(store)
    assert caught.value.transient
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "hush" not in "".join(told.format())
    assert pickle.loads(pickle.dumps(caught.value)) == caught.value


@pytest.mark.parametrize(
    "url",
    ["redis://:hush/word@h", "redis://:hush@h:port", "redis://:hush@h/main", "http://:hush@h", "redis://:hush@[h", ""],
)
def test_a_url_that_is_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="The URL of Redis") as caught:
        RedisLimitStore(url)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "a b", "\n", "x" * 201, 5])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="must be 1 to 200 visible"):
        RedisLimitStore("redis://h", name=name)


def test_without_the_library_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baseten_sdk.limit_stores.redis.find_spec", dict[str, object]().get)
    with pytest.raises(ConfigurationError, match=r"pip install 'baseten-sdk\[redis\]'"):
        Limits(requests_per_minute=10, shared="redis://h")
