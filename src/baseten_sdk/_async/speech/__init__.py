"""A transcription that goes on while audio is sent."""
