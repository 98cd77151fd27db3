"""Decisions: Python types become questions, and answers become their values."""
