"""The order in which to try members, by weight.

Weighted rendezvous hashing: each member gets a number from a hash of the key and its name, and the smallest number goes
first. So a session stays with its member. If a member goes away, only its own sessions move. And the key alone decides
every order.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from math import log

from ...types.pool import Target


def ordered(members: Sequence[Target], key: str) -> list[int]:
    """Return the indices of the members, the one to try first in front."""
    return sorted(range(len(members)), key=lambda number: _draw(members[number], number, key))


def _draw(member: Target, number: int, key: str) -> float:
    digest = blake2b(f"{number}/{member.name}/{key}".encode(errors="replace"), digest_size=8).digest()
    chance = (int.from_bytes(digest, "big") + 1) / (2**64 + 1)
    return -log(chance) / member.weight
