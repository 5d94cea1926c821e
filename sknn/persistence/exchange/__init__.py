"""Weights in the forms of other libraries: scikit-learn, PyTorch, Keras."""
