"""A bounded walk over protobuf's wire format: fields by number, with the places of what they hold.

Nothing is decoded that nobody asks for: a tensor of gigabytes is a place in the file. Whatever is wrong with the bytes
becomes one SpecError with the offset at which it was found.
"""

from __future__ import annotations

from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from os import fstat
from stat import S_ISREG
from struct import unpack_from
from typing import Any, NamedTuple

from ..errors import Diagnostic, FileError, LimitError, SpecError

MAX_FIELDS = 3_000_000
"""Fields of one model that are looked at: a network of 200,000 nodes has fewer."""
MAX_DEPTH = 40
"""Messages in each other: subgraphs in subgraphs."""
MAX_TEXT = 20_000_000
"""Bytes of one text or of one list of numbers."""

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_KINDS = {VARINT: "a varint", FIXED64: "8 bytes", BYTES: "a length and bytes", FIXED32: "4 bytes"}
_WHOLE = 16 << 20
"""Files up to this size are read at once, longer ones are mapped."""

Buffer = bytes | mmap


class Field(NamedTuple):
    """One field: its number, the kind on the wire, a varint's value, and where its bytes start and end."""

    number: int
    kind: int
    value: int
    start: int
    end: int


class Span(NamedTuple):
    """Where a message stands: from `start` up to, not including, `end`, so deep in others."""

    start: int
    end: int
    depth: int = 0


class Wire:
    """The bytes of one model. It counts what was looked at, so that no file costs more than the limits say."""

    def __init__(self, data: Buffer, name: str) -> None:
        self.data = data
        self.name = name
        self.left = MAX_FIELDS

    @property
    def whole(self) -> Span:
        """The outermost message."""
        return Span(0, len(self.data))

    def damaged(self, place: int, what: str) -> SpecError:
        """The file is no model from here on."""
        help = ("the file may be cut short, or be no ONNX model",)
        return SpecError(Diagnostic("E660", f"{self.name} is damaged", f"{what}, at byte {place:,}", help))

    def fields(self, span: Span) -> Iterator[Field]:
        """The fields of a message, in the order of the file."""
        data, place, end = self.data, span.start, span.end
        if span.depth > MAX_DEPTH:
            raise LimitError(Diagnostic("E661", f"messages stand more than {MAX_DEPTH} deep in each other", self.name))
        while place < end:
            # most tags and lengths are one byte
            tag, after = (byte, place + 1) if (byte := data[place]) < 128 else self.varint(place, end)
            self.left -= 1
            if self.left < 0:
                raise self._too_many()
            number, kind = tag >> 3, tag & 7
            if not number or number > 0x1FFFFFFF:
                raise self.damaged(place, f"there is no field {number}")
            if kind == VARINT:
                value, place = self.varint(after, end)
                yield Field(number, kind, value, after, place)
                continue
            if kind == BYTES:
                if after < end and (byte := data[after]) < 128:
                    size, after = byte, after + 1
                else:
                    size, after = self.varint(after, end)
                stop = after + size
            elif kind in (FIXED64, FIXED32):
                stop = after + (8 if kind == FIXED64 else 4)
            else:
                raise self.damaged(place, f"field {number} has the kind {kind}, which ONNX never has")
            if stop > end:
                raise self.damaged(place, f"field {number} ends at {stop:,}, what it stands in at {end:,}")
            yield Field(number, kind, 0, after, stop)
            place = stop

    def _too_many(self) -> LimitError:
        message = f"{self.name} has more than {MAX_FIELDS:,} fields, the limit"
        return LimitError(Diagnostic("E661", message, help=("no network is that large: something is wrong",)))

    def varint(self, place: int, end: int) -> tuple[int, int]:
        """A number of up to 64 bits, seven to a byte, and the place behind it."""
        data = self.data
        if place < end and (byte := data[place]) < 128:
            return byte, place + 1
        value = shift = 0
        start = place
        while place < end:
            byte = data[place]
            place += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value & 0xFFFFFFFFFFFFFFFF, place
            shift += 7
            if shift > 63:
                raise self.damaged(start, "a number has more than ten bytes")
        raise self.damaged(start, "a number is cut short")

    # What fields hold

    def need(self, field: Field, kind: int) -> None:
        """Refuse a field of another kind than its number has."""
        if field.kind != kind:
            what = f"field {field.number} is {_KINDS[field.kind]} where {_KINDS[kind]} is expected"
            raise self.damaged(field.start, what)

    def inner(self, field: Field, span: Span) -> Span:
        """A message inside another."""
        self.need(field, BYTES)
        return Span(field.start, field.end, span.depth + 1)

    def integer(self, field: Field) -> int:
        """A signed number."""
        self.need(field, VARINT)
        return signed(field.value)

    def text(self, field: Field) -> str:
        """A text; bytes that are no UTF-8 are replaced."""
        self.need(field, BYTES)
        return self.taken(field.start, field.end).decode("utf-8", "replace")

    def entry(self, span: Span) -> tuple[str, str]:
        """The key and the value of a message that is a pair of texts."""
        texts = {1: "", 2: ""}
        for part in self.fields(span):
            if part.number in texts:
                texts[part.number] = self.text(part)
        return texts[1], texts[2]

    def real(self, field: Field) -> float:
        """A float of 32 bits."""
        self.need(field, FIXED32)
        return float(unpack_from("<f", self.taken(field.start, field.end))[0])

    def reals(self, field: Field) -> list[float]:
        """One float, or many in one field."""
        if field.kind == FIXED32:
            return [self.real(field)]
        return self.numbers(field, "f", 4)

    def integers(self, field: Field) -> list[int]:
        """One signed number, or many in one field."""
        if field.kind == VARINT:
            return [signed(field.value)]
        self.need(field, BYTES)
        place, found = field.start, []
        while place < field.end:
            self.left -= 1
            if self.left < 0:
                raise self._too_many()
            value, place = self.varint(place, field.end)
            found.append(signed(value))
        return found

    def numbers(self, field: Field, letter: str, size: int) -> list[Any]:
        """Numbers of a fixed size, by their letter for struct."""
        self.need(field, BYTES)
        data = self.taken(field.start, field.end)
        if len(data) % size:
            raise self.damaged(field.start, f"{len(data)} bytes are no list of numbers of {size} bytes")
        return list(unpack_from(f"<{len(data) // size}{letter}", data))

    def taken(self, start: int, end: int) -> bytes:
        """The bytes themselves; refuses more than anybody needs."""
        if end - start > MAX_TEXT:
            raise LimitError(Diagnostic("E661", f"a text of {end - start:,} bytes at byte {start:,}", self.name))
        return self.data[start:end]


def signed(value: int) -> int:
    """64 bits as a signed number."""
    return value - (1 << 64) if value >> 63 else value


def open_wire(path: str) -> Wire:
    """The bytes of a file. FileError for what is no file or cannot be read."""
    try:
        with open(path, "rb") as file:
            status = fstat(file.fileno())
            if not S_ISREG(status.st_mode):
                raise FileError(Diagnostic("E602", f"{path} is no regular file"))
            size = status.st_size
            data: Buffer = file.read(_WHOLE) if size <= _WHOLE else mmap(file.fileno(), 0, access=ACCESS_READ)
            return Wire(data, path)
    except OSError as error:
        raise FileError(Diagnostic("E602", f"{path} cannot be read: {error.strerror}")) from None
