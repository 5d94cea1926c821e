"""Networks as ONNX graphs: one file an idea."""
