"""Networks as ONNX graphs: one idea per file."""
