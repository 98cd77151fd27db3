"""Many texts through one engine: how they are cut into requests, and how replies become one result."""
