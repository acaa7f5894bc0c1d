"""The nearest right word."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, words: Iterable[str], count: int = 2) -> list[str]:
    """Up to `count` words that look like the one given, best first."""
    from difflib import get_close_matches  # noqa: PLC0415 - only when something went wrong

    return get_close_matches(word, list(words), count, 0.55)
