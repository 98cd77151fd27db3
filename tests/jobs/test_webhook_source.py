"""The webhook's URL of a submission."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from baseten_sdk import WebhookStoreError
from baseten_sdk.jobs.webhook_source import WebhookSource
from baseten_sdk.receiver import MemoryStore, SQLiteStore, StoredDelivery, WebhookReceiver


@dataclass
class Box:
    url: str
    source: object


def test_what_a_receiver_keeps_in_memory_is_kept_in_the_ledger_s_file_too(tmp_path: Path) -> None:
    memory = MemoryStore()
    early, late = StoredDelivery("early", b"{}", 1.0, "t.1.1"), StoredDelivery("late", b"{}", 2.0)
    memory.add([early])
    receiver = WebhookReceiver(secrets=["s"], store=memory)
    source = WebhookSource.of(Box("https://h/", receiver), tmp_path / "jobs.sqlite")
    memory.add([late])
    source.close()
    memory.add([StoredDelivery("later", b"{}", 3.0)])
    assert len(memory) == 3
    again = SQLiteStore(tmp_path / "jobs.sqlite")
    assert list(again) == [early, late]
    assert again.tagged("t.1.1") == early
    again.close()


def test_what_cannot_be_kept_in_the_ledger_s_file_is_not_kept_in_memory_either(tmp_path: Path) -> None:
    memory, late = MemoryStore(), StoredDelivery("late", b"{}", 2.0)
    source = WebhookSource.of(Box("https://h/", WebhookReceiver(secrets=["s"], store=memory)), tmp_path / "jobs.sqlite")
    assert source.store is not None
    source.store.close()  # as a full disk would have it
    with pytest.raises(WebhookStoreError, match="it is closed"):
        memory.add([late])
    assert memory.get("late") is None
    memory.close()
    memory.add([late])
    assert memory.get("late") == late


def test_a_store_that_is_a_file_is_used_as_it_is(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "inbox.sqlite")
    with WebhookReceiver(secrets=["s"], store=store) as receiver:
        source = WebhookSource.of(Box("https://h/", receiver), tmp_path / "jobs.sqlite")
        assert source.store is store
        source.close()
        assert len(store) == 0
    store.close()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h/hook", "https://h/hook?baseten_tag=ab.1.2"),
        ("https://h", "https://h?baseten_tag=ab.1.2"),
        ("https://h/hook?x=1", "https://h/hook?x=1&baseten_tag=ab.1.2"),
        ("http://127.0.0.1:8788/", "http://127.0.0.1:8788/?baseten_tag=ab.1.2"),
    ],
)
def test_the_tag_is_in_the_query(url: str, expected: str) -> None:
    assert WebhookSource(url).tagged_url("ab.1.2") == expected


def test_an_odd_tag_stays_one_value() -> None:
    query = urlsplit(WebhookSource("https://h/?a=b").tagged_url("x&y=z #é")).query
    assert parse_qs(query) == {"a": ["b"], "baseten_tag": ["x&y=z #é"]}
