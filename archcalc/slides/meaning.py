"""What a row means: its layers in our language, with every number of the row understood as one thing, or refused."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..errors import Diagnostic
from ..source import Source
from ..syntax import tree
from .kinds import ACTIVATIONS
from .mistakes import no_row, strangers, unknown
from .numbers import arguments, depth, given, modes
from .reading import Part, Row

_LAYERS = ("INPUT", "CONV", "POOL", "FC", "NORM", "LRN", "BN", "LN", "FLATTEN", "DROP", "ACTIVATION")
_NORMS = ("LRN", "BN", "LN")
_FOLLOWERS = (*ACTIVATIONS, "BN", "DROP")
"""What a row may name behind its layer."""


class Meaning(NamedTuple):
    """The stages of a row, and the mistakes in it; tree.Lost stands for a row with mistakes."""

    stages: tuple[tree.Stage, ...]
    mistakes: tuple[Diagnostic, ...] = ()


class Above(NamedTuple):
    """What the rows above say: the axes of the last volume, and whether a fully connected layer has flattened it."""

    axes: int = 0
    flat: bool = False


def meaning(row: Row, source: Source, above: Above) -> Meaning:
    """What a row means."""
    volumes = [part for part in row if part.role == "VOLUME"]
    rest = [part for part in row if part.role not in ("VOLUME", "NOTE")]
    layers = [(_word(part, rest), part) for part in rest if part.role in _LAYERS]
    start, end = min(part.start for part in row), max(part.end for part in row)
    lost = Meaning((tree.Stage("", tree.Lost(start, end), volumes[0].amount if volumes else None, start, end),))
    words = [word for word, _ in layers]
    mistakes = no_row(row, words, source) or unknown(rest, source) or strangers(_specific(layers), _FOLLOWERS, source)
    if mistakes:
        return lost._replace(mistakes=tuple(mistakes))
    return _understood(rest, layers, volumes, source, above, lost)


def _understood(
    rest: list[Part], layers: list[tuple[str, Part]], volumes: list[Part], source: Source, above: Above, lost: Meaning
) -> Meaning:
    """The stages of a row whose words are all known."""
    (word, main), *others = _specific(layers)
    numbers, mistakes = given(rest, word, main, volumes[0] if volumes else None, source)
    words, more = modes(rest, word, source)
    if mistakes or more:
        return lost._replace(mistakes=(*mistakes, *more))
    seen, numbers = depth(word, numbers, above.axes)
    head = tree.Layer(word, (*words, *arguments(word, numbers)), None, rest[0].start, rest[-1].end)
    spoken = word in ("CONV", "POOL", "FC") and any(part.start == main.start for part in numbers.values())
    label = "" if spoken and rest[0].role != "TITLE" else _label(rest[0], main)
    stages = [tree.Stage(label, head, None, head.start, head.end)]
    for other, part in others:
        rate = {"RATE": part} if part.amount else {}
        follower = tree.Layer(other, arguments(other, rate), None, part.start, part.end)
        stages.append(tree.Stage("", follower, None, part.start, part.end))
    claim = volumes[0].amount if volumes and volumes[0] != numbers.get("SIZE") else None
    stages[-1] = stages[-1]._replace(claim=_flattened(claim) if claim and (above.flat or word == "FC") else claim)
    return Meaning((*seen, *stages))


def _word(part: Part, row: list[Part]) -> str:
    """A layer in our language."""
    if part.role == "POOL" and any(other.role == "GLOBAL" for other in row):
        return "GMP" if any(other.role == "MAX" for other in row) else "GAP"
    if part.role == "ACTIVATION":
        name = re.match(r"[a-z-]*", part.text.lower())[0].rstrip("-s")  # type: ignore[index]
        return next(word for word, names in ACTIVATIONS.items() if name in names.split())
    return "LRN" if part.role == "NORM" else part.role


def _specific(layers: list[tuple[str, Part]]) -> list[tuple[str, Part]]:
    """The layers of a row, each once: NORM1 may be a batch normalisation, and POOL1 say pooling again."""
    (word, main), *others = layers
    if main.role == "NORM":
        word = next((other for other, part in others if part.role in _NORMS), word)
    others = [(other, part) for other, part in others if other not in (word, "INPUT") and part.role != "NORM"]
    return [(word, main), *others]


# Names and claims


def _flattened(claim: tree.Glued) -> tree.Glued:
    """1x1x4096 as 4096: slides keep axes that fully connected layers have lost."""
    *ones, last = claim.axes
    flat = all(isinstance(size, tree.Number) and size.value == 1 for size in ones)
    return claim._replace(axes=(last,)) if flat else claim


def _label(first: Part, layer: Part) -> str:
    """The name of a row: the word before its colon, or its layer if that has a number."""
    if first.role != "TITLE" and not any(sign.isdigit() for sign in layer.text):
        return ""
    words = (first if first.role == "TITLE" else layer).text.lower().split()
    text = "".join(word for word in words if word != "layer")
    return "".join(sign if sign.isalnum() else "_" for sign in text)
