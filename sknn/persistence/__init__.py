"""Out of the process: models for servers without Python."""

from sknn.persistence.onnx.convert import onnx_inputs, to_onnx

__all__ = ["onnx_inputs", "to_onnx"]
