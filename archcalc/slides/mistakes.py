"""What is wrong with a row as a whole, and words that no row has."""

from __future__ import annotations

from collections.abc import Container, Sequence

from ..errors import Diagnostic, Fix
from ..source import Source
from ..words import layers_like, nearest
from .kinds import KINDS, VOCABULARY
from .reading import Part, Row

_ROW = "a row reads [55x55x96] CONV1: 96 11x11 filters at stride 4, pad 0"
_PEOPLE = "put # before a line that is for people only"
_PROSE = "what only explains stands in parentheses, without numbers: (class scores), or behind #"
_STRANGE = ("WORD", "STRAY", "OTHER", "RATE", "GROUPS")
"""The roles of what no rule has understood."""


def no_row(row: Row, layers: Sequence[str], source: Source) -> list[Diagnostic]:
    """Rows with two volumes, or without a layer, and lines that are none."""
    volumes = [part for part in row if part.role == "VOLUME"]
    place = source.place(min(part.start for part in row), max(part.end for part in row))
    if len(volumes) > 1:
        note = " and ".join(part.text for part in volumes)
        return [Diagnostic("E123", "the row has more than one volume", note, (_ROW,), place=place)]
    strange = any(part.role in _STRANGE for part in row)
    if layers and (volumes or not strange):
        return []
    words = [part.text.rstrip("0123456789") for part in row if part.role in ("TITLE", "WORD")]
    near = [name for word in words[:1] for name in layers_like(word, tuple(KINDS))]
    if volumes or (near and not layers):
        help = (f"did you mean {near[0]}?", _ROW) if near else (_ROW,)
        return [Diagnostic("E123", "the row names no layer", help=help, place=place)]
    return [Diagnostic("E123", "the line is no row of a listing", help=(_ROW, _PEOPLE), place=place)]


def strangers(layers: Sequence[tuple[str, Part]], followers: Container[str], source: Source) -> list[Diagnostic]:
    """Layers that cannot stand behind another in its row, or lack their rate."""
    (word, _), *others = layers
    mistakes = []
    for other, part in others:
        place = source.place(part.start, part.end)
        if other not in followers:
            help = ("give each a row of its own, with its volume",)
            mistakes.append(Diagnostic("E123", "the row has two layers", f"{word} and {other}", help, place=place))
        elif other == "DROP" and part.amount is None:
            help = ("write the rate right behind: dropout 0.5",)
            mistakes.append(Diagnostic("E122", f"{part.text} doesn't say its rate", help=help, place=place))
    return mistakes


def unknown(row: Sequence[Part], source: Source) -> list[Diagnostic]:
    """What is in no vocabulary."""
    strange = [part for part in row if part.role in _STRANGE and part.amount is None]
    strange += [part for part in row[1:] if part.role == "TITLE"]
    return [_not_understood(part).at(source.place(part.start, part.end)) for part in strange]


def _not_understood(part: Part) -> Diagnostic:
    message = f"{part.text} is not understood"
    if part.role == "STRAY":
        return Diagnostic("E120", message, help=("numbers stand alone, and none is negative: stride 4, pad 0",))
    near = nearest(part.text.lower().strip("0123456789"), VOCABULARY, 1, alike=0.65)
    if not near:
        return Diagnostic("E120", message, help=(_PROSE,))
    return Diagnostic("E120", message, help=(f"did you mean {near[0]}?",), fixes=(Fix(f"write {near[0]}", near[0]),))
