"""Whether a text is a slide's listing."""

from __future__ import annotations

import re

_SIZE = r"(?:\d+|\?)"
_FRONT = rf"\[\s*{_SIZE}(?:\s*[xX×*,]\s*{_SIZE})*\s*\][ \t]*[A-Za-z]"
_BEHIND = rf"[A-Za-z][^\[\]]*\[\s*{_SIZE}(?:\s*[xX×]\s*{_SIZE})+\s*\]\s*(?:$|(?:[Mm]emory|[Pp]aram|[Ww]eight))"
_ROW = re.compile(rf"\s*(?:[-*•]\s*)?(?:{_FRONT}|{_BEHIND})")
"""The volume in front of words, or behind them; in the language an array of numbers may stand there, but no shape."""
_SPEC = re.compile(r"->|→|=>|⇒|[{}@]|\w=\s*(?:[\[(]|$)")
"""What is the language's and no slide's."""


def has_rows(text: str) -> bool:
    """Whether a line is a slide's row, and none is the language's."""
    lines = [line.partition("#")[0] for line in re.split(r"[\r\n]|;(?=[ \t]*\[)", text)]
    return any(map(_ROW.match, lines)) and not any(map(_SPEC.search, lines))
