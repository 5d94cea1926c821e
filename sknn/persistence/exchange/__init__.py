"""Weights in the forms other libraries read: scikit-learn, PyTorch, Keras."""
