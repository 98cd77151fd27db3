"""The run itself: concurrency, circuit breaker, stopping, progress."""
