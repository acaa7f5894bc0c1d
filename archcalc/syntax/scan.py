"""What a text tells before it is parsed: its length, the depth of its brackets, and those without a partner."""

from __future__ import annotations

import re

from ..errors import Diagnostic, LimitError
from ..source import Source

MAX_TEXT = 1_000_000
"""Characters in a text. Generated specs stay far below; beyond it parsing takes many seconds."""
MAX_DEPTH = 100
"""Brackets inside brackets."""

_PIECE = re.compile(r'"[^"\n]*"?|#[^\r\n]*|([\[({])|([\])}])')
_CLOSING = {"[": "]", "(": ")", "{": "}"}
_OPENING = {right: left for left, right in _CLOSING.items()}


def mask(text: str) -> str:
    """The text as long as before, without comments, and with _ for what stands in quotes."""
    return re.sub(r'"[^"\n]*"|#[^\r\n]*', _masked, text)


def _masked(match: re.Match[str]) -> str:
    piece = match[0]
    return " " * len(piece) if piece[0] == "#" else f'"{"_" * (len(piece) - 2)}"'


def check_limits(source: Source, max_text: int, max_depth: int) -> Diagnostic | None:
    """Refuse (LimitError) a text that is too long or too deep; the first bracket without a partner, if any."""
    if len(source.text) > max_text:
        message = f"the text has {len(source.text):,} characters, the limit is {max_text:,}"
        raise LimitError(Diagnostic("E501", message, help=("--max-text raises the limit",)))
    open_brackets: list[re.Match[str]] = []
    for piece in _PIECE.finditer(source.text):
        if piece[1]:
            open_brackets.append(piece)
            if len(open_brackets) > max_depth:
                raise _too_deep(source, piece, max_depth)
        elif piece[2]:
            if not open_brackets or _CLOSING[open_brackets[-1][1]] != piece[2]:
                return _mismatch(source, open_brackets, piece)
            open_brackets.pop()
    return _unclosed(source, open_brackets[0]) if open_brackets else None


def _too_deep(source: Source, bracket: re.Match[str], max_depth: int) -> LimitError:
    place = source.place(bracket.start(), bracket.end())
    help = ("--max-depth raises the limit; repeats are written [ ... ]*n",)
    return LimitError(Diagnostic("E502", f"brackets stand more than {max_depth} deep", help=help, place=place))


def _unclosed(source: Source, bracket: re.Match[str], note: str = "") -> Diagnostic:
    closing = _CLOSING[bracket[1]]
    place = source.place(bracket.start(), bracket.end())
    return Diagnostic("E102", f"{bracket[1]} is never closed", note, (f"close it with {closing}",), place=place)


def _mismatch(source: Source, open_brackets: list[re.Match[str]], closing: re.Match[str]) -> Diagnostic:
    """A closing bracket that does not fit the innermost open one: it is stray, or that one is unclosed."""
    opening = _OPENING[closing[2]]
    if any(bracket[1] == opening for bracket in open_brackets):
        line, _ = source.line_column(closing.start())
        return _unclosed(source, open_brackets[-1], f"{closing[2]} in line {line} closes an outer {opening}")
    place = source.place(closing.start(), closing.end())
    if open_brackets:
        wanted = _CLOSING[open_brackets[-1][1]]
        line, _ = source.line_column(open_brackets[-1].start())
        note = f"{open_brackets[-1][1]} is open since line {line}"
        return Diagnostic("E108", f"{closing[2]} closes nothing", note, (f"did you mean {wanted}?",), place=place)
    help = (f"leave it out, or open it with {opening}",)
    return Diagnostic("E108", f"{closing[2]} closes nothing", help=help, place=place)
