"""Deployments and models that differ: in health, in how long they take, and in how much they take a minute."""
