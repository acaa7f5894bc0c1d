"""Unknowns of a spec: every value that makes its claims true."""

from .answer import Solved, solve

__all__ = ["Solved", "solve"]
