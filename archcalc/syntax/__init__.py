"""Text to syntax tree, and the diagnosis of mistakes in the text."""

from .parse import parse

__all__ = ["parse"]
