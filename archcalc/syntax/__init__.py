"""Text to syntax tree, and the diagnosis of mistakes in the text."""

from .parse import Parsed, parse, read
from .scan import MAX_DEPTH, MAX_TEXT

__all__ = ["MAX_DEPTH", "MAX_TEXT", "Parsed", "parse", "read"]
