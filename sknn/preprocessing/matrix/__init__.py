"""A table as a matrix that can be turned into a table again."""
