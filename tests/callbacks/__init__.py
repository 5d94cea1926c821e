"""Callbacks of our own."""
