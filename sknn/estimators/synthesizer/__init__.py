"""Synthetic rows, imputation, and outliers of tables."""
