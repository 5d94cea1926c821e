"""How things are drawn: the style of the house, and pictures with and without Matplotlib."""
