"""Completions of text, as engines serve them to base models: requests and streams."""
