"""Turns bytes into pieces: events, text, frames. Knows nothing of what the pieces mean."""
