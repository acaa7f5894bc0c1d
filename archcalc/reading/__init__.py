"""ONNX models that any software wrote, as networks of ours. Bytes are walked, never evaluated; weights are not read."""

from .model import Reading, graph_of, open_model

__all__ = ["Reading", "graph_of", "open_model"]
