"""Labels for paths: a stage that the language would call otherwise gets a label, or a number is skipped with ID.

The same rules as in build/names.py, the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator

from .tree import NO_LAYER, Chain, Kind, Stage, Stuck

MAX_GAP = 8
"""So many numbers are skipped in a row."""


def label(chain: Chain) -> Chain:
    """The network's chain with labels. Stuck if some region's numbers don't come in the order of the text."""
    stuck = Stuck(set())
    labelled = _Sequence((), stuck).chain(chain)
    if stuck.regions or stuck.merges:
        raise stuck
    return labelled


class _Sequence:
    """The stages of one region, numbered together."""

    def __init__(self, path: tuple[str, ...], stuck: Stuck) -> None:
        self.path, self.stuck = path, stuck
        self.counts: dict[str, int] = {}
        self.coming: list[int] = []
        """The numbers that stages ahead must get, the next one last."""
        self.ids: list[Stage] = []
        """Those that took a number since the last layer that did."""

    def chain(self, chain: Chain) -> Chain:
        self.coming = [int(stage.comp) for stage in _preorder(chain) if stage.comp.isdigit()][::-1]
        return self._chain(chain, branch=False)

    def _chain(self, chain: Chain, branch: bool) -> Chain:
        result: Chain = []
        for stage in chain:
            result += self._stage(stage, branch)
        return result

    def _stage(self, stage: Stage, branch: bool) -> Chain:
        before: Chain = []
        if stage.kind is Kind.ID:
            self._count("")
            self.ids.append(stage)
        elif stage.kind not in NO_LAYER:
            before = self._name(stage)
            if stage.kind is Kind.REGION:
                stage.body = _Sequence((*self.path, stage.comp), self.stuck).chain(stage.body)
                if branch and not stage.label:
                    stage = Stage(Kind.REPEAT, stage.end, stage.first, body=[stage])
            elif stage.branches is not None:
                if stage.label and stage.head and stage.head.word == "CONCAT" and not stage.numbers:
                    self.stuck.merges.add(stage.end)
                stage.branches = [*self._branches(stage)]
        return [*before, stage]

    def _branches(self, stage: Stage) -> Iterator[Chain]:
        inside = stage.head is not None and stage.head.word == "MOE"
        for index, branch in enumerate(stage.branches or []):
            if stage.numbers or inside:
                parts = (stage.comp, "experts", str(index)) if inside else (stage.comp, str(index))
                yield _Sequence((*self.path, *parts), self.stuck).branch(branch)
            else:
                yield self._chain(branch, branch=True)

    def branch(self, chain: Chain) -> Chain:
        """The same for a branch whose stages are numbered by themselves."""
        self.coming = [int(stage.comp) for stage in _preorder(chain) if stage.comp.isdigit()][::-1]
        return self._chain(chain, branch=True)

    def _count(self, word: str) -> int:
        self.counts[word] = self.counts.get(word, 0) + 1
        return self.counts[word]

    def _name(self, stage: Stage) -> Chain:
        """Give a stage its label, if it needs one; the IDs in front of it that skip numbers."""
        if stage.comp.isdigit() and self.path:
            return self._number(stage, int(stage.comp))
        if not stage.comp:
            self._free(stage)
        elif self.path or not self._automatic(stage):
            stage.label = stage.comp
        return []

    def _number(self, stage: Stage, number: int) -> Chain:
        self.coming.pop()
        here = self.counts.get("", 0)
        while number < here and self.ids:
            self.ids.pop().kind = Kind.REF
            here -= 1
        if not here <= number <= here + MAX_GAP:
            self.stuck.regions.add(self.path)
        self.ids.clear()
        self.counts[""] = max(number, here) + 1
        return [Stage(Kind.ID, -1, stage.first) for _ in range(here, number)]

    def _free(self, stage: Stage) -> None:
        """A layer whose name is all one: its number, unless another one needs that."""
        word = stage.head.word if stage.head else ""
        if not self.path:
            self._count(word)
        elif self.coming and self.coming[-1] <= self.counts.get("", 0):
            number = self._count(f"@{word}")
            stage.label = word.lower() + (f"_{number}" if number > 1 else "")
        else:
            self._count("")

    def _automatic(self, stage: Stage) -> bool:
        """Whether a layer at the top is called what it would be called without a label."""
        if stage.head is None:
            return False
        word = stage.head.word
        path = (
            "input"
            if word == "INPUT" and not self.counts.get(word)
            else f"{word.lower()}{self.counts.get(word, 0) + 1}"
        )
        if stage.comp != path or (word == "INPUT" and stage.comp != "input"):
            return False
        self._count(word)
        return True


def _preorder(chain: Chain) -> Iterator[Stage]:
    """The stages that are numbered together."""
    for stage in chain:
        yield stage
        if stage.branches and not stage.numbers and stage.head and stage.head.word != "MOE":
            for branch in stage.branches:
                yield from _preorder(branch)
