"""Emulated asynchronous requests and their webhooks."""
