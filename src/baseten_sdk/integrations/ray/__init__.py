"""Batches on Ray Data, for more than one machine can do. Needs the extra `ray`.

answered = dataset.map_batches(BatchMapper, fn_constructor_kwargs={"request": ask}, concurrency=4)
"""

from ..extras import extra

with extra("ray", "ray", "pyarrow"):
    from .limit_store import RayLimitStore
    from .mapper import BatchMapper
    from .resume import without_done

__all__ = ["BatchMapper", "RayLimitStore", "without_done"]
