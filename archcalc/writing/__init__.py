"""Graphs as text: what somebody would write for a network, repeated structure folded into blocks and repeats."""

from .spec import to_spec

__all__ = ["to_spec"]
