"""Streams as users iterate over them."""
