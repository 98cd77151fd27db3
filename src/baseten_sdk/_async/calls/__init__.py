"""One call, from a request to a reply: attempts, limits, observers. Knows no endpoint."""
