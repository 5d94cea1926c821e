"""Training: batches, objectives, the loop, and the state it needs to continue."""
