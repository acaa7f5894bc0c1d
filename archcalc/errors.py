"""The error tree. Every error carries diagnostics: a code, a place, the numbers that disagree, what to type instead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, Self


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
    """One way out: what it does, and the text that replaces the place."""

    title: str
    replace: str


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

    def at(self, place: Place, trace: tuple[Place, ...] = ()) -> Diagnostic:
        """The same mistake with its place, unless it has one already."""
        return self if self.place else replace(self, place=place, trace=trace)

    def render(self) -> str:
        """The diagnostic as text: the message, the line with carets and the note, then help."""
        lines = [f"{self.code} {self.message}"]
        lines += _excerpt(self.place, self.note) if self.place else [self.note] * bool(self.note)
        margin = " " * len(str(self.place.line)) + " " * 5 if self.place else " "
        lines += [f"{margin}| {line}" if self.place else f"  {line}" for line in self.help]
        lines += [f"{margin}  in the block used at line {place.line}: {place.marked}" for place in self.trace]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, object]:
        """The diagnostic for JSON; places are null where there is no text."""
        where = self.place._asdict() if self.place else dict.fromkeys(Place._fields)
        where.pop("text")
        return {
            "code": self.code,
            "message": self.message,
            **where,
            "help": [line for line in (self.note, *self.help) if line],
            "fixes": [fix._asdict() for fix in self.fixes],
        }


def _excerpt(place: Place, note: str) -> list[str]:
    """The source line, cut around the place where it is very long, and the carets below it."""
    start, text = place.column - 1, place.text
    if len(text) > 160:
        cut = max(0, start - 40)
        text = ("..." if cut else "") + text[cut : cut + 120] + "..."
        start = start - cut + (3 if cut else 0)
    end = place.end_column - 1 - (place.column - 1 - start) if place.end_line == place.line else len(text)
    carets = "^" * max(1, min(end, len(text)) - start)
    blank = " " * len(str(place.line))
    name = [f"  --> {place.file}:{place.line}:{place.column}"] if place.file else []
    return [
        *name,
        f"   {place.line}  | {text}".rstrip(),
        f"   {blank}  | {' ' * start}{carets} {note}".rstrip(),
    ]


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
