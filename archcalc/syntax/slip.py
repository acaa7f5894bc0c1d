"""One place where the parser could not go on, and what stands around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from lark import UnexpectedInput

from ..errors import Diagnostic, Fix
from ..source import Source

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
        """The text up to here, blanks at its end left out."""
        return self.text[: self.start].rstrip()

    @cached_property
    def after(self) -> str:
        """The text from behind the word or sign, blanks at its start left out."""
        return self.text[self.end :].lstrip()

    @cached_property
    def line(self) -> str:
        """The line up to here, from its first word."""
        return re.split(r"[\r\n;]", self.text[: self.start])[-1].lstrip()

    @cached_property
    def dangling(self) -> str:
        """The sign or word right before that something must follow; "" for none."""
        match = re.search(r"(?:->|=>|[\[({,=*→⇒]|\b[A-Za-z_]\w*[ \t]*:|(?<![\w=>\])])\b(?:let|set|check|import|def))\Z", self.before)
        return match[0] if match else ""

    def around(self, pattern: str) -> re.Match[str] | None:
        """The match of a pattern, on one line, that reaches over the start of the place."""
        begin = max(self.text.rfind("\n", 0, self.start) + 1, self.start - 200)
        for match in re.compile(pattern).finditer(self.text, begin, min(len(self.text), self.start + 200)):
            if match.start() <= self.start < match.end():
                return match
        return None

    def mistake(self, code: str, message: str, *help: str, at: tuple[int, int] | None = None, write: str = "") -> Diagnostic:
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
    before = re.search(r"\w*\Z", text[max(0, position - 200) : position])
    after = re.compile(r"\w*").match(text, position)
    return position - len(before[0] if before else ""), after.end() if after else position + 1
