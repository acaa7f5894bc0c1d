"""Text to syntax tree, and the diagnosis of mistakes in the text."""

from .parse import MAX_DEPTH, MAX_TEXT, parse

__all__ = ["MAX_DEPTH", "MAX_TEXT", "parse"]
