"""Going on where an earlier run stopped: the rows of a dataset that its output does not have yet."""

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
"""Put before the name of a file that a killed job has not finished: readers of Parquet pass over names like it."""


def without_done(dataset: Dataset, output: str, *, key: str = "id", retry_failed: bool = True) -> Dataset:
    """The rows that are not in the Parquet files below a path, where `write_parquet` of an earlier run put them.

    The keys of those that are travel to the workers: some tens of bytes each. Beyond a hundred million rows use Ray's
    own `join(..., join_type="left_anti")`.

    Example:
        left = without_done(dataset, "s3://bucket/answers", key="id")
        left.map_batches(BatchMapper, ...).write_parquet("s3://bucket/answers")

    Args:
        dataset: all rows.
        output: a folder, or the URI of one; it need not exist.
        key: the column that names a row.
        retry_failed: whether rows with an `error` are to be run again; they are in the output twice then.
    """
    keys = done_keys(output, key=key, retry_failed=retry_failed)
    if not len(keys):
        return dataset
    return dataset.map_batches(partial(_drop, key, ray.put(keys)), batch_format="pyarrow", zero_copy_batch=True)


def done_keys(output: str, *, key: str, retry_failed: bool) -> pa.Array:
    """The keys in the files of an earlier run; what is left of a file that was never finished is set aside."""
    system, root = pyarrow.fs.FileSystem.from_uri(output) if "://" in output else (pyarrow.fs.LocalFileSystem(), output)
    found: list[pa.Array] = []
    for each in system.get_file_info(pyarrow.fs.FileSelector(root, allow_not_found=True, recursive=True)):
        folder, _, name = each.path.rpartition("/")
        if each.is_file and name.endswith(".parquet") and not name.startswith("_"):
            try:
                columns = pq.read_schema(each.path, filesystem=system).names
            except pa.ArrowInvalid:
                log.warning("%s was never finished: it is set aside.", each.path)
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
