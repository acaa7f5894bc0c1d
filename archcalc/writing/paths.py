"""Paths in parts that can be written: numbers, or labels. What differs means the same weight to files of weights."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

Path = tuple[str, ...]


def parts(names: Iterable[str]) -> list[Path]:
    """The path of every layer in parts.

    >>> parts(["layer1.0.Conv-1", "1x1", "inception.3x3_reduce"])
    [('layer1', '0', 'conv_1'), ('_1x1',), ('inception_3x3_reduce',)]
    """
    return _apart([_valid(re.split(r"[./:]+", name)) for name in names])


def glued(paths: Sequence[Path], regions: Collection[Path]) -> list[Path]:
    """The paths with the numbers in some regions joined to the part before.

    >>> glued([("layer", "0", "conv"), ("fc",)], {("layer",)})
    [('layer_0', 'conv'), ('fc',)]
    """
    return _apart([_glue(path, regions) for path in paths])


def flat(paths: Sequence[Path]) -> list[Path]:
    """The paths as one part each."""
    return _apart([("_".join(path),) for path in paths])


def _glue(path: Path, regions: Collection[Path]) -> Path:
    for size in range(len(path) - 1, 0, -1):
        if path[size].isdigit() and path[:size] in regions:
            return (*path[: size - 1], f"{path[size - 1]}_{path[size]}", *path[size + 1 :])
    return path


def _valid(names: Iterable[str]) -> Path:
    """Labels in lower case that begin with a letter or _; what does not goes behind the part before."""
    result: list[str] = []
    for name in names:
        part = re.sub(r"\W", "_", name.lower(), flags=re.A)
        if part and not _label(part) and not (result and _number(part)):
            while result and _number(result[-1]):
                part = f"{result.pop()}_{part}"
            part = f"{result.pop() if result else ''}_{part}"
        result += [part] if part else []
    return tuple(result) or ("layer",)


def _label(part: str) -> bool:
    return part[0] == "_" or part[0].isalpha()


def _number(part: str) -> bool:
    return re.fullmatch(r"0|[1-9]\d{0,5}", part) is not None


def _apart(paths: list[Path]) -> list[Path]:
    """The paths, each once."""
    taken: set[Path] = set()
    result = []
    for path in paths:
        number, fresh = 1, path
        while fresh in taken:
            number += 1
            fresh = (*path[:-1], f"{path[-1]}_{number}") if not path[-1].isdigit() else (*path, f"again_{number}")
        taken.add(fresh)
        result.append(fresh)
    return result
