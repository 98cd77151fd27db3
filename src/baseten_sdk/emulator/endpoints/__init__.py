"""Emulated endpoints other than chat."""
