"""Pools: which member to ask, when to ask another one, and when to hedge. Pure: the caller passes the time."""
