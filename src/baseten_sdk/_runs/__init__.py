"""What every long run shares: rows in flight, displays, durable files. It must not know any kind of run."""
