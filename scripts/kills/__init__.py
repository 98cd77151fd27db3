"""A batch that is killed at random moments, against a service that cannot be relied on, and compared line by line."""
