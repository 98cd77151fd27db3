"""Many texts through one engine: how to split them into requests, and how to join the replies."""
