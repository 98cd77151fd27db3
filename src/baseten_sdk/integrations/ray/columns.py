"""Rows and outcomes as columns: turns Ray's batches into rows, and adds outcomes as columns.

It must not know how rows are run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import pyarrow as pa
from pydantic_core import to_json, to_jsonable_python

from ...types.batch import Failed, Ok, Outcome
from ...types.chat import ChatCompletion
from ...types.completions import TextCompletion
from ...types.embeddings import CreateEmbeddingResponse
from ...types.messages import Message
from ...types.parsed import Parsed
from ...types.response import Response
from ...types.responses import ModelResponse
from ...types.usage import TokenCounts, counted

Row: TypeAlias = dict[str, object]
"""A row of a dataset: Python values by the names of their columns."""

Batch: TypeAlias = pa.Table | Mapping[str, object]
"""Rows as Ray hands them over: an Arrow table, or arrays by name."""

Output: TypeAlias = Callable[[Ok[Row, object]], Mapping[str, object]]
"""Makes columns of a success."""


def table_of(batch: Batch) -> pa.Table:
    """Return a batch as a table. Arrays with more than one dimension become lists."""
    if isinstance(batch, pa.Table):
        return batch
    return pa.table({name: _column(values) for name, values in batch.items()})


def _column(values: object) -> pa.Array:
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        listed = getattr(values, "tolist", None)
        if not callable(listed):
            raise
        return pa.array(listed())


def with_outcomes(table: pa.Table, ended: Sequence[tuple[int, Outcome[Row, object]]], output: Output) -> pa.Table:
    """Return the rows that have ended, with the columns of their outcomes.

    Args:
        table: All rows of the batch.
        ended: The positions of rows, and their outcomes.
        output: Makes the columns of a success. If it raises, the row fails with that error.
    """
    made: list[Mapping[str, object]] = []
    errors: list[Exception | None] = []
    for _, outcome in ended:
        columns: Mapping[str, object] = {}
        error = outcome.error if isinstance(outcome, Failed) else None
        if isinstance(outcome, Ok):
            try:
                columns = output(outcome)
            except Exception as wrong:
                error = wrong
        made.append(columns)
        errors.append(error)
    names = list(dict.fromkeys(name for columns in made for name in columns)) or ["response"]
    added = {name: pa.array([columns.get(name) for columns in made], TYPES.get(name)) for name in names}
    added["error"] = pa.array([None if error is None else str(error) for error in errors], pa.string())
    added["error_type"] = pa.array([None if each is None else type(each).__name__ for each in errors], pa.string())
    added["attempts"] = pa.array([outcome.attempts for _, outcome in ended], pa.int64())
    added["seconds"] = pa.array([outcome.seconds for _, outcome in ended], pa.float64())
    result = table.take(pa.array([position for position, _ in ended], pa.int64()))
    for name, column in added.items():
        if name in result.column_names:
            result = result.drop_columns([name])
        result = result.append_column(name, column)
    return result


TYPES: Mapping[str, pa.DataType] = {
    "response": pa.string(),
    "embedding": pa.list_(pa.float32()),
    "input_tokens": pa.int64(),
    "output_tokens": pa.int64(),
}
"""Types of the usual columns, so that a batch in which every row failed has them too."""


def usual_columns(outcome: Ok[Row, object]) -> Mapping[str, object]:
    """Return `response` or `embedding`, and the tokens if the reply reports them."""
    value = outcome.value
    tokens = _tokens(value)
    match value:
        case ChatCompletion() | Message() | ModelResponse() | TextCompletion():
            return {"response": value.text, **tokens}
        case Parsed():
            return {"response": to_json(value.parsed).decode(), **tokens}
        case CreateEmbeddingResponse():
            return {"embedding": value.vectors[0], **tokens}
        case Response():
            return {"response": value.text}
        case str():
            return {"response": value}
        case bytes():
            return {"response": value.decode("utf-8", "replace")}
        case _:
            return {"response": json.dumps(value, default=to_jsonable_python), **tokens}


def _tokens(value: object) -> Mapping[str, object]:
    """Return the tokens that a reply reports."""
    usage = getattr(value, "usage", None)
    if not isinstance(usage, TokenCounts) or counted(usage) is None:
        return {}
    return {"input_tokens": usage.prompt_tokens, "output_tokens": usage.completion_tokens}
