"""Reading on after a mistake: what holds it is blanked out, so that the rest of the text can be checked too."""

from __future__ import annotations

import re
from typing import Any

from . import tree

_HOLDERS = (tree.Stage, tree.Layer, tree.Use, tree.Group, tree.Definition)
_ENDS = re.compile(r"[\r\n;]")
_DECLARATION = re.compile(r"\s*(?:set|check|let|def|import)\b")
_NAMED = re.compile(r"\b(?:let|import|def)\b|\b[A-Za-z_]\w*+[ \t]*:(?![0-9(?])|^\s*\w++\s*=(?!>)")
_CLAIM = re.compile(r"=>\s*[0-9?][0-9x?]*\s*\Z")
_BALANCE = {"[": 1, "(": 1, "{": 1, "]": -1, ")": -1, "}": -1}


def enclosing(masked: str, position: int) -> tuple[int, int] | None:
    """The offsets of the lines around a position, as many as their brackets span; None where a partner is missing."""
    start, end = _line_start(masked, position), _line_end(masked, position)
    while True:
        least, total = _balance(masked[start:end])
        if least < 0 and start > 0:
            start = _line_start(masked, start - 1)
        elif total > 0 and end < len(masked):
            end = _line_end(masked, end + 1)
        else:
            return (start, end) if least == total == 0 else None


def _line_start(text: str, position: int) -> int:
    return max(text.rfind(sign, 0, position) for sign in "\r\n;") + 1


def _line_end(text: str, position: int) -> int:
    match = _ENDS.search(text, position)
    return match.start() if match else len(text)


def _balance(text: str) -> tuple[int, int]:
    """How far the closing brackets go ahead of the opening ones, and how many stay open at the end."""
    least = total = 0
    for sign in text:
        total += _BALANCE.get(sign, 0)
        least = min(least, total)
    return least, total


def defines_names(piece: str) -> bool:
    """Whether a piece of text may name something that the rest uses."""
    return bool(_NAMED.search(piece))


def blank(text: str, start: int, end: int) -> tuple[str, int | None]:
    """The text with a piece blanked out, and the offset of the ID that stands for its stages, if any.

    What the piece claims at its end is kept: the rest can be checked against it.
    """
    piece = text[start:end]
    indent = len(piece) - len(piece.lstrip())
    if _DECLARATION.match(piece) or len(piece) - indent < 2:
        return text[:start] + re.sub(r"[^\r\n]", " ", piece) + text[end:], None
    claim = _CLAIM.search(piece)
    stop = claim.start() if claim and claim.start() >= indent + 2 else len(piece)
    blanks = re.sub(r"[^\r\n]", " ", piece[indent + 2 : stop])
    return text[: start + indent] + "ID" + blanks + piece[stop:] + text[end:], start + indent


def mark_lost(part: Any, lost: set[int]) -> Any:
    """The tree with tree.Lost in place of the IDs that `blank` wrote."""
    if isinstance(part, tree.Layer) and part.start in lost:
        return tree.Lost(part.start, part.end)
    if not isinstance(part, _HOLDERS) and (not isinstance(part, tuple) or hasattr(part, "_fields")):
        return part
    children = [mark_lost(child, lost) for child in part]
    return type(part)(*children) if hasattr(part, "_fields") else tuple(children)
