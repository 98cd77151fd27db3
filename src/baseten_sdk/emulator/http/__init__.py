"""The emulated wire: serving, routing, pieces of replies."""
