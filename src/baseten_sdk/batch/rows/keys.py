"""A table of keys in little memory, with a number from 1 to 255 for each.

Ten million keys in a Python set take a gigabyte; here they take about 170 MB. A key is known by 96 bits of its BLAKE2b
digest. Among ten million keys, the chance that any two share them is about 1 in 10^15. The first 18 bits choose one of
262,144 buckets. A bucket holds the rest of its digests, each followed by its number, so finding a key is a search for
bytes among a few hundred.
"""

from __future__ import annotations

from hashlib import blake2b

BUCKETS = 1 << 18
DIGEST = 12
REST = DIGEST - 2
STEP = REST + 1


class KeyTable:
    """A map from keys to numbers. A key that is not in it has the number 0."""

    __slots__ = ("_buckets", "_count")

    def __init__(self) -> None:
        self._buckets: list[bytearray | None] = [None] * BUCKETS
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def get(self, key: str) -> int:
        """Return the number of a key.

        Raises:
            ValueError: The key cannot be encoded as UTF-8.
        """
        digest = blake2b(key.encode(), digest_size=DIGEST).digest()
        bucket = self._buckets[digest[0] << 10 | digest[1] << 2 | digest[2] >> 6]
        if bucket is None:
            return 0
        at = _find(bucket, digest[2:])
        return 0 if at < 0 else bucket[at + REST]

    def put(self, key: str, number: int) -> int:
        """Give a key a number of at least 1. Return the one that it had before.

        Raises:
            ValueError: The key cannot be encoded as UTF-8.
        """
        digest = blake2b(key.encode(), digest_size=DIGEST).digest()
        position = digest[0] << 10 | digest[1] << 2 | digest[2] >> 6
        bucket = self._buckets[position]
        rest = digest[2:]
        if bucket is None:
            bucket = self._buckets[position] = bytearray()
        elif (at := _find(bucket, rest)) >= 0:
            before = bucket[at + REST]
            bucket[at + REST] = number
            return before
        bucket += rest
        bucket.append(number)
        self._count += 1
        return 0


def _find(bucket: bytearray, rest: bytes) -> int:
    """Return where an entry begins, or -1. A match that spans two entries does not count."""
    at = bucket.find(rest)
    while at > 0 and at % STEP:
        at = bucket.find(rest, at + 1)
    return at
