"""ONNX models that any software wrote, as networks of ours. Bytes are walked, never evaluated; weights are not read."""

from .model import Reading, read_onnx

__all__ = ["Reading", "read_onnx"]
