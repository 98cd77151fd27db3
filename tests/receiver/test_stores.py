"""What every store promises, and what each does with a damaged file."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import sqlite3
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from baseten_sdk import ConfigurationError, WebhookStoreError
from baseten_sdk.receiver import (
    JSONLStore,
    MemoryStore,
    SQLiteStore,
    StoredDelivery,
    TaggedStore,
    WebhookStore,
    open_store,
)
from tests.receiver.deliveries import stored

Store = JSONLStore | MemoryStore | SQLiteStore
Opened = Callable[[], Store]
KINDS: dict[str, type[JSONLStore] | type[SQLiteStore]] = {"sqlite": SQLiteStore, "jsonl": JSONLStore}


@pytest.fixture(params=["memory", "sqlite", "jsonl"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store = MemoryStore() if request.param == "memory" else KINDS[request.param](tmp_path / "results")
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "jsonl"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    """Opens a store anew, after closing the one before it."""
    opened: list[Store] = []

    def again() -> Store:
        for each in opened:
            each.close()
        opened.append(KINDS[request.param](tmp_path / "results"))
        return opened[-1]

    yield again
    for each in opened:
        each.close()


def test_what_was_added_is_there_byte_for_byte(store: Store) -> None:
    odd = StoredDelivery("é\u2028", b'{"request_id": "\xff\n\r\n"}\n', 2.5)
    empty = StoredDelivery("empty", b"", 3.0)
    store.add([stored("a"), odd])
    store.add([empty])
    assert [store.get("a"), store.get(odd.request_id), store.get("empty")] == [stored("a"), odd, empty]
    assert store.get("b") is None
    assert list(store) == [stored("a"), odd, empty]
    assert len(store) == 3


def test_the_first_of_two_with_one_id_is_kept(store: Store) -> None:
    store.add([stored("a", 1), stored("a", 2)])
    store.add([stored("a", 3), stored("b", 4)])
    assert list(store) == [stored("a", 1), stored("b", 4)]


def test_a_delivery_is_found_by_its_tag(store: Store) -> None:
    first, second = replace(stored("a"), tag="job.1"), replace(stored("b"), tag="job.1")
    store.add([first, second, stored("c")])
    assert store.tagged("job.1") == first
    assert store.get("b") == second
    assert store.tagged("job.2") is None
    assert list(store) == [first, second, stored("c")]
    assert isinstance(store, TaggedStore)


def test_tags_are_there_after_a_restart(reopen: Opened) -> None:
    tagged = replace(stored("a"), tag="é 1")
    reopen().add([tagged])
    assert reopen().tagged("é 1") == tagged


def test_many_are_told_in_their_order(store: Store) -> None:
    names = [f"r{number}" for number in range(250)]
    store.add([stored(name) for name in names])
    assert [each.request_id for each in store] == names


def test_threads_may_share_a_store(store: Store) -> None:
    def work(number: int) -> None:
        for each in range(20):
            store.add([stored(f"{number}-{each}"), stored(f"shared-{each}")])
            assert store.get(f"{number}-{each}") is not None

    threads = [threading.Thread(target=work, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(store)) == len(store) == 100


def test_a_closed_file_refuses_and_can_be_closed_again(reopen: Opened) -> None:
    store = reopen()
    store.add([stored("a")])
    store.close()
    store.close()
    with pytest.raises(WebhookStoreError, match="cannot be used: it is closed"):
        store.add([stored("b")])
    with pytest.raises(WebhookStoreError, match="cannot be used: it is closed"):
        store.get("a")


def test_what_was_stored_is_there_after_a_restart(reopen: Opened) -> None:
    reopen().add([stored("a", "é"), stored("b")])
    store = reopen()
    assert store.get("a") == stored("a", "é")
    store.add([stored("a", "again"), stored("c")])
    assert list(reopen()) == [stored("a", "é"), stored("b"), stored("c")]


def test_a_result_is_read_from_what_was_stored() -> None:
    delivery = stored("a", [1, 2])
    assert delivery.result().data == [1, 2]
    assert delivery.result(response_model=tuple[int, int]).data == (1, 2)
    assert "output" not in repr(stored("a"))


@pytest.mark.parametrize("torn", [b"{", b'{"request_id": "b", "received_at": 1, "body": "x"}', b"\xff\x00"])
def test_a_torn_last_line_is_cut_off(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "results.jsonl"
    store = JSONLStore(path)
    store.add([stored("a")])
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    store = JSONLStore(path)
    assert path.read_bytes() == whole
    store.add([stored("b")])
    assert list(store) == [stored("a"), stored("b")]
    store.close()


def test_a_line_that_is_no_delivery_is_passed_over_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_bytes(b'somebody wrote this\n{"request_id": "a"}\n[]\n\n')
    store = JSONLStore(path)
    store.add([stored("a")])
    assert list(store) == [stored("a")]
    store.close()
    assert path.read_bytes().startswith(b"somebody wrote this\n")
    assert json.loads(json.loads(path.read_bytes().splitlines()[-1])["body"])["request_id"] == "a"


def test_a_write_that_failed_leaves_no_torn_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "results.jsonl"
    store = JSONLStore(path)
    store.add([stored("a")])
    with monkeypatch.context() as patch:
        written: list[int] = []

        def full(file: int, data: memoryview) -> int:
            if sum(written) > 1000:
                raise OSError(28, "No space left on device")
            written.append(real(file, data[:100]))
            return written[-1]

        real = os.write
        patch.setattr(os, "write", full)
        with pytest.raises(WebhookStoreError, match=r"results.*cannot be used: No space"):
            store.add([stored("b", "x" * 5000)])
        assert store.get("b") is None
    store.add([stored("c")])
    store.close()
    store = JSONLStore(path)
    assert list(store) == [stored("a"), stored("c")]
    store.close()


@pytest.mark.skipif(sys.platform == "darwin", reason="the disk is told in another way there")
def test_lines_are_on_the_disk_before_they_are_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = JSONLStore(tmp_path / "results.jsonl")
    sizes: list[int] = []
    real = os.fsync

    def noted(file: int) -> None:
        sizes.append(os.fstat(file).st_size)
        real(file)

    monkeypatch.setattr(os, "fsync", noted)
    store.add([stored("a"), stored("b")])
    store.add([stored("a")])
    store.add([stored("c")])
    assert sizes[-1] == (tmp_path / "results.jsonl").stat().st_size
    assert len(sizes) == 2
    store.close()


def test_a_jsonl_file_is_for_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    store = JSONLStore(path)
    with pytest.raises(ConfigurationError, match=r"another process has it open.*use \.sqlite"):
        JSONLStore(path)
    store.close()
    JSONLStore(path).close()


def test_sqlite_stores_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    one, other = SQLiteStore(path), SQLiteStore(path)
    one.add([stored("a")])
    other.add([stored("a", "late"), stored("b")])
    assert list(one) == list(other) == [stored("a"), stored("b")]
    one.close()
    other.close()


def test_sqlite_writes_ahead_and_to_the_disk(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "results.sqlite")
    connection = store._connection
    assert connection is not None
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    store.close()


def test_a_transaction_that_fails_is_rolled_back(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "results.sqlite")
    unfit = StoredDelivery("\ud800", b"", 1.0)
    with pytest.raises(UnicodeEncodeError):
        store.add([stored("a"), unfit])
    assert list(store) == []
    store.add([stored("b")])
    assert list(store) == [stored("b")]
    store.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_opens_a_connection_of_its_own(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "results.sqlite")
    store.add([stored("parent")])
    child = os.fork()
    if child == 0:
        store.add([stored("child")])
        os._exit(0 if len(store) == 2 else 1)
    assert os.waitpid(child, 0)[1] == 0
    store.add([stored("later")])
    assert [each.request_id for each in store] == ["parent", "child", "later"]
    store.close()


@pytest.mark.parametrize("kind", [SQLiteStore, JSONLStore])
def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, kind: type[SQLiteStore] | type[JSONLStore]) -> None:
    with pytest.raises(ConfigurationError, match=r"missing.*cannot be opened"):
        kind(tmp_path / "missing" / "results")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    path.write_bytes(b"something else entirely " * 100)
    with pytest.raises(ConfigurationError, match="not a database"):
        SQLiteStore(path)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.sqlite", SQLiteStore), ("a.sqlite3", SQLiteStore), ("a.DB", SQLiteStore), ("a.jsonl", JSONLStore)],
)
def test_the_name_of_a_file_chooses_the_store(tmp_path: Path, name: str, kind: type[object]) -> None:
    store: WebhookStore = open_store(tmp_path / name)
    assert isinstance(store, kind)
    store.close()


def test_another_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"\.sqlite, \.sqlite3, \.db or \.jsonl"):
        open_store(tmp_path / "results.json")


@pytest.mark.parametrize("name", ["a.sqlite", "a.jsonl"])
def test_new_files_are_their_owner_s_alone_and_old_ones_keep_their_mode(tmp_path: Path, name: str) -> None:
    before = os.umask(0)
    try:
        store = open_store(tmp_path / name)
        store.add([stored("a")])
        assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {0o600}
        store.close()
        (tmp_path / name).chmod(0o640)
        store = open_store(tmp_path / name)
        store.add([stored("b")])
        assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {0o640}
        store.close()
    finally:
        os.umask(before)


def test_a_store_that_another_program_keeps_locked_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baseten_sdk.receiver.sqlite.BUSY", 0.01)
    path = tmp_path / "results.sqlite"
    store = SQLiteStore(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(WebhookStoreError, match=r"results\.sqlite' cannot be used: another program has kept it locked"):
        store.add([stored("a")])
    other.close()
    store.add([stored("a")])
    assert len(store) == 1
    store.close()


def test_a_file_system_without_locks_is_not_a_store_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(file: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(ConfigurationError, match="file system cannot lock files") as caught:
        JSONLStore(tmp_path / "results.jsonl")
    assert "another process" not in str(caught.value)


@pytest.mark.parametrize("number", ["1" + "0" * 400, "1" + "0" * 5000, "1e999", "[" * 9000])
def test_a_line_with_an_odd_number_is_passed_over(tmp_path: Path, number: str) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text(f'{{"request_id": "a", "body": "x", "received_at": {number}}}\n')
    store = JSONLStore(path)
    store.add([stored("b")])
    assert store.get("b") == stored("b")
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be moved there")
@pytest.mark.parametrize("how", ["deleted", "moved", "replaced", "cut off"])
@pytest.mark.parametrize("kind", [SQLiteStore, JSONLStore])
def test_what_is_acknowledged_is_in_the_file_at_the_path(
    tmp_path: Path, kind: type[SQLiteStore] | type[JSONLStore], how: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    path = folder / "results"
    store = kind(path)
    store.add([stored("a")])
    match how:
        case "deleted":
            for each in list(folder.iterdir()):
                each.unlink()
        case "moved":
            path.rename(folder / "results.1")
        case "replaced":
            (folder / "other").touch()
            (folder / "other").replace(path)
        case _:
            os.truncate(path, 0)
    store.add([stored("b")])
    assert store.get("b") == stored("b")
    store.close()
    again = kind(path)
    assert again.get("b") == stored("b")
    again.close()
    if how == "moved":
        old = kind(folder / "results.1")
        assert list(old) == [stored("a")]
        old.close()
    # SQLite has the rest of a file that was cut off in its log.
    assert ("continues in the file that is there now" in caplog.text) == (kind is JSONLStore or how != "cut off")


@pytest.mark.parametrize("kind", [SQLiteStore, JSONLStore])
def test_a_store_whose_folder_is_gone_refuses_until_it_is_back(
    tmp_path: Path, kind: type[SQLiteStore] | type[JSONLStore]
) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    store = kind(folder / "results")
    store.add([stored("a")])
    folder.rename(tmp_path / "elsewhere")
    for _ in range(2):
        with pytest.raises(WebhookStoreError):
            store.add([stored("b")])
    (tmp_path / "elsewhere").rename(folder)
    store.add([stored("b")])
    assert [store.get("a"), store.get("b")] == [stored("a"), stored("b")]
    store.close()
