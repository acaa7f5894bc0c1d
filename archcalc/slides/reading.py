"""A slide's listing to its rows: what is written, not yet what it means."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, NamedTuple

from lark import Token, Transformer

from ..syntax import tree
from ..syntax.grammar import parser
from .stated import Clause, clauses


class Part(NamedTuple):
    """A piece of a row: a layer, a number with what it is, a word; `role` is its terminal's or its rule's name."""

    role: str
    text: str
    start: int
    end: int
    amount: tree.Glued | None = None


Row = tuple[Part, ...]


class Listing(NamedTuple):
    """The rows of a listing, and the lines above them."""

    rows: tuple[Row, ...]
    title: tree.Text | None
    source: tree.Text | None
    clauses: tuple[Clause, ...] = ()
    """Counts that are stated."""
    biases: bool = True
    """Whether parameters are counted with biases, as far as the listing says."""

    def headings(self) -> dict[str, tree.Text]:
        """The lines above the rows by what they set."""
        return {key: text for key, text in (("title", self.title), ("source", self.source)) if text}


def read(text: str) -> Listing:
    """The rows of a listing. Whatever the text, there is no mistake yet."""
    bare, stated, unbiased = clauses(text)
    body, headings = _split(bare)
    citations = [heading for heading in headings if heading.value[0] == "["]
    titles = [heading for heading in headings if heading not in citations]
    rows: tuple[Row, ...] = parser("slide", _RowBuilder).parse(body)  # type: ignore[assignment]
    found = tuple(row for row in rows if row)
    return Listing(found, _joined(titles), _joined(citations), tuple(stated), not unbiased)


_LINE = re.compile(r"[^\r\n]+")
_BRACKETS = re.compile(r"\[\s*[\d?]")
_HEADING = re.compile(r"[ \t]*(?!(?i:inputs?)\b)(\[[^\]\d?][^\]]*\]|[^\[\]\d#][^\[\]\d]*|[^\[\]#]*:)[ \t]*")


def _split(text: str) -> tuple[str, list[tree.Text]]:
    """The text with the lines above its listing blanked out, and those lines.

    They end in a colon, cite a source, or have no number: else they may be rows that lack their volume.
    """
    headings: list[tree.Text] = []
    for line in _LINE.finditer(text):
        if _BRACKETS.search(line[0]):
            break
        match = _HEADING.fullmatch(line[0])
        if match and line[0].strip():
            headings.append(tree.Text(match[1].strip(), line.start(), line.end()))
    for heading in headings:
        text = text[: heading.start] + " " * (heading.end - heading.start) + text[heading.end :]
    return text, headings


def _joined(lines: list[tree.Text]) -> tree.Text | None:
    if not lines:
        return None
    said = ", ".join(line.value.strip("[]: \t").replace('"', "'") for line in lines)
    return tree.Text(said, lines[0].start, lines[-1].end)


class _RowBuilder(Transformer[Token, tuple[Row, ...]]):
    """Lark's tree to rows, bottom up."""

    def start(self, rows: list[Row]) -> tuple[Row, ...]:
        return tuple(rows)

    def row(self, parts: list[Part]) -> Row:
        return tuple(parts)

    def volume(self, children: list[Token]) -> Part:
        token = children[0]
        begin = token.start_pos or 0
        sizes = tuple(_size(match, begin) for match in re.finditer(r"\d+|\?", token))
        return _part("VOLUME", token, token, tree.Glued(sizes, begin, begin + len(token)))

    def word(self, children: list[Token]) -> Part:
        return _part(children[0].type, children[0], children[0])

    layer = mode = flag = unit = note = title = unknown = word

    def keyed(self, children: list[Any]) -> Part:
        key, amount = children[0], children[1] if len(children) > 1 else None
        return _part(key.type, key, amount or key, amount and _amount(amount))

    def groups(self, children: list[Token]) -> Part:
        number = children[0] if children[0].type == "NUMBER" else children[1]
        return _part("GROUPS", children[0], children[1], _amount(number))

    def dropout(self, children: list[Any]) -> Part:
        word, _, rate = children
        return _part("DROP", word, rate or word, rate and _amount(rate))

    def bare(self, children: list[Token]) -> Part:
        return _part(children[0].type, children[0], children[0], _amount(children[0]))


_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12,
}  # fmt: skip


def _part(role: str, first: Token, last: Token, amount: tree.Glued | None = None) -> Part:
    return Part(role, str(first), first.start_pos or 0, last.end_pos or 0, amount)


def _amount(token: Token) -> tree.Glued:
    start, end = token.start_pos or 0, token.end_pos or 0
    if token.type != "NUMBER":
        return tree.Glued(tuple(_axis(match, start) for match in re.finditer(r"\d+:\d+|\d+|\?", token)), start, end)
    if token == "?":
        return tree.Glued((tree.Unknown(start, end),), start, end)
    written = token.replace(",", "")
    value = Fraction(written) if written[0].isdigit() else Fraction(_WORDS[written.lower()])
    number = tree.Number(int(value) if value.denominator == 1 else value, start, end)
    return tree.Glued((number,), start, end)


def _axis(match: re.Match[str], begin: int) -> tree.Expression | tree.Sides:
    """A size, or a pad before and after: 0:1."""
    if ":" not in match[0]:
        return _size(match, begin)
    start, end = begin + match.start(), begin + match.end()
    before, after = (tree.Number(int(number), start, end) for number in match[0].split(":"))
    return tree.Sides(before, after, start, end)


def _size(match: re.Match[str], begin: int) -> tree.Expression:
    start, end = begin + match.start(), begin + match.end()
    return tree.Unknown(start, end) if match[0] == "?" else tree.Number(int(match[0]), start, end)
