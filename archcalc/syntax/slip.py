"""One place where the parser could not go on, and what stands around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from lark import UnexpectedInput

from ..errors import Diagnostic, Fix
from ..source import Source

_NEAR = 300
"""Characters on either side that rules look at: beyond, texts are generated, and time counts."""

_SIGN = re.compile(r'=>|->|\*\*|//|@\w*|"[^"\n]*|.', re.S)


@dataclass(frozen=True, eq=False)
class Slip:
    """The place as offsets into the text, in which comments and quoted texts are masked."""

    source: Source
    text: str
    start: int
    end: int
    expected: frozenset[str]
    """The terminals of the grammar that could stand here."""

    @property
    def found(self) -> str:
        """The word or sign that cannot stand here."""
        return self.text[self.start : self.end]

    @cached_property
    def before(self) -> str:
        """What stands before it, blanks at its end left out."""
        return self.text[: self.start].rstrip()[-_NEAR:]

    @cached_property
    def after(self) -> str:
        """What stands behind it, blanks at its start left out."""
        return self.text[self.end :].lstrip()[:_NEAR]

    @cached_property
    def line(self) -> str:
        """The line up to here, from its first word."""
        return re.split(r"[\r\n;]", self.text[max(0, self.start - _NEAR) : self.start])[-1].lstrip()

    @cached_property
    def dangling(self) -> str:
        """The sign or label right before that something must follow; "" for none."""
        match = re.search(r"(?:->|=>|[\[({,=*→⇒]|\b[A-Za-z_]\w*+[ \t]*:)\Z", self.before)
        return match[0] if match else ""

    def around(self, pattern: str) -> re.Match[str] | None:
        """The match of a pattern, on one line, that reaches over the start of the place."""
        begin = max(self.text.rfind("\n", 0, self.start) + 1, self.start - _NEAR)
        for match in re.compile(pattern).finditer(self.text, begin, min(len(self.text), self.start + _NEAR)):
            if match.start() <= self.start < match.end():
                return match
        return None

    def ending(self, pattern: str) -> re.Match[str] | None:
        """The match of a pattern that ends right before the place."""
        return re.compile(pattern + r"\Z").search(self.text, max(0, self.start - _NEAR), self.start)

    def mistake(
        self, code: str, message: str, *help: str, at: tuple[int, int] | None = None, write: str = ""
    ) -> Diagnostic:
        """The diagnostic; `write` replaces the place."""
        start, end = at or (self.start, self.end)
        advice = (f"write {write}", *help) if write else help
        fixes = (Fix(f"write {write}", write),) if write else ()
        return Diagnostic(code, message, help=advice, fixes=fixes, place=self.source.place(start, end))


def find_slip(source: Source, masked: str, position: int, error: UnexpectedInput) -> Slip:
    """The word or sign around the offset where the parser stopped."""
    allowed = getattr(error, "allowed", None) or getattr(error, "expected", None) or ()
    start, end = _word(masked, position)
    return Slip(source, masked, start, end, frozenset(allowed))


def _word(text: str, position: int) -> tuple[int, int]:
    if not re.match(r"\w", text[position]):
        sign = _SIGN.match(text, position)
        return position, sign.end() if sign else position + 1
    start = position
    while start > max(0, position - _NEAR) and re.match(r"\w", text[start - 1]):
        start -= 1
    word = re.compile(r"\w*").match(text, position, position + _NEAR)
    return start, word.end() if word else position + 1
