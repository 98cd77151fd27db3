"""The async shell: the only hand-written code that waits for the network. `_sync` is generated from it."""
