"""The clients that are measured, and how each is opened: one adapter a client, all with the same few methods."""
