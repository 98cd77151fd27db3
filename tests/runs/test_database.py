"""SQLite files: who may read them, and why one fails."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from baseten_sdk._runs.database import connect, reason


@pytest.mark.parametrize("umask", [0, 0o022, 0o077])
def test_a_new_file_is_its_owner_s_alone_with_the_two_beside_it(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with closing(connect(tmp_path / "a.sqlite", wait=1.0)) as connection:
            connection.execute("CREATE TABLE t (x)")
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"a.sqlite": 0o600, "a.sqlite-wal": 0o600, "a.sqlite-shm": 0o600}


def test_a_file_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    path.touch()
    path.chmod(0o640)
    connect(path, wait=1.0).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_that_leads_nowhere_leads_to_a_private_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "a.sqlite")
    connect(tmp_path / "link", wait=1.0).close()
    assert stat.S_IMODE((tmp_path / "a.sqlite").stat().st_mode) == 0o600


def test_opening_it_again_does_not_drop_this_process_s_locks(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with closing(connect(path, wait=0.0)) as one:
        one.execute("CREATE TABLE t (x)")
        one.execute("BEGIN IMMEDIATE")
        with closing(connect(path, wait=0.0)) as other, pytest.raises(sqlite3.OperationalError) as caught:
            other.execute("BEGIN IMMEDIATE")
    assert reason(caught.value).startswith("another program has kept it locked")


def test_many_may_create_a_file_at_once(tmp_path: Path) -> None:
    def create(number: int) -> None:
        begin.wait()
        with closing(connect(tmp_path / str(number), wait=60)) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS t (a)")

    begin = threading.Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        for number in range(150):
            assert list(pool.map(create, [number] * 4)) == [None] * 4


def test_why_a_file_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    path.write_bytes(b"something else entirely " * 100)
    with pytest.raises(sqlite3.Error) as caught:
        connect(path, wait=0.0)
    assert reason(caught.value) == "it is not an SQLite file, or it is damaged (file is not a database)"
    with closing(connect(tmp_path / "b.sqlite", wait=0.0)) as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(sqlite3.Error) as caught:
            connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
        assert reason(caught.value) == "the disk is full; make room, and run again"
        with pytest.raises(sqlite3.Error) as caught:
            connection.execute("SELECT absent")
        assert reason(caught.value) == "no such column: absent"
