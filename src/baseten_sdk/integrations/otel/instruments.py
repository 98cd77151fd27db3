"""The metrics that the semantic conventions ask of a client, with the boundaries that they advise."""

from __future__ import annotations

from opentelemetry.metrics import Meter

SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
TOKENS = tuple(4**exponent for exponent in range(14))


class Instruments:
    """The instruments of one meter."""

    def __init__(self, meter: Meter) -> None:
        self.duration = meter.create_histogram(
            "gen_ai.client.operation.duration",
            unit="s",
            description="Duration of a call, with all its attempts.",
            explicit_bucket_boundaries_advisory=SECONDS,
        )
        self.first_chunk = meter.create_histogram(
            "gen_ai.client.operation.time_to_first_chunk",
            unit="s",
            description="From the start of a call to the first chunk of its stream.",
            explicit_bucket_boundaries_advisory=SECONDS,
        )
        self.tokens = meter.create_histogram(
            "gen_ai.client.token.usage",
            unit="{token}",
            description="Tokens of a call.",
            explicit_bucket_boundaries_advisory=TOKENS,
        )
        self.cost = meter.create_counter(
            "baseten.client.cost", unit="{USD}", description="Dollars that calls have cost, where prices are known."
        )
