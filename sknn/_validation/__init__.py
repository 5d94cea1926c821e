"""Checked arrays that a call passes to training."""
