"""Keras 3 code."""

from .write import to_keras

__all__ = ["to_keras"]
