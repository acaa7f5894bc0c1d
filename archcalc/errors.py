"""The error tree. Every error carries diagnostics: a code, a place, the numbers that disagree, what to type instead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from .screen import printable, width

Styled = tuple[tuple[str, str], ...]
"""A line of text in pieces, each with the name of its style."""


class Place(NamedTuple):
    """Where in a text: lines and columns count from 1, the end is exclusive; `text` is the first line of the place."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str

    @property
    def marked(self) -> str:
        """The marked part of the first line."""
        end = self.end_column - 1 if self.end_line == self.line else len(self.text)
        return self.text[self.column - 1 : end]


class Fix(NamedTuple):
    """One way out: what it does, and the text that replaces the place of the mistake, or one of its own."""

    title: str
    replace: str
    place: Place | None = None

    def as_dict(self) -> dict[str, object]:
        """The fix for JSON; its place only where it is not that of the mistake."""
        where = self.place._asdict() if self.place else {}
        where.pop("text", None)
        return {"title": self.title, "replace": self.replace, **where}


@dataclass(frozen=True)
class Diagnostic:
    """One mistake. `note` stands beside the carets; `help` lines say what would be right."""

    code: str
    message: str
    note: str = ""
    help: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    place: Place | None = None
    trace: tuple[Place, ...] = ()
    """The uses of blocks that led to the place, innermost first."""

    def __post_init__(self) -> None:
        """Cut what quotes megabytes of a text: people read it."""
        for name in ("message", "note"):
            object.__setattr__(self, name, _cut(getattr(self, name)))
        object.__setattr__(self, "help", tuple(map(_cut, self.help)))

    def at(self, place: Place, trace: tuple[Place, ...] = ()) -> Diagnostic:
        """The same mistake with its place, unless it has one already."""
        return self if self.place else replace(self, place=place, trace=trace)

    def lines(self) -> list[Styled]:
        """The diagnostic for people: the message, the line with carets and the note, then what would be right."""
        lines: list[Styled] = [((self.code, "code"), (" " + self.message, "strong"))]
        if self.place is None:
            lines += [(("  " + line, "note"),) for line in (self.note, *self.help) if line]
            return [_printable(line) for line in lines]
        lines += _excerpt(self.place, self.note)
        indent = _margin(self.place, " ")
        lines += [((f"{indent} {line}", "help"),) for line in self.help]
        lines += [((f"{indent} used {_where(use, self.place)}: {_cut(use.marked)}", "faint"),) for use in self.trace]
        return [_printable(line) for line in lines]

    def render(self) -> str:
        """The diagnostic as plain text."""
        return "\n".join("".join(text for text, _ in line).rstrip() for line in self.lines())

    def as_dict(self) -> dict[str, object]:
        """The diagnostic for JSON; places are null where there is no text."""
        where = self.place._asdict() if self.place else dict.fromkeys(Place._fields)
        where.pop("text")
        return {
            "code": self.code,
            "message": self.message,
            **where,
            "help": [line for line in (self.note, *self.help) if line],
            "fixes": [fix.as_dict() for fix in self.fixes],
        }


_WIDE, _SHOWN = 160, 120
"""Lines longer than the one are cut to the other, around the place."""

_LONGEST = 400
"""Characters of a sentence."""

_FULL = 100
"""A note that would reach beyond this column stands below its carets."""


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _excerpt(place: Place, note: str) -> list[Styled]:
    """The source line, cut around the place where it is very long, and the carets below it."""
    start, text = place.column - 1, place.text
    end = place.end_column - 1 if place.end_line == place.line else len(text)
    if len(text) > _WIDE:
        cut = max(0, start - 40)
        text = ("..." if cut else "") + text[cut : cut + _SHOWN] + "..." * (cut + _SHOWN < len(text))
        start, end = (offset - cut + (3 if cut else 0) for offset in (start, end))
    before = " " * width(text[:start])
    carets = "^" * max(1, width(text[start:end]))
    bar = _margin(place, "|")
    lines: list[Styled] = [((f"  --> {place.file}:{place.line}:{place.column}", "faint"),)] if place.file else []
    if not text.strip():
        return [*lines, *[((f"{bar} {note}", "note"),)] * bool(note)]
    lines.append(((f"  {place.line} | ", "faint"), (text, "")))
    if not note or len(bar + before + carets + note) < _FULL:
        return [*lines, ((bar + " ", "faint"), (before + carets, "caret"), (" " + note, "note"))]
    return [*lines, ((bar + " ", "faint"), (before + carets, "caret")), ((bar + " ", "faint"), (before + note, "note"))]


def _margin(place: Place, mark: str) -> str:
    """What stands in front of the lines below the source line."""
    return f"  {' ' * len(str(place.line))} {mark}"


def _where(use: Place, place: Place) -> str:
    return f"at line {use.line}" if use.file == place.file else f"in {use.file}, line {use.line}"


def _printable(line: Styled) -> Styled:
    return tuple((printable(text), style) for text, style in line)


class ArchcalcError(Exception):
    """Whatever archcalc refuses to do, with the reasons. `exit_code` is what the command line returns."""

    exit_code = 1

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__(*diagnostics)
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        return "\n\n".join(diagnostic.render() for diagnostic in self.diagnostics)

    @classmethod
    def of(
        cls, code: str, message: str, note: str = "", help: tuple[str, ...] = (), fixes: tuple[Fix, ...] = ()
    ) -> Self:
        """An error with one diagnostic, its place yet unknown."""
        return cls(Diagnostic(code, message, note, help, fixes))


class SpecError(ArchcalcError):
    """The spec or the model is wrong."""


class UsageError(ArchcalcError):
    """The command or the function was called wrongly."""

    exit_code = 2


class FileError(ArchcalcError):
    """A file cannot be read or written."""

    exit_code = 3


class MissingError(ArchcalcError):
    """The environment lacks something: onnxruntime, a CUDA device, an optional library."""

    exit_code = 4


class LimitError(ArchcalcError):
    """A limit was hit; the message names it and the option that raises it."""

    exit_code = 5
