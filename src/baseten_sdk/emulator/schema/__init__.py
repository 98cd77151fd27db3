"""Values that fit a JSON Schema."""
