"""The demonstration: what the SDK does, one scene after another, each checked. `python -m scripts.demo` plays it."""
