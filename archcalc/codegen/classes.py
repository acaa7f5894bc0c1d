"""From blocks to classes: those of the same shape become one, the deepest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from .code import Arg
from .fold import Body, Folded, fold
from .naming import Namer
from .regions import Region
from .words import fresh


class Class(NamedTuple):
    """A class or function that several blocks share, one of which stands for all."""

    name: str
    folded: Folded
    sample: Region


class Use(NamedTuple):
    """A block, its body, and the class with the arguments that make it; none where it is written in place."""

    region: Region
    body: Body
    name: str = ""
    args: tuple[Arg, ...] = ()


def classes(
    root: Region,
    namer: Namer,
    body: Callable[[Region], Body],
    worthy: Callable[[Body, int], bool],
    used: Callable[[Use], None],
    spell: Callable[[str], str],
    taken: Iterable[str],
) -> list[Class]:
    """All classes, each after those that it needs.

    `used` hears how each block is made before those around it are asked.
    """
    found: list[Class] = []
    names = set(taken)
    for regions in _levels(root):
        groups: dict[object, list[tuple[Region, Body]]] = {}
        for region in regions:
            made = body(region)
            groups.setdefault(made.shape(), []).append((region, made))
        for group in groups.values():
            members, bodies = zip(*group, strict=True)
            if not worthy(bodies[0], len(group)):
                for region, made in group:
                    used(Use(region, made))
                continue
            name = fresh(spell(_word(members[0], namer, root)), names)
            names.add(name)
            folded = fold(bodies, names)
            found.append(Class(name, folded, members[0]))
            for region, made, args in zip(members, bodies, folded.calls, strict=True):
                used(Use(region, made, name, args))
    return found


def _levels(root: Region) -> list[list[Region]]:
    """The blocks by how deep others stand in them: those without any first."""
    levels: dict[int, list[Region]] = {}
    for region in root.inner():
        levels.setdefault(_height(region), []).append(region)
    return [levels[height] for height in sorted(levels)]


def _height(region: Region) -> int:
    return 1 + max((_height(item) for item in region.items if isinstance(item, Region)), default=0)


def _word(region: Region, namer: Namer, root: Region) -> str:
    """What its `def` or its label calls it."""
    path = region.path.rpartition(".")[0]
    around = next((item for item in root.inner() if item.path == path), None)
    return namer.word(region, namer.block(around) if around else "")
