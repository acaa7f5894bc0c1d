"""Texts that end too early."""

from __future__ import annotations

import re

from ..errors import Diagnostic
from ..source import Source

_NEAR = 300
"""Characters at the end that are looked at."""

_ENDINGS = (
    (r"->|→", "no layer follows the arrow", "write the next layer, or leave the arrow out"),
    (r"=>|⇒", "no volume follows =>", "=> 55x55x96 claims a volume, => ? asks for it"),
    (r"-", "the text ends at a lone -", 'in a shell, quote the spec: archcalc "INPUT 32x32x3 -> CONV 8 3x3"'),
    (r"\*", "no number follows *", "[ ... ]*2 repeats"),
    (r"[A-Za-z_]\w*[ \t]*:", "the label names nothing", "write the stage behind it: c1: CONV 64 3x3"),
    (r"[A-Za-z_]\w*[ \t]*=", "no value follows =", "options are written without blanks: s=2"),
    (r"\bset", "nothing is set", "set fit=floor"),
    (r"\bcheck", "nothing is checked", "check params=62378344"),
    (r"\blet", "no name follows let", "let n=64"),
    (r"\bimport", "no file follows import", 'import "blocks.arch"'),
    (r"\bdef\b[^{\n;]*", "the block has no body", "def twice n { CONV n 3x3 p1 -> CONV n 3x3 p1 }"),
)


def too_early(source: Source, masked: str) -> Diagnostic:
    """The diagnostic of a text that stops where something must follow."""
    text = masked.rstrip()
    for pattern, message, help in _ENDINGS:
        match = re.compile(f"(?:{pattern})\\Z").search(text, max(0, len(text) - _NEAR))
        if match:
            return Diagnostic("E101", message, help=(help,), place=source.place(match.start(), match.end()))
    start = max(map(text.rfind, " \t\r\n;")) + 1
    return Diagnostic(
        "E101", "the text ends too early", help=("something must follow",), place=source.place(start, len(text))
    )
