"""The command line: words to one library call, its result to standard output, its exit code to the caller."""

from .entry import main

__all__ = ["main"]
