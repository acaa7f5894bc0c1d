"""REARRANGE's pattern between two orders of axes."""

from __future__ import annotations

from .value import Axis, Factor

_LETTERS = {1: "c", 2: "tc", 3: "hwc", 4: "dhwc"}


def pattern(base: tuple[Axis, ...], target: tuple[Axis, ...]) -> tuple[str, tuple[tuple[str, int], ...]]:
    """The pattern that turns a volume with the axes `base` into one with the axes `target`, and sizes of factors."""
    letters = _LETTERS.get(len(base)) or [f"a{index}" for index in range(len(base))]
    names: dict[Factor, str] = {}
    sizes: list[tuple[str, int]] = []
    for letter, item in zip(letters, base, strict=True):
        for index, factor in enumerate(item, 1):
            names[factor] = (
                letter if len(item) == 1 else f"{letter}{index}" if letter[-1].isalpha() else f"{letter}_{index}"
            )
            if index < len(item):
                sizes.append((names[factor], factor.size))
    return f"{_side(base, names)} -> {_side(target, names)}", tuple(sizes)


def _side(axes: tuple[Axis, ...], names: dict[Factor, str]) -> str:
    parts = ("1" if not item else names[item[0]] if len(item) == 1 else _joined(item, names) for item in axes)
    return " ".join(parts)


def _joined(item: Axis, names: dict[Factor, str]) -> str:
    return f"({' '.join(names[factor] for factor in item)})"


def flattens(base: tuple[Axis, ...], target: tuple[Axis, ...]) -> bool:
    """Whether this is FLATTEN: everything in one axis, the channels first."""
    if len(target) != 1 or len(base) == 1:
        return False
    return target[0] == (*base[-1], *(factor for item in base[:-1] for factor in item))
