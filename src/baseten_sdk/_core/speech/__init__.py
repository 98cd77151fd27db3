"""Speech: audio as frames, what a transcription is asked for, and events out of messages."""
