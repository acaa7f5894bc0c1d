"""The notation of lecture slides: read into the language's syntax tree, turned into a spec, written from a network."""

from __future__ import annotations


def is_slide(text: str) -> bool:
    """Whether a text is a slide's listing: a row of it has its volume in brackets, and nothing in it is the language's.

    >>> is_slide("[227x227x3] INPUT"), is_slide("INPUT 227x227x3 -> CONV 96 11x11 s4")
    (True, False)
    """
    if "[" not in text or not any(map(_may_be_row, text.splitlines())):
        return False
    from .recognise import has_rows  # noqa: PLC0415 - start-up time counts, and most texts are none

    return has_rows(text)


def _may_be_row(line: str) -> bool:
    """Whether a line starts with a bracket and a number, or has one behind words: quickly told."""
    line = line.strip(" \t-*•")
    if line[:1] == "[":
        return line[1:].lstrip()[:1] in set("0123456789?")
    return line[:1].isalpha() and (line[-1:] == "]" or ("]" in line and any(word in line.lower() for word in _COUNTS)))


_COUNTS = ("memory", "param", "weight")
"""What may stand behind a volume."""
