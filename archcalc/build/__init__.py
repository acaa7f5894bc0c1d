"""Syntax tree to graph: names, arguments, blocks, repeats, branches. Shapes are worked out on the way."""

from .builder import Options, build

__all__ = ["Options", "build"]
