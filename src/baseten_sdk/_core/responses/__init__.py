"""The Responses API: requests, events, histories."""
