"""Waiting for the results of asynchronous requests."""
