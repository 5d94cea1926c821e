"""Networks in files, and in the words of other libraries."""
