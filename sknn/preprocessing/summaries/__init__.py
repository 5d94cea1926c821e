"""What is known of a table that comes in blocks: small, and what is known of two parts adds up."""
