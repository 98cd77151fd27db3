"""WebSockets: messages out of frames, why a connection ended, and when a silence is too long."""
