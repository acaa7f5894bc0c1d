"""Graphs as text: what somebody would write for a network, repeated structure folded into blocks and repeats."""

from .spec import names_of, to_spec

__all__ = ["names_of", "to_spec"]
