"""PyTorch code."""

from .write import to_torch

__all__ = ["to_torch"]
