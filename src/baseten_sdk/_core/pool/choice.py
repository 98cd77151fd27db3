"""The order in which to try members, by weight.

Each member draws a number, the smaller the larger its weight, and the smallest number goes first. Most calls draw at
random. A session draws by weighted rendezvous hashing: its numbers come from a hash of the session and the member's
name. So it stays with its member, and if a member goes away, only its own sessions move.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from math import log
from random import Random

from ...types.pool import Target


def drawn(members: Sequence[Target], random: Random) -> list[int]:
    """Return the indices of the members in a random order, the one to try first in front."""
    draws = [-log(1 - random.random()) / member.weight for member in members]
    return sorted(range(len(draws)), key=draws.__getitem__)


def ordered(members: Sequence[Target], key: str) -> list[int]:
    """Return the indices of the members in the order of a session."""
    return sorted(range(len(members)), key=lambda number: _draw(members[number], number, key))


def _draw(member: Target, number: int, key: str) -> float:
    digest = blake2b(f"{number}/{member.name}/{key}".encode(errors="replace"), digest_size=8).digest()
    chance = (int.from_bytes(digest, "big") + 1) / (2**64 + 1)
    return -log(chance) / member.weight
