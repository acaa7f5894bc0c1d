"""Weight files in the safetensors format: a length, a table of contents in JSON, the numbers.

https://huggingface.co/docs/safetensors: 8 bytes, little endian, say how long the JSON is; each tensor has its type,
shape and place behind it; nothing overlaps and nothing is left between or behind. The numbers stay in the file
until they are asked for.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn

import numpy as np

from ..shape import Shape
from .stored import MAX_DIRECTORY, WHOLE, Stored, checked_shape, damaged, size_of, to_float32, unusable
from .weights import BLOCK, Array

_LET_GO = getattr(mmap, "MADV_DONTNEED", None)
"""Windows has no such advice."""

_AROUND = 2**21
"""A touched page brings others around it into memory, up to what the largest pages have: a multiple of every size."""

_TYPES = {"F16": ("float16", "<f2"), "BF16": ("bfloat16", "<u2"), "F32": ("float32", "<f4"), "F64": ("float64", "<f8")}
"""The types that are read, and how numpy calls them."""

_WHOLE_BYTES = {"BOOL": 1, "U8": 1, "I8": 1, "U16": 2, "I16": 2, "U32": 4, "I32": 4, "U64": 8, "I64": 8}


class _Entry(NamedTuple):
    """What the table of contents says of a tensor; its bytes are counted from the start of the file."""

    name: str
    kind: str
    shape: Shape
    start: int
    end: int


def read(path: Path) -> tuple[Stored, ...]:
    """The tensors of a file, in the order of its table. FileError if anything in it is not as it must be."""
    with path.open("rb") as file:
        header, start = _header(path, file)
        size = os.fstat(file.fileno()).st_size
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    entries = [_entry(path, name, item, start) for name, item in header.items()]
    _check_places(path, entries, start, size)
    return tuple(_stored(path, data, entry) for entry in entries)


def _header(path: Path, file: BinaryIO) -> tuple[dict[str, Any], int]:
    """The table of contents, and where it ends."""
    first, size = file.read(8), os.fstat(file.fileno()).st_size
    length = int.from_bytes(first, "little")
    if len(first) < 8 or length > size - 8:
        raise damaged(path, f"a table of {length:,} bytes in a file of {size:,}")
    if length > MAX_DIRECTORY:
        raise damaged(path, f"a table of {length:,} bytes", f"at most {MAX_DIRECTORY:,} are read")
    try:
        header = json.loads(file.read(length).decode("utf-8"), object_pairs_hook=partial(_object, path))
    except (ValueError, RecursionError) as error:
        raise damaged(path, f"its table is not JSON: {error}"[:300]) from None
    if not isinstance(header, dict):
        raise damaged(path, "its table is not a JSON object")
    header.pop("__metadata__", None)
    return header, 8 + length


def _object(path: Path, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, none of whose keys stands twice."""
    result = dict(pairs)
    if len(result) < len(pairs):
        raise damaged(path, "a name stands twice in its table")
    return result


def _entry(path: Path, name: str, item: Any, start: int) -> _Entry:
    """One row of the table."""
    if not isinstance(item, dict) or set(item) != {"dtype", "shape", "data_offsets"}:
        raise damaged(path, f"{name} lacks its type, its shape or its place"[:300])
    kind, offsets = item["dtype"], item["data_offsets"]
    shape = checked_shape(path, name, item["shape"])
    if not isinstance(kind, str) or kind not in {*_TYPES, *_WHOLE_BYTES}:
        raise unusable(path, name, str(kind))
    fine = isinstance(offsets, list) and len(offsets) == 2
    if not fine or not all(type(offset) is int and 0 <= offset < 2**63 for offset in offsets):
        raise damaged(path, f"{name} has no possible place"[:300])
    needed = size_of(shape) * (_WHOLE_BYTES.get(kind) or np.dtype(_TYPES[kind][1]).itemsize)
    if offsets[1] - offsets[0] != needed:
        raise damaged(path, f"{name} takes {needed:,} bytes, its place has {offsets[1] - offsets[0]:,}"[:1000])
    return _Entry(name, kind, shape, start + offsets[0], start + offsets[1])


def _check_places(path: Path, entries: list[_Entry], start: int, size: int) -> None:
    """Every byte behind the table belongs to exactly one tensor."""
    for entry in sorted(entries, key=lambda entry: (entry.start, entry.end)):
        if entry.start != start:
            what = "overlaps another tensor or the table" if entry.start < start else "leaves a gap before it"
            raise damaged(path, f"{entry.name} {what}"[:300])
        start = entry.end
    if start != size:
        raise damaged(path, f"{size:,} bytes, its table speaks of {start:,}"[:300])


def _stored(path: Path, data: mmap.mmap, entry: _Entry) -> Stored:
    if entry.kind in _WHOLE_BYTES:
        refuse = partial(_refuse, path, entry)
        return Stored(entry.name, entry.shape, WHOLE, refuse, refuse)
    dtype, code = _TYPES[entry.kind]

    def numbers(first: int = 0, last: int = size_of(entry.shape)) -> Array:
        raw = np.frombuffer(data, code, last - first, entry.start + first * np.dtype(code).itemsize)
        try:
            return to_float32(raw, dtype)
        except FloatingPointError:
            raise unusable(path, entry.name, "too large for float32") from None

    def pieces() -> Iterator[Array]:
        for first in range(0, size_of(entry.shape), BLOCK):
            yield numbers(first, min(first + BLOCK, size_of(entry.shape)))
            _let_go(data, entry.start + first * np.dtype(code).itemsize, BLOCK * np.dtype(code).itemsize)

    return Stored(entry.name, entry.shape, dtype, lambda: numbers().reshape(entry.shape), pieces, entry.start)


def _let_go(data: mmap.mmap, start: int, size: int) -> None:
    """Give back the memory of what has been read: the process would seem to need all of the file otherwise."""
    if _LET_GO is not None:
        first = start - start % _AROUND
        data.madvise(_LET_GO, first, min(start + size, len(data)) - first)


def _refuse(path: Path, entry: _Entry) -> NoReturn:
    raise unusable(path, entry.name, entry.kind)
