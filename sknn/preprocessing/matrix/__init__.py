"""A table as a matrix that can be converted back into a table."""
