"""Text to syntax tree."""

from __future__ import annotations

from typing import NamedTuple

from lark import UnexpectedInput

from ..errors import Diagnostic, SpecError
from ..source import Source
from . import tree
from .diagnose import diagnose, position_of
from .grammar import parser
from .recover import blank, defines_names, enclosing, mark_lost
from .scan import MAX_DEPTH, MAX_TEXT, check_limits, mask
from .transform import MAX_DIGITS, NumberTooLong, TreeBuilder

MAX_MISTAKES = 20
"""Syntax errors that are reported in one run."""
MAX_REREAD = 200_000
"""Characters that are read again to find more mistakes."""


class Parsed(NamedTuple):
    """The tree of a text, and the mistakes in it; where there are any, tree.Lost stands for what holds them."""

    spec: tree.Spec | None
    """None where the mistakes took names with them, so that the rest means nothing."""
    mistakes: tuple[Diagnostic, ...] = ()


def parse(source: Source, max_text: int = MAX_TEXT, max_depth: int = MAX_DEPTH) -> tree.Spec:
    """The syntax tree of a text. All syntax errors are reported in one SpecError."""
    parsed = read(source, max_text, max_depth)
    if parsed.mistakes or parsed.spec is None:
        raise SpecError(*parsed.mistakes)
    return parsed.spec


def read(source: Source, max_text: int = MAX_TEXT, max_depth: int = MAX_DEPTH) -> Parsed:
    """The syntax tree of a text as far as it can be read, and the syntax errors in it."""
    unmatched = check_limits(source, max_text, max_depth)
    try:
        return Parsed(_tree(source.text))
    except UnexpectedInput as error:
        return _Reader(source, unmatched).read_on(error)
    except NumberTooLong as error:
        return Parsed(None, (_too_long(source, error),))


def _tree(text: str) -> tree.Spec:
    return parser("spec", TreeBuilder).parse(text)  # type: ignore[return-value]


def _too_long(source: Source, error: NumberTooLong) -> Diagnostic:
    place = source.place(error.start, error.end)
    help = ("no network needs it; powers are written (2**10)",)
    return Diagnostic("E209", f"the number has more than {MAX_DIGITS} digits", help=help, place=place)


class _Reader:
    """Reads a text with mistakes: notes one, blanks out what holds it, and tries again."""

    def __init__(self, source: Source, unmatched: Diagnostic | None) -> None:
        self.source = source
        self.unmatched = unmatched
        self.text, self.masked = source.text, mask(source.text)
        self.mistakes: list[Diagnostic] = []
        self.blanked: list[tuple[int, int]] = []
        self.lost: set[int] = set()
        self.reread = 0

    def read_on(self, error: UnexpectedInput | NumberTooLong) -> Parsed:
        while self._note(error):
            try:
                spec = _tree(self.text)
            except (UnexpectedInput, NumberTooLong) as another:
                error = another
            else:
                return self._parsed(spec)
        return self._parsed(None)

    def _parsed(self, spec: tree.Spec | None) -> Parsed:
        named = any(defines_names(self.masked[start:end]) for start, end in self.blanked)
        return Parsed(None if spec is None or named else mark_lost(spec, self.lost), tuple(self.mistakes))

    def _note(self, error: UnexpectedInput | NumberTooLong) -> bool:
        """Note a mistake; whether to look for more."""
        if isinstance(error, NumberTooLong):
            position, mistake = error.start, _too_long(self.source, error)
        else:
            position = position_of(error, self.masked)
        if any(start <= position <= end for start, end in self.blanked):
            return False  # blanking out has made this one
        if self.unmatched and self._offset(self.unmatched) <= position:
            self.mistakes.append(self.unmatched)
            return False
        if isinstance(error, UnexpectedInput):
            mistake = diagnose(self.source, self.masked, position, error)
        self.mistakes.append(mistake)
        self.reread += position
        return len(self.mistakes) < MAX_MISTAKES and self.reread < MAX_REREAD and self._blank(position)

    def _offset(self, mistake: Diagnostic) -> int:
        assert mistake.place is not None
        return self.source.offset(mistake.place.line, mistake.place.column)

    def _blank(self, position: int) -> bool:
        span = enclosing(self.masked, position)
        if span is None or not self.masked[span[0] : span[1]].strip():
            return False
        self.text, lost = blank(self.text, *span)
        self.blanked.append(span)
        self.lost |= {lost} if lost is not None else set()
        return True
