"""WebSockets: a connection that sends and receives at once, and what a program sees of it."""
