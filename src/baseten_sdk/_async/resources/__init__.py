"""What a client offers: one file a resource. The first of them loads what all calls stand on, so that no interrupt can
leave it half imported."""

from ..._loading import load

load("baseten_sdk._async", "calls.call", "calls.service")
