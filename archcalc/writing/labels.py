"""References: what each volume is called where it is read."""

from __future__ import annotations

from collections.abc import Iterable

from .blocks import Block, Blocks, labels_of, scope
from .tree import NO_LAYER, Chain, Kind, Stage, Stuck


class Labels:
    """Names for the volumes of one scope: the network itself, or the model of a block."""

    def __init__(self, all: Referencing, blocks: Blocks, chain: Chain, block: Block | None) -> None:
        self.all, self.blocks, self.chain, self.block = all, blocks, chain, block
        self.taken = labels_of(chain, blocks)
        self.known: dict[int, str] = {}

    def name(self, volume: int) -> str:
        """What a volume is called here, behind its @."""
        if volume not in self.known:
            self.known[volume] = self._find(volume)
        return self.known[volume]

    def _find(self, volume: int) -> str:
        if self.block is not None and volume == self.block.model.entry and self.block.name:
            return "in"
        if self.block is not None and volume in self.block.model.outside:
            return self.block.references[self.block.model.outside.index(volume)]
        sites = self._sites(self.chain, volume)
        if not sites:
            raise Stuck(set())
        if sites[0].end != volume:
            return self._inside(sites[0], volume)
        given = next((site.label for site in sites if site.label and self.taken[site.label] == 1), "")
        return given or self._alias(sites[0])

    def _sites(self, chain: Chain, volume: int) -> list[Stage]:
        """The stages here that give a volume, outermost first; or the block in which it is given."""
        for stage in chain:
            if stage.kind in NO_LAYER or not stage.first <= volume <= stage.end:
                continue
            hidden = stage.kind is Kind.REGION and self.blocks.block(stage).name
            if hidden or (stage.kind is Kind.LAYER and stage.end == volume):
                return [stage]
            inner = [site for part in stage.chains for site in self._sites(part, volume)]
            return [stage, *inner] if stage.end == volume and inner and inner[0].end == volume else inner
        return []

    def _alias(self, site: Stage) -> str:
        stem = _stem(site)
        number, name = 1, stem
        while name in self.taken or (self.block is not None and name in self._parameters()):
            number += 1
            name = f"{stem}_{number}"
        site.alias = name
        self.taken[name] += 1
        return name

    def _parameters(self) -> Iterable[str]:
        assert self.block is not None
        return (*(param.name for param in self.block.params), *self.block.references)

    def _inside(self, site: Stage, volume: int) -> str:
        """A volume inside of a block that is used here: by the labels of both."""
        if not site.label:
            raise Stuck({site.path[:-1]})
        if self.taken[site.label] != 1:
            raise Stuck(set(), {site.path})
        block = self.blocks.block(site)
        model = _same_place(site.body, block.model.body, volume)
        inner = self.all.scope(block).name(model)
        return f"{site.label}.{inner}"


class Referencing:
    """The names of volumes in all scopes."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks
        self.root = Labels(self, blocks, blocks.root, None)
        self.scopes: dict[int, Labels] = {}
        self._collect(self.root)
        for block in blocks.inner_first():
            if block.name:
                self._collect(self.scope(block))

    def scope(self, block: Block) -> Labels:
        """The scope of a block that is defined."""
        if id(block) not in self.scopes:
            self.scopes[id(block)] = Labels(self, self.blocks, block.model.body, block)
        return self.scopes[id(block)]

    def _collect(self, labels: Labels) -> None:
        """Find all names first: what is read later needs one where it stands."""
        for stage in scope(labels.chain, self.blocks):
            if stage.kind is Kind.REF:
                labels.name(stage.end)
            for volume in stage.refs:
                labels.name(volume)
            if stage.kind is Kind.REGION and self.blocks.block(stage).name:
                for volume in stage.outside:
                    labels.name(volume)


def _same_place(here: Chain, there: Chain, volume: int) -> int:
    """The layer of another use of a block that stands where one does in this use."""
    for one, other in zip(here, there, strict=True):
        if one.kind is Kind.LAYER and one.end == volume:
            return other.end
        if one.kind not in NO_LAYER and one.first <= volume <= one.end:
            for a, b in zip(one.chains, other.chains, strict=True):
                if (found := _same_place(a, b, volume)) >= 0:
                    return found
    return -1


def _stem(site: Stage) -> str:
    """What to call a volume."""
    if site.label:
        return site.label.rstrip("0123456789") + "_out"
    if site.head is not None:
        return {"ADD": "sum", "CONCAT": "joined", "INPUT": "given", "MUL": "product"}.get(
            site.head.word, site.head.word.lower()
        )
    return "kept"
