"""Shared limits in a file: what can be wrong with it, and what several processes and threads make of it."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from baseten_sdk import LimitStoreError
from baseten_sdk._core.policy.lease_book import LeaseBook
from baseten_sdk.limit_stores import FileLimitStore, LimitStore

WORKER = """
import sys, threading, time
from baseten_sdk._io.shared_rates import SharedRates
from baseten_sdk.limit_stores import FileLimitStore

rates, woken = SharedRates(FileLimitStore(sys.argv[1]), 600, None), threading.Event()
for _ in range(int(sys.argv[2])):
    rates.subscribe(woken)
    while rates.opens(0.0, now := time.monotonic()) > now:
        woken.wait(1.0)
        woken.clear()
    rates.unsubscribe(woken)
    rates.sent(rates.hold(0.0, now), now)
    print("sent", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def store(tmp_path: Path) -> FileLimitStore:
    return FileLimitStore(tmp_path / "limits.db")


def count(store: LimitStore) -> int:
    """Count in the store: the number before."""

    def change(state: bytes | None, now: float) -> tuple[bytes, int]:
        before = int(state or b"0")
        return str(before + 1).encode(), before

    return store.change(change)


def in_use(store: LimitStore) -> str:
    return store.change(lambda state, now: (state or b"", LeaseBook.read(state, now).in_use()[0]))


def count_many(path: str) -> int:
    store = FileLimitStore(path)
    for _ in range(50):
        count(store)
    return os.getpid()


def test_it_keeps_what_it_is_given(store: FileLimitStore) -> None:
    assert isinstance(store, LimitStore)
    assert [count(store), count(store)] == [0, 1]
    store.close()
    assert count(store) == 2
    assert count(FileLimitStore(store.path)) == 3
    store.close()


def test_the_time_is_one_for_all_processes_and_is_never_set_back(store: FileLimitStore) -> None:
    before = time.monotonic()
    assert before <= store.change(lambda state, now: (b"", now)) <= time.monotonic()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_its_owner_can_read_it(store: FileLimitStore) -> None:
    count(store)
    for path in Path(store.path).parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_change_that_fails_changes_nothing(store: FileLimitStore) -> None:
    count(store)
    with pytest.raises(ZeroDivisionError):
        store.change(lambda state, now: (b"9", 1 // 0))
    assert count(store) == 1


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_threads_and_forked_and_spawned_processes_change_it_one_after_another(store: FileLimitStore) -> None:
    count(store)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count, [store] * 100))
    methods = ["spawn"] if sys.platform == "win32" else ["spawn", "fork"]
    for method in methods:
        with get_context(method).Pool(2) as pool:
            pool.map(count_many, [store.path] * 2, chunksize=1)
    assert count(store) == 101 + 100 * len(methods)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_opens_it_anew(store: FileLimitStore) -> None:
    count(store)
    connection = store._connection
    pid = os.fork()
    if not pid:
        os._exit(0 if count(store) == 1 and store._connection is not connection else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert count(store) == 2
    assert store._connection is connection


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_three_processes_of_which_one_is_killed(store: FileLimitStore) -> None:
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, store.path, "10"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(3)
    ]
    for worker in workers:
        assert worker.stdout is not None
        for _ in range(10):
            assert worker.stdout.readline() == b"sent\n", worker
    workers[0].send_signal(signal.SIGKILL)
    for worker in workers:
        worker.communicate()
    assert [path.name for path in Path(store.path).parent.iterdir()] == ["limits.db"]  # the others closed it
    used = int(in_use(store).removeprefix("<").partition(" ")[0])
    assert 30 <= used <= 33  # the one that was killed had a lease, which counts


@pytest.mark.parametrize("data", [b"To the editor: " * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_of_another_kind_is_refused_and_left_as_it_was(store: FileLimitStore, data: bytes) -> None:
    Path(store.path).write_bytes(data)
    with pytest.raises(LimitStoreError, match=r"limits\.db.*is not an SQLite file, or it is damaged") as caught:
        count(store)
    assert caught.value.store == store.path
    assert not caught.value.transient
    assert Path(store.path).read_bytes() == data


def test_the_database_of_another_program_is_refused_and_left_as_it_was(store: FileLimitStore) -> None:
    other = sqlite3.connect(store.path)
    other.execute("CREATE TABLE letters (id INTEGER)")
    other.close()
    for _ in range(2):
        with pytest.raises(LimitStoreError, match=r"limits\.db.*database of another program"):
            count(store)
    other = sqlite3.connect(store.path)
    assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("letters",)]
    other.close()


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(LimitStoreError, match=r"nowhere.*limits\.db.*No such file"):
        count(FileLimitStore(tmp_path / "nowhere" / "limits.db"))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(LimitStoreError, match="cannot be used"):
        count(FileLimitStore(tmp_path))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not delete what is open")
def test_a_file_that_was_deleted_is_an_error_until_there_is_one_again(store: FileLimitStore) -> None:
    count(store)
    Path(store.path).unlink()
    for _ in range(2):
        with pytest.raises(LimitStoreError, match=r"limits\.db.*deleted while it was in use"):
            count(store)
    assert not Path(store.path).exists()
    assert count(FileLimitStore(store.path)) == 0
    assert count(store) == 1


def test_a_file_that_another_program_keeps_locked_may_work_later(
    store: FileLimitStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("baseten_sdk.limit_stores.file.BUSY", 0.01)
    count(store)
    store.close()
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LimitStoreError, match=r"limits\.db.*kept it locked") as caught:
        count(store)
    assert caught.value.transient
    other.execute("ROLLBACK")
    other.close()
    assert count(store) == 1


def test_a_store_is_a_value(store: FileLimitStore, tmp_path: Path) -> None:
    count(store)
    copy = pickle.loads(pickle.dumps(store))
    assert copy == store
    assert hash(copy) == hash(store)
    assert copy != FileLimitStore(tmp_path / "other.db")
    assert repr(copy) == f"FileLimitStore({store.path!r})"
    assert count(copy) == 1


def test_one_that_is_forgotten_closes_its_file(store: FileLimitStore) -> None:
    forgotten = FileLimitStore(store.path)
    count(forgotten)
    assert Path(f"{store.path}-wal").exists()
    del forgotten
    gc.collect()
    assert not Path(f"{store.path}-wal").exists()


def test_closing_from_another_thread_is_fine(store: FileLimitStore) -> None:
    count(store)
    thread = threading.Thread(target=store.close)
    thread.start()
    thread.join()
    assert count(store) == 1
