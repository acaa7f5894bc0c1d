"""Paths in parts that can be written: numbers, or labels. What differs means the same weight to files of weights."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

Path = tuple[str, ...]

LONGEST, DEEPEST = 400, 30
"""Characters and parts of a path: the language has a limit of 500 characters, and numbers may come behind."""


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


def split(paths: Sequence[Path]) -> list[Path]:
    """The paths with numbers between underscores as parts of their own, where they count from 0.

    >>> split([("gpu_0", "res2_0_branch2a", ""), ("gpu_0", "res2_1_branch2a")])
    [('gpu_0', 'res2', '0', 'branch2a', ''), ('gpu_0', 'res2', '1', 'branch2a')]
    """
    found: dict[str, set[str]] = {}
    for part in {part for path in paths for part in path}:
        for match in _COUNTED.finditer(part):
            found.setdefault(part[: match.start()], set()).add(match[1])
    counted = {stem for stem, numbers in found.items() if "0" in numbers and len(numbers) > 1}
    return _apart([tuple(piece for part in path for piece in _pieces(part, counted)) for path in paths])


_COUNTED = re.compile(r"_(0|[1-9]\d*)(?=_|$)")


def _pieces(part: str, counted: Collection[str]) -> Iterator[str]:
    start = 0
    for match in _COUNTED.finditer(part):
        if match.start() > start and part[: match.start()] in counted and _label(part[start:]):
            yield part[start : match.start()]
            yield match[1]
            start = match.end() + 1
    if start < len(part) or not part:
        yield part[start:]


def flat(paths: Sequence[Path]) -> list[Path]:
    """The paths as one part each."""
    return _apart([("_".join(path) if path[-1] else "",) for path in paths])


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
        if part and not _label(part) and not (result and _is_number(part)):
            while result and _is_number(result[-1]):
                part = f"{result.pop()}_{part}"
            part = f"{result.pop() if result else ''}_{part}"
        result += [part] if part else []
    return _short(tuple(result)) or ("layer",)


def _short(path: Path) -> Path:
    """A path of one part, where it is too deep or too long."""
    fine = len(path) <= DEEPEST and sum(map(len, path)) + len(path) <= LONGEST
    return path if fine else ("_".join(path)[:LONGEST],)


def _label(part: str) -> bool:
    return part[0] == "_" or part[0].isalpha()


def _is_number(part: str) -> bool:
    return re.fullmatch(r"0|[1-9]\d{0,5}", part) is not None


def _apart(paths: list[Path]) -> list[Path]:
    """The paths, each once."""
    taken: set[Path] = set()
    result = []
    for path in paths:
        number, fresh = 1, path
        while fresh in taken and path[-1]:
            number += 1
            fresh = (*path[:-1], f"{path[-1]}_{number}") if not path[-1].isdigit() else (*path, f"again_{number}")
        taken.add(fresh)
        result.append(fresh)
    return result
