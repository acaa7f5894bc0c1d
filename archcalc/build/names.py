"""Paths of layers: how reports, exports and weight files call them.

A label names. Inside a block or a labelled group unlabelled stages are numbered in the order of the text; at the top
they are conv1, relu1, fc2. Repeats and bare groups splice into the sequence around them.
"""

from __future__ import annotations

import re

from ..errors import SpecError

MAX_PATH = 500
"""Characters of a path: every layer has one, and they are kept."""


class Taken:
    """The paths that are in use in one network, so that each is given once."""

    def __init__(self) -> None:
        self._paths: set[str] = set()
        self._next: dict[str, int] = {}

    def free(self, path: str) -> bool:
        return path not in self._paths

    def claim(self, path: str) -> str:
        """The path itself, or with _2, _3 where it is taken."""
        if path in self._paths:
            stem, number = path, self._next.get(path, 2)
            while (path := f"{stem}_{number}") in self._paths:
                number += 1
            self._next[stem] = number + 1
        self._paths.add(path)
        return path


class Naming:
    """Names the stages of one sequence."""

    def __init__(self, taken: Taken, prefix: str = "", repeated: bool = False) -> None:
        self.taken = taken
        self.prefix = prefix
        self.repeated = repeated
        self._counts: dict[str, int] = {}

    def path(self, label: str, word: str) -> str:
        """The path of the next stage: by its label, else by its number, at the top by its word and number."""
        if label:
            return self._labelled(label)
        if self.prefix:
            return self.prefix + str(self._count("") - 1)
        return f"{word.lower()}{self._count(word)}"

    def skip(self) -> None:
        """Let a stage without a layer take its number."""
        if self.prefix:
            self._count("")

    def _count(self, word: str) -> int:
        self._counts[word] = self._counts.get(word, 0) + 1
        return self._counts[word]

    def _labelled(self, label: str) -> str:
        """A label that ends in a digit counts up inside a repeat."""
        _check_length(self.prefix + label)
        match = re.fullmatch(r"(.*?)(\d+)", label) if self.repeated else None
        if match is None:
            return self.prefix + label
        stem, first = match[1], int(match[2])
        seen = self._counts.get(f"@{label}", 0)
        self._counts[f"@{label}"] = seen + 1
        return f"{self.prefix}{stem}{first + seen}"

    def inside(self, path: str) -> Naming:
        """The names inside a block or a labelled group of that path."""
        _check_length(path)
        return Naming(self.taken, path + ".")


def _check_length(path: str) -> None:
    if len(path) > MAX_PATH:
        note = f"{len(path):,} characters, the limit is {MAX_PATH}"
        raise SpecError.of("E213", "the path of the layer is too long", note, ("give labels and blocks shorter names",))
