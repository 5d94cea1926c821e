"""Tabular networks."""
