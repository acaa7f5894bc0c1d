"""What a syntax error means and what to type instead: rules on the offending text, the most specific first."""

from __future__ import annotations

from collections.abc import Callable

from lark import Token, UnexpectedInput

from ..errors import Diagnostic
from ..source import Source
from . import ending, shapes, signs, words
from .slip import Slip, find_slip

RULES: tuple[Callable[[Slip], Diagnostic | None], ...] = (
    signs.quotes,
    signs.arrow,
    words.keyword,
    words.assignment,
    shapes.repeat,
    shapes.papers,
    shapes.number,
    shapes.thousands,
    shapes.array,
    shapes.call,
    shapes.listed,
    shapes.spaced,
    signs.comment,
    shapes.arithmetic,
    words.declaration,
    words.colon,
    words.glued,
    signs.nothing,
    signs.bracket,
    signs.sign,
    words.missing_arrow,
    words.no_stage,
)


def position_of(error: UnexpectedInput, masked: str) -> int:
    """The offset where the parser stopped; the length of the text if that was its end."""
    token = getattr(error, "token", None)
    if isinstance(token, Token):
        return len(masked) if token.type == "$END" else token.start_pos or 0
    return error.pos_in_stream or 0


def diagnose(source: Source, masked: str, position: int, error: UnexpectedInput) -> Diagnostic:
    """The diagnostic of lark's error at an offset; comments and quoted texts are masked."""
    if position >= len(masked.rstrip()):
        return ending.too_early(source, masked)
    slip = find_slip(source, masked, position, error)
    for rule in RULES:
        mistake = rule(slip)
        if mistake is not None:
            return mistake
    return words.anything(slip)
