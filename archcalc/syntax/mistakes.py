"""Reading a text with mistakes: each is noted, what holds it is blanked out, and the rest is read again."""

from __future__ import annotations

from lark import UnexpectedInput

from ..errors import Diagnostic
from ..source import Source
from . import tree
from .diagnose import diagnose, position_of
from .recover import blank, defines_names, enclosing, mark_lost
from .scan import mask
from .transform import MAX_DIGITS, NumberTooLong, tree_of

MAX_MISTAKES = 20
"""Syntax errors that are reported in one run."""
MAX_REREAD = 200_000
"""Characters that are read again to find more mistakes."""

Found = tuple[tree.Spec | None, tuple[Diagnostic, ...]]


class Reader:
    """One text, what has been blanked out of it, and the mistakes so far."""

    def __init__(self, source: Source, unmatched: Diagnostic | None) -> None:
        self.source = source
        self.unmatched = unmatched
        """The first bracket without a partner."""
        self.text, self.masked = source.text, mask(source.text)
        self.mistakes: list[Diagnostic] = []
        self.blanked: list[tuple[int, int]] = []
        self.lost: set[int] = set()
        """The offsets of the stages that stand for what was blanked out."""
        self.reread = 0

    def read_on(self, error: UnexpectedInput | NumberTooLong) -> Found:
        """The tree, None where names are lost, and all mistakes from the first error on."""
        while self._note(error):
            try:
                spec = tree_of(self.text)
            except (UnexpectedInput, NumberTooLong) as another:
                error = another
            else:
                named = any(defines_names(self.masked[start:end]) for start, end in self.blanked)
                return None if named else mark_lost(spec, self.lost), tuple(self.mistakes)
        return None, tuple(self.mistakes)

    def _note(self, error: UnexpectedInput | NumberTooLong) -> bool:
        """Note a mistake; whether to look for more."""
        position = error.start if isinstance(error, NumberTooLong) else position_of(error, self.masked)
        if any(start <= position <= end for start, end in self.blanked):
            return False  # blanking out has made this one
        if self.unmatched and self._offset(self.unmatched) <= position:
            self.mistakes.append(self.unmatched)
            return False
        self.mistakes.append(self._diagnostic(error, position))
        self.reread += position
        return len(self.mistakes) < MAX_MISTAKES and self.reread < MAX_REREAD and self._blank(position)

    def _diagnostic(self, error: UnexpectedInput | NumberTooLong, position: int) -> Diagnostic:
        if isinstance(error, UnexpectedInput):
            return diagnose(self.source, self.masked, position, error)
        place = self.source.place(error.start, error.end)
        help = ("no network needs it; powers are written (2**10)",)
        return Diagnostic("E209", f"the number has more than {MAX_DIGITS} digits", help=help, place=place)

    def _offset(self, mistake: Diagnostic) -> int:
        assert mistake.place is not None
        return self.source.offset(mistake.place.line, mistake.place.column)

    def _blank(self, position: int) -> bool:
        """Blank out the lines around a position; whether that can be done."""
        span = enclosing(self.masked, position)
        if span is None or not self.masked[span[0] : span[1]].strip():
            return False
        self.text, lost = blank(self.text, *span)
        self.blanked.append(span)
        self.lost |= {lost} if lost is not None else set()
        return True
