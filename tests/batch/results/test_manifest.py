"""A job is told from another by its input, its settings and what it asks, and from itself by nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from baseten_sdk import batch, user
from baseten_sdk.batch.calls.call import Call
from baseten_sdk.batch.results.manifest import Manifest, check_same_batch, manifest_of, manifest_path, read_manifest
from baseten_sdk.errors import BatchMismatchError, BatchOutputError

SOURCE: dict[str, object] = {"name": "in.jsonl", "bytes": 10, "sha256": "ab" * 32}


class Invoice(BaseModel):
    total: float


class Receipt(BaseModel):
    total: float
    paid: bool


def of(call: Call[object] | None, key: str = "a", source: dict[str, object] | None = None) -> Manifest:
    return manifest_of(SOURCE if source is None else source, None if call is None else key, call, None)


def chat(model: str = "a/b", text: str = "Hi", **params: float) -> Call[object]:
    return batch.chat(model=model, messages=[user(text)], temperature=params.get("temperature"))


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [
        (chat(), chat(), None),
        (chat(), chat("a/c"), 'model was "a/b" and is now "a/c"'),
        (chat(temperature=0.5), chat(), "temperature was 0.5 and is now not set"),
        (chat(text="Hi"), chat(text="Ho"), "the row 'a' asks something else"),
        (chat(), batch.predict("abcd1234", {"a": 1}), "kind"),
        (batch.predict("abcd1234", 1), batch.predict("abcd1234", 2), "asks something else"),
        (
            batch.predict("abcd1234", 1),
            batch.predict(batch.DeploymentTarget("abcd1234", "staging"), 1),
            "deployment was",
        ),
        (
            batch.predict("abcd1234", 1),
            batch.predict("abcd1234", 1, response_model=dict[str, object]),
            "response_model",
        ),
        (
            batch.parse(model="a/b", messages=[user("Hi")], response_format=Invoice),
            batch.parse(model="a/b", messages=[user("Hi")], response_format=Receipt),
            "response_format was",
        ),
        (chat(), batch.chat(model="a/b", messages=[user("Hi")], timeout=5, session="s", max_retries=0), None),
        (batch.sync("abcd1234", "items/1"), batch.sync("abcd1234", "items/2"), "asks something else"),
        (batch.embeddings("abcd1234", "x"), batch.embeddings("abcd1234", "x", dimensions=5), "dimensions was not set"),
        (None, chat(), None),
        (chat(), None, None),
    ],
)
def test_what_changes_the_answers_is_a_difference_and_nothing_else_is(
    before: Call[object] | None, after: Call[object] | None, difference: str | None
) -> None:
    kept = Manifest.of_json(of(before).to_json())
    assert kept == of(before)
    found = of(after).differences(kept)
    assert found == [] if difference is None else difference in "; ".join(found)


def test_another_first_row_may_ask_something_else() -> None:
    assert of(chat(text="Ho"), key="b").differences(of(chat(text="Hi"), key="a")) == []


def test_another_input_is_a_difference_where_both_are_files() -> None:
    other = {**SOURCE, "sha256": "cd" * 32}
    (difference,) = of(chat(), source=other).differences(of(chat()))
    assert difference == "the input was in.jsonl (abababababab) and is now in.jsonl (cdcdcdcdcdcd)"
    assert of(chat(), source={}).differences(of(chat())) == []


def test_headers_are_told_by_their_names_alone() -> None:
    call = batch.chat(model="a/b", messages=[user("Hi")], extra_headers={"x-secret": "hunter2"})
    text = of(call).to_json()
    assert "x-secret" in text
    assert "hunter2" not in text


def test_it_is_kept_beside_the_output_and_compared_when_there_is_one(tmp_path: Path) -> None:
    sink = tmp_path / "out.jsonl"
    assert read_manifest(sink, force=False) is None
    check_same_batch(sink, of(chat()), None, begun=False, force=False)
    kept = read_manifest(sink, force=False)
    assert kept == of(chat())
    check_same_batch(sink, of(chat()), kept, begun=True, force=False)
    with pytest.raises(BatchMismatchError, match="is the output of another batch: model was"):
        check_same_batch(sink, of(chat("a/c")), kept, begun=True, force=False)
    assert read_manifest(sink, force=False) == kept
    check_same_batch(sink, of(chat("a/c")), kept, begun=True, force=True)
    assert read_manifest(sink, force=False) == of(chat("a/c"))
    check_same_batch(sink, of(chat()), of(chat("a/c")), begun=False, force=False)
    assert read_manifest(sink, force=False) == of(chat())


def test_what_only_an_earlier_run_knew_is_kept(tmp_path: Path) -> None:
    sink = tmp_path / "out.jsonl"
    check_same_batch(sink, of(chat()), None, begun=False, force=False)
    check_same_batch(sink, of(None), of(chat()), begun=True, force=False)
    assert read_manifest(sink, force=False) == of(chat())


def test_an_output_without_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BatchMismatchError, match="is not empty and has no manifest"):
        check_same_batch(tmp_path / "out.jsonl", of(chat()), None, begun=True, force=False)


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps({"format": 99}), "[" * 200_000])
def test_one_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    sink = tmp_path / "out.jsonl"
    manifest_path(sink).write_text(text)
    with pytest.raises(BatchOutputError, match="force=True"):
        read_manifest(sink, force=False)
    assert read_manifest(sink, force=True) is None
