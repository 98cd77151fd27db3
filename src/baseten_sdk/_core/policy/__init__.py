"""When and whether to send: limits, phases of time, retries. Knows no URL and reads no reply."""
