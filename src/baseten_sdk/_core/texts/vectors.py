"""Reads the reply of an embedding engine as rows of 32-bit floats, and checks it against the texts.

Theory of operation. Pydantic parses the JSON and decodes the base64 of each vector in one pass, so no number and no
base64 text becomes a Python object. The usual reply (each index once, one length, no NaN) is checked as whole lists and
buffers. Any other reply is checked row by row, to report the texts without a vector and to keep the others.
"""

from __future__ import annotations

import base64
import math
import sys
from array import array
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, NotRequired

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from ..._json_reading import decode_reply
from ...errors import ResponseValidationError
from ...types.usage import Usage
from ...types.vectors import FLOAT, Vectors
from ..reply.positions import listed
from ..reply.response import WholeResponse
from ..reply.validate import read_as, unreadable
from ..request.embeddings import embeddings_request
from ..request.options import Options
from ..request.request import Request
from ..request.service_urls import BaseURL
from .call import TextCall
from .cutting import Part

_HUGE = (b"\x7f", b"\xff")
"""The highest byte of a float that is NaN, infinite, or above 1.7e38."""


@with_config(ConfigDict(val_json_bytes="base64"))
class _Item(TypedDict):
    embedding: Annotated[bytes | list[float], Field(union_mode="left_to_right")]
    index: NotRequired[int | None]


@with_config(ConfigDict(val_json_bytes="base64"))
class _Body(TypedDict):
    data: list[_Item]
    model: NotRequired[object]
    usage: NotRequired[object]


def embed_call(
    base_url: BaseURL, model: str, *, dimensions: int | None = None, user: str | None = None
) -> TextCall[Vectors]:
    """Make vectors of texts."""

    def request(part: Part, options: Options) -> Request:
        return embeddings_request(
            base_url, model, part.texts, options, dimensions=dimensions, encoding_format="base64", user=user
        )

    return TextCall(request, VectorReader(dimensions).read)


class VectorReader:
    """Reads replies whose vectors all have the same length.

    Args:
        dimensions: The length. None: that of the first reply.
    """

    def __init__(self, dimensions: int | None = None) -> None:
        self._dimensions = dimensions

    def read(self, part: Part, response: WholeResponse) -> Vectors:
        """Return the vectors of a part's texts, in the order of the texts.

        Raises:
            ResponseValidationError: The reply does not hold one sound vector for each text. The message has the
                positions of the texts without one; `results` has the vectors of the others.
        """
        try:
            body = read_as(_Body, response)
        except ResponseValidationError as error:
            error.results = self._rest(part, response, error)
            raise
        items = body["data"]
        found = [(item.get("index"), _packed(item["embedding"])) for item in items]
        return self._checked(part, response, found, body.get("model"), body.get("usage"))

    def _checked(
        self, part: Part, response: WholeResponse, found: list[tuple[int | None, bytes]], model: object, usage: object
    ) -> Vectors:
        count = len(part.texts)
        vectors = _in_order(found, count)
        sizes = set(map(len, vectors))
        size = self._size([packed for _, packed in found])
        if len(vectors) == count and sizes == {size} and size and size % FLOAT == 0:
            data = bytearray().join(vectors)
            if _finite(data):
                self._dimensions = size // FLOAT
                return _embeddings(part, data, None, model, usage)
        rows, problem = _sorted_out(found, part, size)
        error = unreadable(response, problem)
        error.results = self._vectors_of(part, rows, size, model, usage)
        raise error

    def _size(self, vectors: Sequence[bytes]) -> int:
        """Return the bytes that a vector must have: as asked for, as seen before, else as most of these have."""
        if self._dimensions is not None:
            return self._dimensions * FLOAT
        sizes = Counter(size for size in map(len, vectors) if size and size % FLOAT == 0)
        return sizes.most_common(1)[0][0] if sizes else 0

    def _vectors_of(
        self, part: Part, rows: dict[int, bytes], size: int, model: object, usage: object
    ) -> Vectors | None:
        if not rows:
            return None
        self._dimensions = size // FLOAT
        count = len(part.texts)
        nothing = array("f", [math.nan]).tobytes() * (size // FLOAT)
        data = bytearray().join([rows.get(row, nothing) for row in range(count)])
        return _embeddings(part, data, bytes(row in rows for row in range(count)), model, usage)

    def _rest(self, part: Part, response: WholeResponse, error: ResponseValidationError) -> Vectors | None:
        """Return the vectors that can be read from an invalid reply. The error then names the texts without one."""
        try:
            body = decode_reply(response.body)
        except ValueError:
            return None
        data = body.get("data") if isinstance(body, dict) else None
        if not isinstance(data, list):
            return None
        found = [_read_item(item) for item in data]
        size = self._size([packed for _, packed in found])
        rows, problem = _sorted_out(found, part, size)
        error.message = unreadable(response, problem).message
        error.args = (error.message,)
        assert isinstance(body, dict)
        return self._vectors_of(part, rows, size, body.get("model"), body.get("usage"))


def _embeddings(part: Part, data: bytearray, held: bytes | None, model: object, usage: object) -> Vectors:
    return Vectors(
        data,
        len(part.texts),
        held=held,
        start=part.start,
        usage=Usage.read(usage) if isinstance(usage, dict) else None,
        model=model if isinstance(model, str) else "",
    )


def _in_order(found: list[tuple[int | None, bytes]], count: int) -> list[bytes]:
    """Return the vectors in the order of the texts; none where their positions do not say it."""
    indices = [index for index, _ in found]
    if indices == list(range(count)) or (len(found) == count and indices.count(None) == count):
        return [packed for _, packed in found]
    by_index = dict(found)
    if len(found) != count or by_index.keys() != set(range(count)):
        return []
    return [by_index[index] for index in range(count)]


def _sorted_out(found: list[tuple[int | None, bytes]], part: Part, size: int) -> tuple[dict[int, bytes], str]:
    """Return the sound vectors by their row, and what is wrong with the others."""
    count, start = len(part.texts), part.start
    unnamed = len(found) == count and all(index is None for index, _ in found)
    named = [(row if unnamed else index, packed) for row, (index, packed) in enumerate(found)]
    times = Counter(index for index, _ in named if index is not None)
    own = [(index, packed) for index, packed in named if index is not None and 0 <= index < count]
    twice = sorted(index for index in {index for index, _ in own} if times[index] > 1)
    single = {index: packed for index, packed in own if times[index] == 1}
    odd = [row for row, packed in single.items() if len(packed) != size or not size]
    infinite = [row for row, packed in single.items() if row not in odd and not _finite(packed)]
    absent = sorted(set(range(count)) - times.keys())
    foreign = sorted(index for index in times if not 0 <= index < count)
    unknown = sum(index is None for index, _ in named)

    def texts(rows: Sequence[int]) -> list[int]:
        return [start + row for row in sorted(rows)]

    problem = (
        f"There were {count} texts, and the reply holds {len(found)} embeddings"
        + listed(", none for", texts(absent))
        + listed(", several for", texts(twice))
        + listed(", unreadable ones or ones of another length for", texts(odd))
        + listed(", NaN or infinite numbers for", texts(infinite))
        + listed(", some for texts that do not exist:", texts(foreign))
        + (f", {unknown} without an index" if unknown else "")
        + "."
    )
    bad = {*odd, *infinite}
    return {row: packed for row, packed in single.items() if row not in bad}, problem


def _packed(vector: bytes | list[float]) -> bytes:
    """Return a vector as float32, in the order of bytes of this machine."""
    if isinstance(vector, list):
        return array("f", vector).tobytes()
    return vector if sys.byteorder == "little" else _swapped(vector)


def _swapped(vector: bytes) -> bytes:
    numbers = array("f", vector[: len(vector) // FLOAT * FLOAT])
    numbers.byteswap()
    return numbers.tobytes()


def _read_item(item: object) -> tuple[int | None, bytes]:
    """Return one item of an odd reply: its index, and its vector, or nothing."""
    if not isinstance(item, dict):
        return None, b""
    index, vector = item.get("index"), item.get("embedding")
    index = index if isinstance(index, int) and not isinstance(index, bool) else None
    try:
        if isinstance(vector, str):
            return index, _packed(base64.b64decode(vector, validate=True))
        if isinstance(vector, list):
            return index, _packed([float(number) for number in vector])
    except (ValueError, TypeError, OverflowError):
        pass
    return index, b""


def _finite(data: bytes | bytearray) -> bool:
    """Whether all numbers are finite. They are checked one by one only if the highest bytes require it."""
    highest = data[3::4] if sys.byteorder == "little" else data[::4]
    if not any(byte in highest for byte in _HUGE):
        return True
    return all(map(math.isfinite, memoryview(data).cast("f")))
