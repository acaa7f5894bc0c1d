"""Text on a screen: what can be printed safely, and how wide it is. Imports nothing."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text without control characters, which could command the terminal; as many characters as before.

    >>> printable("a\\tb\\x1b[2J")
    'a b�[2J'
    """
    if text.isprintable():
        return text
    return "".join([sign if sign.isprintable() else " " if sign == "\t" else "\ufffd" for sign in text])


def width(text: str) -> int:
    """How many columns of a terminal the text takes: two for wide characters, none for combining ones.

    >>> width("5x5"), width("卷积"), width("e\u0301")
    (3, 4, 1)
    """
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # noqa: PLC0415 - rarely needed

    return sum([0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text])
