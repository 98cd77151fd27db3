"""Pools: which member is asked, when another one is, and when a request is hedged. Pure; time is given to it."""
