"""Chat completions: requests, chunks, events, structured outputs, tool calls."""
