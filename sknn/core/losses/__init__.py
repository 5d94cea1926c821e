"""Losses on raw scores, with their links."""
