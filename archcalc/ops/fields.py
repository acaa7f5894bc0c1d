"""How the fields of an op are written: arguments, options, flags and choices, and the kinds of their values."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from ..shape import Pair, show
from ..symbolic import Symbolic
from ..unknown import Sought

SHORT = "spdgo"
"""The options that are glued to their value: s2, p0:1."""


class Word(str):
    """An UPPERCASE word given as a value: a layer, or a free dimension."""


class Reference(str):
    """A reference to another stage, without its @."""


class Kind(NamedTuple):
    """A kind of value: what it is called, how it is read (ValueError refuses), how it is written."""

    what: str
    read: Callable[[Any], Any]
    write: Callable[[Any], str] = str


LARGEST = 2**63 - 1
"""The largest whole number that ONNX takes."""


def whole(value: Any) -> int:
    """An integer, from an int or a fraction that is whole; a symbol stands for one."""
    if isinstance(value, Symbolic | Sought):
        number: Any = value
        if number % 1:
            raise ValueError(f"{value} is not whole")
        return value  # type: ignore[return-value]
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        raise ValueError(f"{_describe(value)} is not a number")
    if value.denominator != 1:
        raise ValueError(f"{value} is not whole")
    if not -LARGEST <= value <= LARGEST:
        raise ValueError("more than 2^63 = 10^19")
    return int(value)


def _describe(value: Any) -> str:
    if isinstance(value, tuple) and not isinstance(value, Pair):
        return show(value)
    return f'"{value}"' if type(value) is str else str(value)


def _at_least(least: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        number = whole(value)
        if number < least:
            raise ValueError(f"{number} is less than {least}")
        return number

    return read


def _extent(value: Any) -> int | tuple[int, ...]:
    if isinstance(value, Pair):
        raise ValueError(f"{value} has a before and an after")
    read = _at_least(1)
    return tuple(map(read, value)) if isinstance(value, tuple) else read(value)


def _pads(value: Any) -> Any:
    read = _at_least(0)
    if isinstance(value, Pair):
        return Pair(read(value.before), read(value.after))
    return tuple(map(_pads, value)) if isinstance(value, tuple) else read(value)


def _shape(value: Any) -> tuple[int, ...]:
    sizes = _extent(value)
    return sizes if isinstance(sizes, tuple) else (sizes,)


def _integers(value: Any) -> int | tuple[int, ...]:
    return tuple(map(whole, value)) if isinstance(value, tuple) else whole(value)


def _real(value: Any) -> float:
    if isinstance(value, int | Fraction | float):
        return float(value)
    raise ValueError(f"{_describe(value)} is not a number")


def _small(value: Any) -> float:
    number = _real(value)
    if not 0 <= number < 1:
        raise ValueError(f"{number:g} is not")
    return number


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    raise ValueError(f"{_describe(value)} is not in quotes")


def _array(value: Any) -> Any:
    if isinstance(value, Array):
        return value
    raise ValueError(f"{_describe(value)} is not an array like [[1,2],[3,4]]")


def _reference(value: Any) -> Reference:
    if isinstance(value, Reference):
        return value
    raise ValueError(f"{_describe(value)} is not a reference like @c1")


def _like(value: Any) -> Any:
    return value if isinstance(value, Reference) else _shape(value)


class Array(NamedTuple):
    """Numbers given in a spec: their nested tuples, exact."""

    items: tuple[Any, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths, outermost first."""
        sizes, items = [], self.items
        while isinstance(items, tuple):
            sizes.append(len(items))
            items = items[0]
        return tuple(sizes)

    def __str__(self) -> str:
        return _nested(self.items)


def _nested(items: Any) -> str:
    if isinstance(items, tuple):
        return "[" + ",".join(map(_nested, items)) + "]"
    return str(items) if items.denominator == 1 else f"({items})"


def _joined(value: Any) -> str:
    if isinstance(value, tuple) and not isinstance(value, Pair):
        return "x".join(map(_joined, value))
    text = str(value)
    return text if isinstance(value, Pair) or text.isalnum() else f"({text})"


def _signed(value: Any) -> str:
    return _joined(value) if isinstance(value, tuple) else str(value)


def _quoted(value: str) -> str:
    return f'"{value}"'


def _decimal(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


COUNT = Kind("a whole number of at least 1", _at_least(1))
INTEGER = Kind("a whole number", whole)
INTEGERS = Kind("a whole number, or one an axis", _integers, _signed)
EXTENT = Kind("a size, or one an axis like 3x3", _extent, _joined)
PADS = Kind("a pad, one an axis like 1x0, or before and after like 0:1", _pads, _joined)
SHAPE = Kind("a shape like 227x227x3", _shape, _joined)
REAL = Kind("a number", _real, _decimal)
SMALL = Kind("a number from 0 up to, not including, 1, like 1e-5", _small, _decimal)
TEXT = Kind('a text in quotes like "h w c -> (h w) c"', _text, _quoted)
ARRAY = Kind("an array like [[1,2],[3,4]]", _array)
REFERENCE = Kind("a reference like @c1", _reference, lambda label: f"@{label}")
LIKE = Kind("a reference like @c1, for its spatial sizes", _like, _joined)


def argument(kind: Kind, default: Any = dataclasses.MISSING) -> Any:
    """A field given by its place; kernels and counts by k= and n= too, which questions need: k=?."""
    return dataclasses.field(default=default, metadata={"kind": kind, "role": "argument"})


LETTERS = {"kernel": "k", "filters": "n", "units": "n"}
"""Arguments that have a key as well."""


def option(key: str, kind: Kind, default: Any) -> Any:
    """A field given as key=value, or glued (s2) where the key is short."""
    return dataclasses.field(default=default, metadata={"kind": kind, "role": "option", "key": key}, kw_only=True)


def flag(word: str) -> Any:
    """A field that a word of its own turns on."""
    return dataclasses.field(default=False, metadata={"role": "flag", "key": word}, kw_only=True)


def choice(*words: str, default: str = "", leading: bool = False) -> Any:
    """A field that is one of several words; the default may be left out. A leading one is written first."""
    meta = {"role": "choice", "words": words, "leading": leading}
    return dataclasses.field(default=default, metadata=meta, kw_only=True)


def keys(kind: Kind) -> Any:
    """A field that collects every other key=value, as pairs of a key and its value."""
    return dataclasses.field(default=(), metadata={"kind": kind, "role": "keys"}, kw_only=True)


def hidden(default: Any = dataclasses.MISSING) -> Any:
    """A field that is no syntax: what a layer knows of the model that it was read from."""
    return dataclasses.field(default=default, metadata={"role": "hidden"}, kw_only=True)


class Signature(NamedTuple):
    """The syntax of an op, read off its fields."""

    arguments: tuple[dataclasses.Field[Any], ...]
    options: dict[str, dataclasses.Field[Any]]
    flags: dict[str, tuple[str, Any]]
    """Word to the field that it sets, and the value."""
    keys: dataclasses.Field[Any] | None
    """Takes the keys that are no option's."""
    bare: bool
    """Whether nothing has to be given."""

    @property
    def words(self) -> tuple[str, ...]:
        """All option keys and flag words."""
        return (*self.options, *self.flags)


def signature(cls: type) -> Signature:
    """The syntax of an op class."""
    return _signature(cls)


@cache
def _signature(cls: type) -> Signature:
    arguments, options, flags, free = [], {}, {}, None
    for field in dataclasses.fields(cls):
        role = field.metadata["role"]
        if role == "argument":
            arguments.append(field)
        elif role == "option":
            options[field.metadata["key"]] = field
        elif role == "flag":
            flags[field.metadata["key"]] = (field.name, True)
        elif role == "keys":
            free = field
        elif role == "hidden":
            continue
        else:
            flags |= {word: (field.name, word) for word in field.metadata["words"]}
    bare = all(field.default is not dataclasses.MISSING for field in (*arguments, *options.values()))
    return Signature(tuple(arguments), options, flags, free, bare)


def spell(op: Any) -> str:
    """The op as it is written in the language; what equals its default is left out."""
    parts: dict[str, list[str]] = {"leading": [], "argument": [], "option": [], "keys": [], "choice": [], "flag": []}
    for field in dataclasses.fields(op):
        value, meta = getattr(op, field.name), field.metadata
        if meta["role"] != "hidden" and value != field.default and value is not None:
            parts["leading" if meta.get("leading") else meta["role"]].append(_spell(value, meta))
    return " ".join([op.word, *(text for part in parts.values() for text in part)])


def _spell(value: Any, meta: Any) -> str:
    if meta["role"] == "flag":
        return str(meta["key"])
    if meta["role"] == "choice":
        return str(value)
    if meta["role"] == "keys":
        return " ".join(f"{key}={meta['kind'].write(item)}" for key, item in value)
    text: str = meta["kind"].write(value)
    if meta["role"] == "argument":
        return text
    key = meta["key"]
    return f"{key}{text}" if key in SHORT and text[0].isdigit() and "(" not in text else f"{key}={text}"
