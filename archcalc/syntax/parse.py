"""Text to syntax tree."""

from __future__ import annotations

from typing import NamedTuple

from lark import UnexpectedInput

from ..errors import Diagnostic, SpecError
from ..source import Source
from . import tree
from .scan import MAX_DEPTH, MAX_TEXT, check_limits
from .transform import NumberTooLong, tree_of


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
        return Parsed(tree_of(source.text))
    except (UnexpectedInput, NumberTooLong) as error:
        from .mistakes import Reader  # noqa: PLC0415 - only when something is wrong

        return Parsed(*Reader(source, unmatched).read_on(error))
