"""Texts and places in them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from .errors import Place


class Amount(NamedTuple):
    """A number as it is written: rounded by up to `slack`; of `scale` thousands, which may be 1024 each for bytes."""

    value: int
    slack: int
    scale: int
    bytes: bool


@dataclass(frozen=True, eq=False)
class Source:
    """A text and the file that it came from ("" for text given directly)."""

    text: str
    file: str = ""

    @cached_property
    def _starts(self) -> list[int]:
        starts, position = [0], self.text.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.text.find("\n", position + 1)
        return starts

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column."""
        return self._starts[line - 1] + column - 1

    def place(self, start: int, end: int) -> Place:
        """The place from offset `start` up to, not including, `end`."""
        line, column = self.line_column(start)
        end_line, end_column = self.line_column(max(start, end))
        return Place(self.file, line, column, end_line, end_column, self._line(line))

    def _line(self, number: int) -> str:
        """A line, one text for all its places: generated lines can be long."""
        if number not in self._lines:
            begin = self._starts[number - 1]
            end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
            self._lines[number] = self.text[begin:end].rstrip("\r")
        return self._lines[number]

    @cached_property
    def _lines(self) -> dict[int, str]:
        return {}
