"""Weights in a file of their own, beside the model: at places that a runtime can map into memory, called by content.

The name is a hash of the bytes, so that models with the same weights share a file, and none is ever changed under
a model that refers to it. Memory never holds more than a block of numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from .elements import raw
from .files import Unfinished, unfinished
from .weights import Array

ALIGNMENT = 4096
"""Every weight begins at a multiple of this: a page, as ONNX's specification recommends."""

ABSENT = "weights-virtual.data"
"""The file that virtual weights would be in."""

_DIGITS = 32

Blocks = Callable[[str], Iterator[Array]]
"""The numbers of a weight as they lie in the file, a block at a time."""

Room = Callable[[Unfinished, int], None]
"""Takes room on the disk for so many bytes of a file, or refuses."""

Step = Callable[[int], None]
"""What is told, when so many bytes more are done."""


class Place(NamedTuple):
    """Where a weight lies outside of the model."""

    location: str
    offset: int
    length: int


class DataFile(NamedTuple):
    """A file of weights."""

    path: Path
    size: int
    places: dict[str, Place]
    found: bool
    """Whether it was there before, and so was not written."""


def layout(sizes: Mapping[str, int], location: str = ABSENT) -> dict[str, Place]:
    """A place for each weight of so many bytes."""
    places, end = {}, 0
    for name, size in sizes.items():
        places[name] = Place(location, end + -end % ALIGNMENT, size)
        end = places[name].offset + size
    return places


def write_data(folder: Path, sizes: Mapping[str, int], blocks: Blocks, step: Step, room: Room) -> DataFile:
    """Write the weights into a file in the folder, unless there is one that has them.

    `room` takes as much of the disk, or refuses.
    """
    places = layout(sizes)
    size = _end(places)
    for path in sorted(folder.glob(_name("*"))):
        if path.is_file() and path.stat().st_size == size and _found(path, places, blocks, step):
            return DataFile(path, size, layout(sizes, path.name), True)
    digest = sha256()
    with unfinished(folder) as new:
        room(new, size)
        for chunk in _contents(places, blocks, step):
            digest.update(chunk)
            new.file.write(chunk)
        path = folder / _name(digest.hexdigest()[:_DIGITS])
        new.publish(path)
    return DataFile(path, size, layout(sizes, path.name), False)


def absent(folder: Path, sizes: Mapping[str, int]) -> DataFile:
    """The file that the weights would be in, had they numbers."""
    places = layout(sizes)
    return DataFile(folder / ABSENT, _end(places), places, False)


def _end(places: Mapping[str, Place]) -> int:
    return max((place.offset + place.length for place in places.values()), default=0)


def _name(digest: str) -> str:
    return f"weights-{digest}.data"


def _contents(places: Mapping[str, Place], blocks: Blocks, step: Step) -> Iterator[memoryview]:
    """The bytes of the file."""
    end = 0
    for name, place in places.items():
        yield memoryview(bytes(place.offset - end))
        for block in blocks(name):
            chunk = raw(block)
            yield chunk
            step(len(chunk))
        end = place.offset + place.length


def _found(path: Path, places: Mapping[str, Place], blocks: Blocks, step: Step) -> bool:
    """Whether a file has the weights; what was done for nothing is taken back."""
    done = 0

    def noted(more: int) -> None:
        nonlocal done
        done += more
        step(more)

    found = _holds(path, _contents(places, blocks, noted))
    if not found:
        step(-done)
    return found


def _holds(path: Path, contents: Iterable[memoryview]) -> bool:
    """Whether a file has these bytes, and the name that goes with them."""
    digest = sha256()
    with path.open("rb") as file:
        for chunk in contents:
            if file.read(len(chunk)) != bytes(chunk):  # memcmp, which no view would use
                return False
            digest.update(chunk)
    return path.name == _name(digest.hexdigest()[:_DIGITS])
