"""Convert y to targets of the loss, and back."""
