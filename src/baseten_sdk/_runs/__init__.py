"""What every long run needs: rows in flight, displays, durable files. It must not know any kind of run."""
