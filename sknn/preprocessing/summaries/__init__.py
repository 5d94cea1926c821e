"""Summaries of a table that comes in blocks: they are small, and two of them can be merged."""
