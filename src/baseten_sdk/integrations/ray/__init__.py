"""Batches on Ray Data, for more than one machine can do. Needs the extra `ray`.

answered = dataset.map_batches(BatchMapper, fn_constructor_kwargs={"request": ask}, concurrency=4)
"""

from ..extras import extra

with extra("ray", "ray", "pyarrow"):
    from .mapper import BatchMapper
    from .resume import without_done
    from .shared_limits import SharedLimits

__all__ = ["BatchMapper", "SharedLimits", "without_done"]
