"""WebSockets: a connection that sends and receives at the same time, and its public interface."""
