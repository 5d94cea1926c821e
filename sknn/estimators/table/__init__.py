"""From a table as it comes to the matrix that a network can use."""
