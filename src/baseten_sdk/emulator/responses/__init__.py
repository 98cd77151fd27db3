"""`/v1/responses`: requests, responses, streams of events."""
