"""Words for blocks: that of their labels, else what they are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .tree import Chain, Kind, Stage, walk

_RESERVED = {"in", "set", "let", "def", "check", "import"}


class Titles:
    """Finds words, each once."""

    def __init__(self) -> None:
        self.taken: set[str] = set(_RESERVED)

    def find(self, uses: Sequence[Stage]) -> str:
        """A word for some regions."""
        stems = Counter(stage.label.rstrip("0123456789").rstrip("_") for stage in uses if stage.label)
        stem = stems.most_common(1)[0][0] if stems else _one_of_many(uses[0])
        return self._fresh(stem or _made_of(uses[0]))

    def _fresh(self, word: str) -> str:
        name, number = word, 1
        while name in self.taken:
            number += 1
            name = f"{word}_{number}"
        self.taken.add(name)
        return name


def _one_of_many(stage: Stage) -> str:
    """What a number in a list is: a layer of layers."""
    around = stage.path[-2] if len(stage.path) > 1 else ""
    listed = around.endswith("s") and not around.endswith("ss") and around not in _NO_LISTS
    return around[:-1] if listed and not stage.spliced else ""


_NO_LISTS = ("features", "convs", "heads", "downsamples")
"""They are called so for what they hold, not for the layers in them."""


def _made_of(stage: Stage) -> str:
    """A word for what stands in a region."""
    words = [item.head.word for item in walk(stage.body) if item.head]
    merge = next((item for item in stage.body if item.branches), None)
    if "ATTEND" in words or "ATTN" in words:
        return "attention" if stage.spliced else "block"
    if merge is not None and merge.head is not None:
        straight = any(len(branch) == 1 and branch[0].kind is Kind.ID for branch in merge.branches or [])
        return {"ADD": "residual" if straight else "projected", "CONCAT": "dense" if straight else "mixed"}.get(
            merge.head.word, "gated"
        )
    return _chain_of(stage.body, words)


def _chain_of(body: Chain, words: Sequence[str]) -> str:
    if len(words) > 6:
        return "stage"
    if "DWCONV" in words:
        return "separable"
    if "CONV" in words or "TCONV" in words:
        return "convs" if words.count("CONV") > 1 else "conv"
    return "linear" if "LINEAR" in words or "FC" in words else "block"
