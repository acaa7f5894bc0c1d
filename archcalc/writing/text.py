"""Chains as text, broken into lines where they get long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..graph import Graph
from ..shape import Shape, show
from .blocks import Block, Blocks
from .labels import Labels, Referencing
from .tree import NO_LAYER, Chain, Kind, Stage

WIDTH = 110
"""Characters of a line, where it can be broken."""


class Piece(NamedTuple):
    """A stage: text, chains in brackets, text."""

    head: str
    chains: tuple[tuple[Piece, ...], ...] = ()
    tail: str = ""
    stage: Stage | None = None

    def flat(self) -> str:
        """The piece on one line."""
        if not self.chains:
            return self.head + self.tail
        inner = ", ".join(" -> ".join(piece.flat() for piece in chain) for chain in self.chains)
        return f"{self.head}[{inner}]{self.tail}"


class Writer:
    """Writes the stages of one scope."""

    def __init__(self, blocks: Blocks, labels: Labels, texts: Iterator[str]) -> None:
        self.blocks, self.labels, self.texts = blocks, labels, texts

    def pieces(self, chain: Chain) -> tuple[Piece, ...]:
        """The stages of a chain."""
        found: list[Piece] = []
        for stage in chain:
            if stage.kind is Kind.REGION and stage.spliced and not self.blocks.block(stage).name:
                found += self.pieces(stage.body)
            else:
                found.append(self._piece(stage))
            if stage.alias:
                found.append(Piece(f"{stage.alias}: ID"))
        return tuple(found)

    def _piece(self, stage: Stage) -> Piece:
        label = f"{stage.label}: " if stage.label else ""
        match stage.kind:
            case Kind.ID:
                return Piece("ID")
            case Kind.REF:
                return Piece(f"@{self.labels.name(stage.end)}")
            case Kind.OUTPUT | Kind.TRAIN:
                return Piece(stage.kind.value)
            case Kind.REPEAT:
                body = self.pieces(stage.body)
                return Piece("", (body,), f"*{next(self.texts)}", stage)
            case Kind.REGION:
                return self._region(stage, label)
            case _:
                return self._layer(stage, label)

    def _region(self, stage: Stage, label: str) -> Piece:
        block = self.blocks.block(stage)
        if not block.name:
            inner = self.pieces(stage.body)
            alone = len(inner) == 1 and not inner[0].head and inner[0].tail
            return inner[0]._replace(head=label) if alone else Piece(label, (inner,), "", stage)
        given = [slot.spell(next(self.texts)) for slot in stage.args]
        refs = [f"@{self.labels.name(volume)}" for volume in stage.outside]
        plain = [text for slot, text in zip(stage.args, given, strict=True) if not slot.key]
        keyed = [text for slot, text in zip(stage.args, given, strict=True) if slot.key and text]
        return Piece(label + " ".join([block.name, *plain, *refs, *keyed]), stage=stage)

    def _layer(self, stage: Stage, label: str) -> Piece:
        head = stage.head
        assert head is not None
        values = [next(self.texts) for _ in head.slots]
        refs = [f"@{self.labels.name(volume)}" for volume in stage.refs]
        plain = len(refs) - len(head.keys)
        text = " ".join([label + head.text(values, refs[plain:]), *refs[:plain]])
        if stage.branches is None:
            return Piece(text, stage=stage)
        return Piece(text + " ", tuple(self.pieces(branch) for branch in stage.branches), "", stage)


def lines(pieces: tuple[Piece, ...], room: int) -> Iterator[str]:
    """A chain in lines of at most `room` characters, where that can be."""
    line = ""
    for piece in pieces:
        text = piece.flat()
        if line and len(line) + 4 + len(text) <= room:
            line += f" -> {text}"
            continue
        if line:
            yield line
            line = ""
        if len(text) <= room or not piece.chains:
            line = text
        else:
            yield from _opened(piece, room)
    if line:
        yield line


def listing(pieces: tuple[Piece, ...], graph: Graph, room: int) -> Iterator[str]:
    """The network's own chain: a line where sizes change and something larger begins, its volume claimed at the end."""
    claimed: Shape | None = None
    for line in _parted(pieces, graph, room):
        *rest, last = lines(tuple(line), room)
        yield from rest
        shape = _shape(line[-1], graph)
        fresh = shape is not None and shape != claimed and not (len(line) == 1 and _is(line[0], "INPUT"))
        if shape is not None and fresh and all(isinstance(size, int) for size in shape):
            claimed = shape
            last = f"{last} => {show(shape)}"
        yield last


def _parted(pieces: tuple[Piece, ...], graph: Graph, room: int) -> Iterator[list[Piece]]:
    """The pieces of each line."""
    if len(" -> ".join(piece.flat() for piece in pieces)) <= room and sum(_is(piece, "INPUT") for piece in pieces) < 2:
        yield list(pieces)
        return
    line: list[Piece] = []
    before: Shape | None = None
    for piece in pieces:
        here, there = _shape(line[-1], graph) if line else None, _shape(piece, graph)
        sizes = here[:-1] if here else before
        before = before or sizes
        changes = sizes != before or (there is not None and there[:-1] != sizes)
        width = len(" -> ".join(one.flat() for one in (*line, piece)))
        begins = (changes and _large(piece)) or (sizes != before and _is(piece, *_WINDOWS)) or _is(piece, "INPUT")
        if line and (width > room or begins):
            yield line
            line, before = [], sizes
        line.append(piece)
    if line:
        yield line


def _shape(piece: Piece, graph: Graph) -> Shape | None:
    """The volume behind a piece, if it makes one."""
    stage = piece.stage
    return None if stage is None or stage.kind in NO_LAYER else graph.nodes[stage.end].shape


def _large(piece: Piece) -> bool:
    return bool(piece.chains) or (piece.stage is not None and piece.stage.kind is Kind.REGION)


_WINDOWS = ("CONV", "DWCONV", "TCONV")


def _is(piece: Piece, *words: str) -> bool:
    """Whether a piece is one of these layers."""
    stage = piece.stage
    return stage is not None and stage.head is not None and stage.head.word in words


def _opened(piece: Piece, room: int) -> Iterator[str]:
    """A stage whose brackets stand open on lines of their own."""
    yield f"{piece.head}["
    for index, chain in enumerate(piece.chains):
        inner = list(lines(chain, room - 2))
        end = "," if index + 1 < len(piece.chains) else ""
        for number, line in enumerate(inner):
            yield f"  {line}{end if number + 1 == len(inner) else ''}"
    yield f"]{piece.tail}"


def definition(block: Block, blocks: Blocks, labels: Referencing) -> Iterator[str]:
    """The lines of a block's definition."""
    pieces = Writer(blocks, labels.scope(block), iter(block.texts)).pieces(block.model.body)
    plain = [param.name for param in block.params if param.default is None]
    keyed = [f"{param.name}={param.default}" for param in block.params if param.default is not None]
    head = " ".join(["def", block.name, *plain, *block.references, *keyed, "{"])
    flat = " -> ".join(piece.flat() for piece in pieces)
    if len(head) + len(flat) + 3 <= WIDTH:
        yield f"{head} {flat} }}"
        return
    yield head
    for line in lines(pieces, WIDTH - 2):
        yield f"  {line}"
    yield "}"
