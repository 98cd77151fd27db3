"""The ledger's file: its states, its tags, and whom it belongs to."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from baseten_sdk import ConfigurationError, JobResults, LedgerError
from baseten_sdk._runs.database import connect
from baseten_sdk.jobs import ledger_file as module
from baseten_sdk.jobs.ledger import Intent, Ledger
from baseten_sdk.jobs.report import read_report
from baseten_sdk.receiver import JSONLStore, SQLiteStore, StoredDelivery

TARGET = "model m, environments/production"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    made = Ledger(path, TARGET)
    yield made
    made.close()


def begun(ledger: Ledger, key: str = "1") -> Intent:
    number = ledger.add(key, b"d", b"{}")
    assert number is not None
    found = ledger.begin(number)
    assert found is not None
    return found


def test_a_row_goes_from_waiting_to_sent_to_its_output(ledger: Ledger) -> None:
    number = ledger.add("a", b"digest", b'{"n":1}')
    assert number == 1
    assert ledger.known("a") == b"digest"
    assert ledger.waiting(0, 10, 10) == [1]
    first = ledger.begin(1)
    assert first == Intent(1, 1, ledger.tag(1, 1), b'{"n":1}')
    assert ledger.begin(1) is None
    (open_one,) = ledger.unfinished()
    assert (open_one.number, open_one.attempt, open_one.request_id) == (1, 1, None)
    ledger.accepted(1, 1, "r1")
    assert ledger.unfinished()[0].request_id == "r1"
    assert ledger.submission("r1") == (1, 1)
    assert ledger.succeeded(1, 1, "r1", b"2") == "sent"
    assert ledger.succeeded(1, 1, "r1", b"2") == "succeeded"
    assert ledger.unfinished() == []
    assert ledger.counts() == {"succeeded": 1}


def test_a_row_that_is_there_is_not_added_and_another_of_its_name_is_refused(ledger: Ledger) -> None:
    assert ledger.add("a", b"one", b"1") == 1
    assert ledger.add("a", b"one", b"1") is None
    with pytest.raises(LedgerError, match="Row a is not what it was"):
        ledger.add("a", b"two", b"2")


def test_what_was_not_taken_is_as_if_it_had_not_been_sent(ledger: Ledger) -> None:
    first = begun(ledger)
    ledger.not_taken(first.number, first.attempt)
    assert ledger.waiting(0, 10, 10) == [first.number]
    assert ledger.begin(first.number) == first


def test_a_row_is_sent_again_within_its_limit(ledger: Ledger) -> None:
    first = begun(ledger)
    assert ledger.again(first.number, first.attempt, "lost", 2, "gone")
    second = ledger.begin(first.number)
    assert second is not None
    assert second.attempt == 2
    assert second.tag != first.tag
    assert not ledger.again(first.number, 2, "expired", 2, "late")
    assert ledger.counts() == {"failed": 1}


def test_a_late_output_of_an_earlier_submission_counts(ledger: Ledger) -> None:
    first = begun(ledger)
    ledger.accepted(first.number, 1, "r1")
    ledger.again(first.number, 1, "lost", 2, "")
    ledger.begin(first.number)
    assert ledger.succeeded(first.number, 1, "r1", b"1") == "sent"
    assert ledger.unfinished() == []
    assert not ledger.again(first.number, 2, "lost", 9, "")
    assert ledger.counts() == {"succeeded": 1}


def test_an_output_comes_even_for_a_row_that_was_given_up(ledger: Ledger) -> None:
    first = begun(ledger)
    assert not ledger.again(first.number, 1, "unknown", 1, "")
    assert ledger.succeeded(first.number, 1, "r1", b"1") == "failed"
    assert ledger.counts() == {"succeeded": 1}


def test_failed_rows_wait_again_on_demand(ledger: Ledger) -> None:
    first = begun(ledger)
    ledger.failed(first.number, first.attempt, "failed", "boom")
    assert ledger.retry_failed() == 1
    second = ledger.begin(first.number)
    assert second is not None
    assert second.attempt == 2


def test_a_tag_is_read_by_its_own_ledger_alone(ledger: Ledger, tmp_path: Path) -> None:
    assert ledger.read_tag(ledger.tag(12, 3)) == (12, 3)
    other = Ledger(tmp_path / "other.sqlite", TARGET)
    assert ledger.read_tag(other.tag(12, 3)) is None
    other.close()
    own = ledger.tag(1, 1).partition(".")[0]
    for odd in ("", own, f"{own}.1", f"{own}.1.x", f"{own}.-1.1", f"{own}.1.1.1", f"{own}.²." + "1"):
        assert ledger.read_tag(odd) is None


def test_a_tag_is_expected_only_while_its_submission_has_no_id(ledger: Ledger) -> None:
    first = begun(ledger)
    assert ledger.expects(first.number, 1)
    assert not ledger.expects(first.number, 2)
    ledger.accepted(first.number, 1, "r1")
    assert not ledger.expects(first.number, 1)


def test_what_was_written_is_there_after_a_restart(path: Path) -> None:
    ledger = Ledger(path, TARGET)
    first = begun(ledger)
    ledger.close()
    again = Ledger(path, TARGET)
    assert [each.tag for each in again.unfinished()] == [first.tag]
    again.close()


def test_a_ledger_is_for_one_target(path: Path) -> None:
    Ledger(path, TARGET).close()
    with pytest.raises(LedgerError, match=f"belongs to {TARGET}, not to chain c"):
        Ledger(path, "chain c")
    Ledger(path, TARGET).close()


def test_one_run_at_a_time_has_it(ledger: Ledger, path: Path) -> None:
    with pytest.raises(LedgerError, match="is in use"):
        Ledger(path, TARGET)
    program = f"from baseten_sdk.jobs.ledger import Ledger; Ledger({str(path)!r}, {TARGET!r})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "LedgerError" in done.stderr
    assert ledger.counts() == {}


def test_it_may_share_a_file_with_the_receiver_s_store(ledger: Ledger, path: Path) -> None:
    store = SQLiteStore(path)
    store.add([StoredDelivery("r1", b"{}", 1.0, ledger.tag(1, 1))])
    first = begun(ledger)
    assert store.tagged(first.tag) is not None
    store.close()


def test_it_writes_ahead_and_to_the_disk(ledger: Ledger) -> None:
    connection = ledger._writer
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_ledger_is_in_use_under_each_of_its_names(path: Path, ledger: Ledger) -> None:
    link, folder = path.with_name("link.sqlite"), path.with_name("folder")
    link.symlink_to(path.name)
    folder.symlink_to(path.parent)
    for each in (path, link, folder / path.name, folder / link.name):
        with pytest.raises(LedgerError, match="in use by another run"):
            Ledger(each, TARGET)
    assert not list(path.parent.glob("link.sqlite.lock*"))


def test_a_path_that_cannot_be_is_a_wrong_setting() -> None:
    for opened in (lambda: Ledger("a\0b", TARGET), lambda: SQLiteStore("a\0b"), lambda: JSONLStore("a\0b")):
        with pytest.raises(ConfigurationError, match=r"cannot be opened: .*embedded null"):
            opened()


def test_another_version_is_refused(path: Path) -> None:
    ledger = Ledger(path, TARGET)
    ledger._writer.execute("UPDATE baseten_ledger SET value = '99' WHERE name = 'version'")
    ledger.close()
    with pytest.raises(LedgerError, match="another version of this package"):
        Ledger(path, TARGET)


def test_a_ledger_that_is_refused_leaves_nothing_open(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[sqlite3.Connection] = []

    def noted(path: Path, *, wait: float) -> sqlite3.Connection:
        opened.append(connect(path, wait=wait))
        return opened[-1]

    Ledger(path, TARGET).close()
    monkeypatch.setattr("baseten_sdk.jobs.ledger_file.connect", noted)
    with pytest.raises(LedgerError, match="not to another"):
        Ledger(path, "another")
    (connection,) = opened
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")
    Ledger(path, TARGET).close()


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere"):
        Ledger(tmp_path / "nowhere" / "jobs.sqlite", TARGET)
    (tmp_path / "text").write_text("this is no database, however long it may be" * 50)
    with pytest.raises(ConfigurationError, match="not a database"):
        Ledger(tmp_path / "text", TARGET)


def test_a_closed_ledger_lets_others_have_it(path: Path) -> None:
    Ledger(path, TARGET).close()
    ledger = Ledger(path, TARGET)
    ledger.close()
    with pytest.raises(LedgerError, match="closed"):
        ledger.known("a")


# --- a file that fails


def held(path: Path, how: str) -> sqlite3.Connection:
    """Another program that keeps the file locked."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute(how)
    return other


def test_a_ledger_that_another_program_keeps_locked_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAIT", 0.01)
    ledger = Ledger(path, TARGET)
    other = held(path, "BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match=r"jobs\.sqlite cannot be used: another program has kept it locked"):
        ledger.transact([lambda ledger: ledger.add("a", b"d", b"1")])
    assert list(JobResults(path)) == []  # readers do not wait for writers
    other.execute("ROLLBACK")
    ledger.transact([lambda ledger: ledger.add("a", b"d", b"1")])
    assert ledger.counts() == {"waiting": 1}
    ledger.close()
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ConfigurationError, match="cannot be opened: another program has kept it locked"):
        Ledger(path, TARGET)
    other.close()
    Ledger(path, TARGET).close()


def test_a_reader_of_a_ledger_that_is_locked_against_all(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baseten_sdk.jobs.results.WAIT", 0.01)
    Ledger(path, TARGET).close()
    results = JobResults(path)
    other = held(path, "PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(LedgerError, match="another program has kept it locked"):
        list(results)
    with pytest.raises(LedgerError, match="another program has kept it locked"):
        read_report(path, 1.0)
    other.close()


def test_a_full_disk_is_named_and_what_was_written_stays(ledger: Ledger) -> None:
    ledger.transact([lambda ledger: ledger.add("a", b"d", b"1")])
    ledger._writer.execute("PRAGMA max_page_count = 1")
    with pytest.raises(LedgerError, match="the disk is full; make room, and run again") as caught:
        ledger.transact([lambda ledger: ledger.add("b", b"d", bytes(100_000))])
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
    assert ledger.counts() == {"waiting": 1}


def test_its_files_are_its_owner_s_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        ledger = Ledger(path, TARGET)
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
        ledger.close()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(["jobs.sqlite", "jobs.sqlite-wal", "jobs.sqlite-shm", "jobs.sqlite.lock"], 0o600)


@pytest.mark.parametrize("how", ["deleted", "moved", "replaced"])
def test_a_ledger_that_is_not_at_its_path_any_more_is_not_written(path: Path, how: str) -> None:
    with closing(Ledger(path, "model abcd1234")) as ledger:
        ledger.transact([lambda it: it.add("a", b"digest", b"{}")])
        match how:
            case "deleted":
                path.unlink()
            case "moved":
                path.rename(path.with_name("moved"))
            case _:
                path.with_name("other").touch()
                path.with_name("other").replace(path)
        with pytest.raises(LedgerError, match="was moved, deleted or replaced by another program during the run"):
            ledger.transact([lambda it: it.add("b", b"digest", b"{}")])
