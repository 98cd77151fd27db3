"""Calls with many inputs: cut into requests, made side by side, put together again. What `embed` and its kin share."""
