"""Faults: what goes wrong, and the shape of each error."""
