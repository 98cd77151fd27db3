"""Python types into JSON Schema and back. Knows nothing of requests or replies."""
