"""Counts that a listing states beside its volumes: memory: 224*224*64=3.2M  params: (3*3*3)*64 = 1,728."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from typing import NamedTuple

from ..errors import Diagnostic
from ..source import Amount, Source
from ..syntax import tree


class Clause(NamedTuple):
    """One statement of a listing: what it counts, its text, and its offsets."""

    key: str
    text: str
    start: int
    end: int
    total: bool


KEYS = {
    "memory": "memory", "mem": "memory", "activations": "memory", "values": "memory",
    "params": "params", "param": "params", "parameters": "params", "weights": "weights", "weight": "weights",
}  # fmt: skip
_WORDS = "|".join(sorted(KEYS, key=len, reverse=True))
_KEY = rf"\b(?:total[ \t]+)?(?:{_WORDS})[ \t]*[:=]"
_CLAUSE = re.compile(
    rf"\b(?P<total>total[ \t]+)?(?P<key>{_WORDS})[ \t]*[:=](?P<rest>(?:(?!{_KEY})[^\r\n;#|])*)", re.IGNORECASE
)
_BIASES = re.compile(
    r"^[ \t]*+\(?(?:not[ \t]+counting|without|no|excluding|ignoring)[ \t]+(?:the[ \t]+)?bias(?:es)?\)?[ \t]*+$",
    re.IGNORECASE | re.MULTILINE,
)


def clauses(text: str) -> tuple[str, list[Clause], bool]:
    """The text with its statements blanked out, the statements, and whether it says that biases are not counted."""
    found = [_clause(match) for match in _CLAUSE.finditer(text)] if "[" in text else []
    if not found:
        return text, [], False
    rest = _BIASES.sub(_blank, _CLAUSE.sub(_blank, text))
    return rest, found, _BIASES.search(text) is not None


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _clause(match: re.Match[str]) -> Clause:
    end = match.start("rest") + len(match["rest"].rstrip())
    return Clause(KEYS[match["key"].lower()], match["rest"].strip(), match.start(), end, bool(match["total"]))


# What a statement says


_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)"
_PIECE = re.compile(
    r"(?P<sum>[\d(][\d,.\s*×x+()]*?)[ ]?(?P<scale>[KMBG])?(?P<each>[ ]*[*×x][ ]*4[ ]*bytes?)?"
    r"[ ]?(?P<unit>(?:[KMG]i?)?B|bytes?)?(?:[ ]+(?:params?|parameters|weights|values|numbers|floats|each|in total))?",
    re.IGNORECASE,
)
_FOR_PEOPLE = re.compile(r"\((?=[^()]*[a-zA-Z])[^()]*\)|/.*|\bper\b.*")
_SCALES = {"": 0, "k": 1, "m": 2, "g": 3, "b": 3}
DIGITS, SIGNS = 18, 100
"""Of a number, and of a statement: no count needs more."""
MOST_MISTAKES = 20


def stated(clause: Clause, rows: tuple[tuple[int, int], ...], biases: bool) -> tree.Stated:
    """What a statement claims of rows. Raises ValueError if it cannot be understood."""
    key = "weights" if clause.key == "params" and not biases else clause.key
    said = _FOR_PEOPLE.sub("", clause.text).strip()
    pieces = re.split(r"~=|≈|=|~", said)
    amounts = tuple(_amount(piece.strip()) for piece in pieces if piece.strip())
    if not amounts:
        raise ValueError
    return tree.Stated(key, said, amounts, rows, clause.total, clause.start, clause.end)


def _amount(piece: str) -> Amount:
    """A number that is exact unless it is written rounded: 3.2M is anything that rounds to it."""
    match = _PIECE.fullmatch(piece.rstrip(" .,")) if len(piece) <= SIGNS else None
    if match is None or max(map(len, re.findall(r"\d+", piece))) > DIGITS:
        raise ValueError
    unit, scale = (match["unit"] or "").lower(), (match["scale"] or "").lower()
    if not scale and unit[:1] in ("k", "m", "g"):
        scale = unit[0]
    digits = match["sum"].strip()
    if not scale and "." not in digits:
        return Amount(_value(digits), 0, 0, bool(unit))
    if not re.fullmatch(_NUMBER, digits):
        raise ValueError
    whole, _, fraction = digits.replace(",", "").partition(".")
    written, power = int(whole + fraction), 3 * _SCALES[scale] - len(fraction)
    while written and written % 10 == 0:
        written, power = written // 10, power + 1
    half = 10**power // 2 if power >= 0 else 0
    return Amount(written * 10**power if power >= 0 else 0, half, _SCALES[scale], bool(unit))


def _value(digits: str) -> int:
    """The value of products and sums of whole numbers."""
    tokens = re.findall(rf"{_NUMBER}|[()*×x+]", digits)
    if "".join(tokens) != re.sub(r"\s", "", digits) or any("." in token for token in tokens):
        raise ValueError
    value, rest = _sum(tokens)
    if rest:
        raise ValueError
    return value


def _sum(tokens: list[str]) -> tuple[int, list[str]]:
    value, rest = _product(tokens)
    while rest[:1] == ["+"]:
        more, rest = _product(rest[1:])
        value += more
    return value, rest


def _product(tokens: list[str]) -> tuple[int, list[str]]:
    value, rest = _factor(tokens)
    while rest and rest[0] in "*×x":
        more, rest = _factor(rest[1:])
        value *= more
    return value, rest


def _factor(tokens: list[str]) -> tuple[int, list[str]]:
    if tokens[:1] == ["("]:
        value, rest = _sum(tokens[1:])
        if rest[:1] != [")"]:
            raise ValueError
        return value, rest[1:]
    if not tokens or not tokens[0][0].isdigit():
        raise ValueError
    return int(tokens[0].replace(",", "")), tokens[1:]


def statements(
    found: list[Clause], rows: list[tuple[int, int]], source: Source, biases: bool
) -> Iterator[tree.Stated | Diagnostic]:
    """What the statements of a listing claim; a mistake for each that is not understood."""
    starts, mistakes = [start for start, _ in rows], 0
    for clause in found:
        line = source.text.rfind("\n", 0, clause.start) + 1
        index = bisect(starts, clause.start) - 1
        here = rows[index : index + 1] if index >= 0 and starts[index] >= line else []
        try:
            yield stated(clause, tuple(rows if clause.total or not here else here), biases)
        except ValueError:
            mistakes += 1
            if mistakes > MOST_MISTAKES:
                return
            help = ("a row reads memory: 224*224*64=3.2M  params: (3*3*3)*64 = 1,728",)
            place = source.place(clause.start, clause.end)
            yield Diagnostic("E121", f"{clause.text or 'nothing'} is no count", "", help, place=place)
