"""Transcription while audio is sent."""
