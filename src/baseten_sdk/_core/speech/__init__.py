"""Speech: audio as frames, the parameters of a transcription, and messages as events."""
