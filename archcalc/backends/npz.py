"""Weight files of numpy: an archive with one .npy array for each tensor, in an order.

Nothing is unpacked until it is asked for, and only what has the shape of a weight is ever asked for: an archive that
unpacks to more than it seems costs nothing. Objects are refused: reading them would run what the file says.
"""

from __future__ import annotations

import io
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from math import prod
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from ..shape import Shape
from .stored import MAX_DIRECTORY, WHOLE, Stored, checked_shape, damaged, to_float32, unusable
from .weights import BLOCK, Array, gathered

_MAX_HEADER = 10_000
"""Bytes of an array's description; numpy's own limit."""
_MAX_END = 2**17
"""Bytes behind an archive's table of contents: a record, and a comment of up to 64 KiB."""

_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, ValueError, SyntaxError, TypeError, OverflowError,
    RuntimeError, MemoryError, tokenize.TokenError,
)  # fmt: skip
"""What the standard library and numpy raise on archives and headers that are not as they must be."""


class _Member(NamedTuple):
    """An array of the archive: where it lies, and how it is laid out."""

    info: zipfile.ZipInfo
    start: int
    shape: Shape
    dtype: np.dtype[np.generic]
    columns_first: bool


class _Bounded(io.FileIO):
    """A file of which no more is read at once than a table of contents may have."""

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > MAX_DIRECTORY:
            raise ValueError(f"a table of {size:,} bytes, at most {MAX_DIRECTORY:,} are read")
        # "all" is only asked of the end of the archive
        return super().read(_MAX_END if size is None or size < 0 else size)

    def __del__(self) -> None:
        # it stays open as long as its tensors can be asked for
        self.close()


def read(path: Path) -> tuple[Stored, ...]:
    """The tensors of a file, in its order. FileError if anything in it is not as it must be."""
    try:
        archive = zipfile.ZipFile(_Bounded(path))
        infos = archive.infolist()
        if len({info.filename for info in infos}) < len(infos):
            raise ValueError("a name stands twice in it")
        members = [_member(path, archive, info) for info in infos]
    except _BROKEN as error:
        raise damaged(path, str(error)[:300]) from None
    return tuple(_stored(path, archive, member) for member in members)


def _member(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Member:
    """The description of one array."""
    name = info.filename
    if not name.endswith(".npy"):
        raise ValueError(f"{name} is not an array: only .npy files may be in it")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{name} is packed in a way that numpy doesn't write")
    with archive.open(info) as stream:
        start, (shape, columns_first, dtype) = _header(stream, name)
    size = prod(checked_shape(path, name, shape)) * dtype.itemsize
    if start + size != info.file_size:
        raise ValueError(f"{name} needs {start + size:,} bytes, it has {info.file_size:,}")
    return _Member(info, start, shape, dtype, columns_first)


def _header(stream: IO[bytes], name: str) -> tuple[int, tuple[Shape, bool, np.dtype[np.generic]]]:
    """The bytes before an array's numbers, and what they say: shape, whether columns lie together, type."""
    version = np.lib.format.read_magic(stream)
    width, parse = {
        (1, 0): (2, np.lib.format.read_array_header_1_0),
        (2, 0): (4, np.lib.format.read_array_header_2_0),
    }[version] if version in ((1, 0), (2, 0)) else (0, None)  # fmt: skip
    if parse is None:
        raise ValueError(f"{name} is an array of a version that is not known")
    first = stream.read(width)
    length = int.from_bytes(first, "little")
    if length > _MAX_HEADER:
        raise ValueError(f"{name} has a description of {length:,} bytes")
    shape, columns_first, dtype = parse(io.BytesIO(first + stream.read(length)))
    return np.lib.format.MAGIC_LEN + width + length, (shape, columns_first, dtype)


def _stored(path: Path, archive: zipfile.ZipFile, member: _Member) -> Stored:
    name = member.info.filename.removesuffix(".npy")
    shape, dtype = member.shape, member.dtype
    read, pieces = partial(_numbers, path, archive, member), partial(_pieces, path, archive, member)
    if dtype.kind in "iub":
        return Stored(name, shape, WHOLE, read, pieces)
    if dtype.kind != "f" or dtype.itemsize > 8:
        what = "an array of Python objects" if dtype.hasobject else str(dtype)
        raise unusable(path, name, what)
    return Stored(name, shape, dtype.newbyteorder("=").name, read, pieces)


def _numbers(path: Path, archive: zipfile.ZipFile, member: _Member) -> Array:
    """One array, in one allocation."""
    flat = gathered(_unpacked(path, archive, member), (prod(member.shape),))
    return flat.reshape(member.shape, order="F" if member.columns_first else "C")


def _pieces(path: Path, archive: zipfile.ZipFile, member: _Member) -> Iterator[Array]:
    """Its numbers in the order of the axes. An array whose columns lie together must be read whole."""
    if not member.columns_first:
        yield from _unpacked(path, archive, member)
        return
    flat = _numbers(path, archive, member).reshape(-1)
    yield from (flat[first : first + BLOCK] for first in range(0, len(flat), BLOCK))


def _unpacked(path: Path, archive: zipfile.ZipFile, member: _Member) -> Iterator[Array]:
    """Unpack one array, piece by piece, as it lies there."""
    size = prod(member.shape)
    try:
        with archive.open(member.info) as stream:
            stream.read(member.start)
            for first in range(0, size, BLOCK):
                count = min(BLOCK, size - first)
                raw = np.frombuffer(_exactly(stream, count * member.dtype.itemsize), member.dtype)
                yield to_float32(raw, "float32", np.empty(count, np.float32))
            if stream.read(1):
                raise ValueError(f"{member.info.filename} goes on behind its end")
    except FloatingPointError:
        raise unusable(path, member.info.filename, "too large for float32") from None
    except _BROKEN as error:
        raise damaged(path, str(error)[:300]) from None


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError("it ends too early")
    return data
