"""Calls of messages, in Anthropic's form: requests, replies, streams and histories."""
