"""How parameters move: batches, objectives, the loop and what it needs to continue."""
