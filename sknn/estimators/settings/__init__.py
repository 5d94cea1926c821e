"""Settings of training, from constructor parameters."""
