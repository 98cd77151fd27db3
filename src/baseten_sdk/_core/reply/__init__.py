"""What a reply means: a model, or a typed error. Knows nothing of streams or chat."""
