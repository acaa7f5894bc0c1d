"""A slide's listing as a spec."""

from __future__ import annotations

import re
from fractions import Fraction

from ..errors import SpecError
from ..source import Source
from ..syntax import tree
from .parse import meanings
from .reading import Listing, Row, read
from .stated import Clause

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n|\Z)")


def to_spec(source: Source) -> str:
    """The spec that a listing means: a line a row, volumes as claims, notes and comments as comments.

    Raises SpecError for rows that cannot be understood; whether the volumes are right is not looked at.
    """
    listing = read(source.text)
    rows = meanings(listing, source)
    mistakes = [mistake for row in rows for mistake in row.mistakes]
    if mistakes:
        raise SpecError(*mistakes)
    settings = [f'{key}="{text.value}"' for key, text in listing.headings().items()]
    lines = [f"set {' '.join(settings)}"] if settings else []
    texts = [" -> ".join(map(_stage, row.stages)) for row in rows]
    return "\n".join([*lines, *_lines(source.text, listing, texts)]).strip("\n") + "\n"


def _lines(text: str, listing: Listing, texts: list[str]) -> list[str]:
    """The rows where they stand, with the comments and blank lines between them."""
    rows = list(zip(listing.rows, texts, strict=True))
    result = []
    for line in _LINE.finditer(text):
        here = [item for item in rows if line.start() <= item[0][0].start < line.end()]
        counts = [_count(one) for one in listing.clauses if line.start() <= one.start < line.end()]
        comment = ", ".join(part for part in (*counts, line[0].partition("#")[2].strip()) if part)
        for row, written in here:
            notes = [*_notes(row), *([comment] if comment and row is here[-1][0] else [])]
            result.append(f"{written}  # {', '.join(notes)}" if notes else written)
        if not here and comment:
            result.append(f"# {comment}")
        elif not line[0].strip() and result and result[-1]:
            result.append("")
    return result


def _count(clause: Clause) -> str:
    return f"{'total ' * clause.total}{clause.key}: {clause.text}"


def _notes(row: Row) -> list[str]:
    return [part.text[1:-1].strip() for part in row if part.role == "NOTE" and part.text[1:-1].strip()]


def _stage(stage: tree.Stage) -> str:
    label = f"{stage.label}: " if stage.label else ""
    claim = f" => {_glued(stage.claim)}" if stage.claim else ""
    assert isinstance(stage.head, tree.Layer)
    return label + " ".join([stage.head.word, *map(_argument, stage.head.arguments)]) + claim


def _argument(argument: tree.Argument) -> str:
    value = argument.value
    return argument.key + (_glued(value) if isinstance(value, tree.Glued) else value.text)  # type: ignore[union-attr]


def _glued(value: tree.Glued) -> str:
    return "x".join(map(_size, value.axes))


def _size(size: tree.Expression | tree.Sides) -> str:
    match size:
        case tree.Number(value=Fraction() as value):
            return repr(float(value))
        case tree.Number():
            return str(size.value)
        case tree.Sides():
            return f"{_size(size.before)}:{_size(size.after)}"
        case tree.Operation():
            return f"({size.operator.join(map(_size, size.operands))})"
        case _:
            return "?"
