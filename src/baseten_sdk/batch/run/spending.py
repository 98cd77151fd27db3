"""What the rows of a batch have cost, at the service's prices.

It must not know how tokens are counted, or what happens when a budget is used up.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ...errors import APIError
from ...types.meta import Meta
from ...types.prices import Prices
from ...types.response import Response
from ..calls.usage import NONE, Tokens


class Spending:
    """Adds up dollars.

    Args:
        prices: The prices. None: nothing is known of them.

    Attributes:
        dollars: What the rows have cost whose cost is known.
        unpriced: How many rows have a cost that is not known.
        unknown: The last model of such a row; empty where it is not even named.
    """

    def __init__(self, prices: Prices | None = None) -> None:
        self.prices = prices
        self.dollars = Decimal(0)
        self.unpriced = 0
        self.unknown = ""

    @property
    def known(self) -> Decimal | None:
        """The dollars. None without prices, or if no row's cost is known."""
        return None if self.prices is None or (self.unpriced and not self.dollars) else self.dollars

    def add(self, value: object, tokens: Tokens) -> None:
        """Count what a reply has cost."""
        if self.prices is None:
            return
        model, url = _origin(value)
        known = tokens is not NONE and self.prices.hold_for(url)
        cost = self.prices.of_tokens(model, tokens.input, tokens.output, tokens.cached) if known else None
        if cost is None:
            self.unpriced += 1
            self.unknown = model
        else:
            self.dollars += cost.total


def _origin(value: object) -> tuple[str, str]:
    """Return the model that answered and the URL that was called. Each is empty if the reply does not contain it."""
    meta = value.meta if isinstance(value, Response) else getattr(value, "meta", None)
    if isinstance(value, Response):
        try:
            value = value.json()
        except APIError:
            value = None
    model = value.get("model") if isinstance(value, Mapping) else getattr(value, "model", "")
    return model if isinstance(model, str) else "", meta.url if isinstance(meta, Meta) else ""
