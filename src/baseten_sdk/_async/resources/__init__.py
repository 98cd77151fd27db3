"""What a client offers, one resource a file."""
