"""Calls with many inputs: split into requests, sent at once, and joined again. `embed` and similar methods use it."""
