"""The types of replies, requests and events. Plain values: they know nothing of how they travel."""
