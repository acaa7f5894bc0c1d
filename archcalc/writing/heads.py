"""A layer as it is written: its word, its flags, and its values one by one, so that equal layers can differ in them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from math import lcm
from typing import Any, NamedTuple

from ..ops.fields import REFERENCE, SHORT, Array
from ..symbolic import Symbolic

POSITIONAL = ""
"""The key of a value that is given by its place."""


class Slot(NamedTuple):
    """A value of a layer: its key, what it is called as a parameter, its text, and the text that may be left out."""

    key: str
    name: str
    text: str
    default: str | None = None

    def spell(self, text: str) -> str:
        """The argument with another text for its value; "" if it may be left out."""
        if text == self.default:
            return ""
        return spell(self.key, text)


class Head(NamedTuple):
    """A layer without its branches and references."""

    word: str
    before: tuple[str, ...]
    """Words that stand in front of the values: POOL avg."""
    slots: tuple[Slot, ...]
    after: tuple[str, ...]
    keys: tuple[str, ...] = ()
    """Under which further volumes are referenced: bias=@b."""

    @property
    def form(self) -> object:
        """What layers have in common that can be one with parameters."""
        return self.word, self.before, tuple([(slot.key, slot.default) for slot in self.slots]), self.after, self.keys

    def text(self, values: list[str], refs: list[str]) -> str:
        """The layer with these values and these references by key."""
        given = [slot.spell(value) for slot, value in zip(self.slots, values, strict=True)]
        named = [f"{key}={ref}" for key, ref in zip(self.keys, refs, strict=True)]
        return " ".join([self.word, *self.before, *(text for text in given if text), *named, *self.after])


def spell(key: str, text: str) -> str:
    """A value by place, or glued to a short key, or behind key=."""
    if key == POSITIONAL:
        return text
    glued = key in SHORT and text[:1].isdigit() and re.fullmatch(r"[\dx:]+", text)
    return f"{key}{text}" if glued else f"{key}={text}"


def head(op: Any, fit: str) -> Head:
    """An op as it is written in a file whose sizes are rounded by `fit`."""
    before: list[str] = []
    slots: list[Slot] = []
    after: list[str] = []
    keys: list[str] = []
    for field in dataclasses.fields(op):
        value, meta = getattr(op, field.name), field.metadata
        role, kind = meta["role"], meta.get("kind")
        if kind is REFERENCE:
            keys += [meta["key"]] if value is not None else []
        elif role == "flag":
            after += [meta["key"]] if value else []
        elif role == "choice":
            plain = fit if field.name == "fit" and fit else field.default
            if value != plain:
                (before if meta.get("leading") else after).append(str(value))
        else:
            slots += _slots(field, value)
    slots.sort(key=lambda slot: slot.key != POSITIONAL)
    return Head(op.word, tuple(before), tuple(slots), tuple(after), tuple(keys))


def _slots(field: dataclasses.Field[Any], value: Any) -> Iterator[Slot]:
    meta = field.metadata
    write = meta["kind"].write
    if meta["role"] == "keys":
        for key, item in value:
            yield Slot(key, key, _text(item, write))
        return
    if value is None:
        return
    default = None if field.default in (dataclasses.MISSING, None) else write(field.default)
    key = POSITIONAL if meta["role"] == "argument" else meta["key"]
    yield Slot(key, key or _called(field.name), _text(value, write), default)


def _called(field: str) -> str:
    """What a value given by its place is called as a parameter."""
    return {"filters": "n", "units": "n", "kernel": "k", "size": "size", "shape": "size"}.get(field, field[0])


def _text(value: Any, write: Callable[[Any], str]) -> str:
    """A value as an argument: arithmetic stands in parentheses."""
    text = _array(value) if isinstance(value, Array) else write(value)
    arithmetic = isinstance(value, Symbolic) and not text.isidentifier() and text[0] != "("
    return f"({text})" if arithmetic else text


def _array(value: Array) -> str:
    """Numbers over their common denominator: [1,2,1]/4."""
    over = lcm(*(Fraction(number).denominator for number in _numbers(value.items)))
    return f"{_scaled(value.items, over)}/{over}" if over > 1 else str(value)


def _numbers(items: Any) -> Iterator[Any]:
    if not isinstance(items, tuple):
        yield items
        return
    for item in items:
        yield from _numbers(item)


def _scaled(items: Any, over: int) -> str:
    return f"[{','.join(_scaled(item, over) for item in items)}]" if isinstance(items, tuple) else str(items * over)
