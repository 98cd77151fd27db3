"""Tests of programs that use this package: fault scripts here, fixtures and a guard in the pytest plugin.

    def test_a_retry(baseten_emulator: Emulator, baseten_client: Client) -> None:
        baseten_emulator.faults.add(at(1).status(503))
        assert ask(baseten_client) == "hello"

The plugin is found by pytest by itself. Both need the extra: pip install 'baseten-sdk[emulator]'. This file owns the
public names and nothing else; they are loaded when they are asked for, since pytest loads the plugin everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import lazy_names

if TYPE_CHECKING or not lazy_names(__name__):
    from ..emulator import (
        Cassette as Cassette,
        Emulator as Emulator,
        Fault as Fault,
        FleetMember as FleetMember,
        RecordedRequest as RecordedRequest,
        at as at,
        every as every,
        first as first,
    )
