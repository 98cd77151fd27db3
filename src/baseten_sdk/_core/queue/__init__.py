"""Asynchronous predictions: submissions, deliveries, polling."""
