"""From y to what a loss compares with, and back."""
