"""The Baseten service on your machine, for tests and demonstrations.

    with Emulator() as emu:
        client = Client(api_key=emu.api_key, endpoints=emu.endpoints)

It owns the public names of the emulator and the message for a missing extra. It imports nothing of the
client, so that the two cannot share a mistake, and it loads starlette and uvicorn only when a name is first
used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazy_names

if TYPE_CHECKING or not lazy_names(__name__, extra="emulator"):
    from .behaviors.parse import BehaviorError as BehaviorError
    from .behaviors.script import Fault as Fault, at as at, every as every, first as first
    from .cassette.cassette import Cassette as Cassette
    from .emulator import Emulator as Emulator
    from .fleet.member import FleetMember as FleetMember
    from .queue.records import Delivery as Delivery, RecordedRequest as RecordedRequest
