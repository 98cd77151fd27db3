"""Which transport carries a client's calls."""

from __future__ import annotations

import pytest

from baseten_sdk._core.transport_choice import TransportName, choose_transport
from baseten_sdk.errors import ConfigurationError


@pytest.mark.parametrize("wanted", ["auto", "httpx"])
def test_httpx_carries_what_is_left_open_or_asks_for_it(wanted: TransportName) -> None:
    assert choose_transport(wanted) == "httpx"


@pytest.mark.parametrize("wanted", ["direct", "aiohttp", "", None, 5])
def test_a_transport_that_cannot_be_had_is_refused(wanted: object) -> None:
    with pytest.raises(ConfigurationError, match="transport"):
        choose_transport(wanted)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
