"""Emulated chat completions."""
