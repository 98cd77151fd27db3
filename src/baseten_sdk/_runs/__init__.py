"""What every long run stands on: rows in flight, displays, durable files. Knows no kind of run."""
