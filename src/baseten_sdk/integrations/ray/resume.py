"""Resuming an earlier run: the rows of a dataset that its output does not have yet."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs
import pyarrow.parquet as pq
import ray

if TYPE_CHECKING:
    from ray.data import Dataset

log = logging.getLogger("baseten_sdk.batch")

BROKEN = "_broken-"
"""Prefix for the name of a file that a killed job has not finished. Parquet readers skip such names."""


def without_done(dataset: Dataset, output: str, *, key: str = "id", retry_failed: bool = True) -> Dataset:
    """Leave out the rows that an earlier run has already written with `write_parquet`.

    The keys of the finished rows travel to the workers, at a few tens of bytes each. Beyond a hundred million rows, use
    Ray's own `join(..., join_type="left_anti")`.

    Example:
        left = without_done(dataset, "s3://bucket/answers", key="id")
        left.map_batches(BatchMapper, ...).write_parquet("s3://bucket/answers")

    Args:
        dataset: All rows.
        output: The folder of the Parquet files, or its URI. It may be missing.
        key: The column that names a row.
        retry_failed: Run rows with an `error` again. They are then in the output twice.

    Returns:
        The rows that are not done yet.
    """
    keys = done_keys(output, key=key, retry_failed=retry_failed)
    if not len(keys):
        return dataset
    return dataset.map_batches(partial(_drop, key, ray.put(keys)), batch_format="pyarrow", zero_copy_batch=True)


def done_keys(output: str, *, key: str, retry_failed: bool) -> pa.Array:
    """Return the keys in the files of an earlier run. An unfinished file is renamed."""
    system, root = pyarrow.fs.FileSystem.from_uri(output) if "://" in output else (pyarrow.fs.LocalFileSystem(), output)
    found: list[pa.Array] = []
    for each in system.get_file_info(pyarrow.fs.FileSelector(root, allow_not_found=True, recursive=True)):
        folder, _, name = each.path.rpartition("/")
        if each.is_file and name.endswith(".parquet") and not name.startswith("_"):
            try:
                columns = pq.read_schema(each.path, filesystem=system).names
            except pa.ArrowInvalid:
                log.warning("%s is unfinished, so it is renamed and skipped.", each.path)
                system.move(each.path, f"{folder}/{BROKEN}{name}")
                continue
            wanted = [key, *(["error"] if retry_failed and "error" in columns else [])]
            table = pq.read_table(each.path, columns=wanted, filesystem=system)
            if "error" in wanted:
                table = table.filter(pc.is_null(table["error"]))
            found.append(table[key].combine_chunks())
    return pa.concat_arrays(found) if found else pa.array([])


def _drop(key: str, keys: ray.ObjectRef[pa.Array], batch: pa.Table) -> pa.Table:
    done = ray.get(keys)
    return batch.filter(pc.invert(pc.is_in(batch[key], value_set=done.cast(batch[key].type))))
