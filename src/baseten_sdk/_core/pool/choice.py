"""The order in which members are tried, by weight.

Weighted rendezvous hashing: each member draws a number from a hash of the key and its name, and the smallest goes
first. So a session stays with its member, a member that goes away moves no session but its own, and every order follows
from the key alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from math import log

from ...types.pool import Target


def ordered(members: Sequence[Target], key: str) -> list[int]:
    """The numbers of the members, the one to try first in front."""
    return sorted(range(len(members)), key=lambda number: _draw(members[number], number, key))


def _draw(member: Target, number: int, key: str) -> float:
    digest = blake2b(f"{number}/{member.name}/{key}".encode(errors="replace"), digest_size=8).digest()
    chance = (int.from_bytes(digest, "big") + 1) / (2**64 + 1)
    return -log(chance) / member.weight
