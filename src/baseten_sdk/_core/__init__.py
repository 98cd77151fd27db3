"""The functional core: builds requests, reads replies, decides what to do next. It never waits and does no I/O."""
