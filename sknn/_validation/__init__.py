"""Checked arrays: what a call hands to training."""
