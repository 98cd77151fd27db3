"""How a row becomes a call."""
