"""Unknowns of a spec: every value that makes its claims true."""

from .answer import Solved, solve
from .search import MOST_SOLUTIONS

__all__ = ["MOST_SOLUTIONS", "Solved", "solve"]
