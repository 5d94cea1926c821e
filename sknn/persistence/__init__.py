"""Out of the process: models for servers without Python."""

from sknn.persistence.onnx.convert import onnx_inputs, to_onnx
from sknn.persistence.onnx.pipelines import register_skl2onnx

__all__ = ["onnx_inputs", "register_skl2onnx", "to_onnx"]
