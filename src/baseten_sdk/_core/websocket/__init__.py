"""WebSockets: frames as messages, why a connection ended, and when a silence is too long."""
