"""Drawing: the house style, and pictures with and without Matplotlib."""
