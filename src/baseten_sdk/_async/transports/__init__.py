"""Sends requests: one interface, and an implementation for each library."""
