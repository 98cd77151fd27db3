"""Ways to carry a request: one protocol, and an implementation for each library that does the carrying."""
