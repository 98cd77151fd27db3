"""The few primitives that wait, each in an async and a sync flavor. Everything else that waits is built on them."""
