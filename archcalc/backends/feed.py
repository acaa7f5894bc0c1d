"""What goes into a run and what is kept of it: arrays, images, numbers from the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import FileError, MissingError, SpecError, UsageError
from ..graph import Graph, Node
from ..shape import Shape, show
from .files import write_whole
from .weights import Array

IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|[-+]?(inf|nan)")


def feed(words: Sequence[str], graph: Graph) -> dict[str, Array]:
    """Arrays for the INPUTs from words: files, images, or numbers; `name=` before a word says for which INPUT.

    Arrays have the language's order of axes: (H, W, C), with or without a batch before it; axes of 1 may be left out.
    """
    nodes = {node.name: node for node in graph.inputs}
    if not nodes:
        raise UsageError.of("E630", "the spec has no INPUT to feed", help=("leave --input out",))
    if len(words) == 1 and words[0].endswith(".npz") and "=" not in words[0]:
        return {name: _array(list(words), node) for name, node in nodes.items()}
    given: dict[str, list[str]] = {}
    for word in words:
        name, equals, rest = word.partition("=")
        name, word = (name, rest) if equals and name in nodes else (next(iter(nodes)), word)
        given.setdefault(name, []).append(word)
    return {name: _array(words, nodes[name]) for name, words in given.items()}


def _array(words: list[str], node: Node) -> Array:
    numbers = re.split(r"[,\s]+", " ".join(words).strip(" ,"))
    if all(_NUMBER.fullmatch(number) for number in numbers):
        return _numbers([float(number) for number in numbers], node)
    if len(words) > 1:
        wrong = next(word for word in words if not _NUMBER.fullmatch(word))
        raise UsageError.of("E630", f"{wrong} is no number", f"{len(words)} words for {node.name}", ("1 5 3 or 1,5,3",))
    path = Path(words[0])
    if not path.is_file():
        help = ("give x.npy, x.npz, an image, or numbers like 1,5,3",)
        raise FileError.of("E631", f"there is no file {path}, and it is no number", help=help)
    if path.suffix.lower() in IMAGES:
        return _image(path, node)
    return _shaped(_stored(path, node), node)


def _numbers(values: list[float], node: Node) -> Array:
    size = prod(node.shape)
    if len(values) % size:
        note = f"{len(values):,} given, {show(node.shape)} = {size:,} needed"
        raise SpecError.of("E616", f"{node.name} takes another count of numbers", note)
    return np.array(values).reshape(-1, *node.shape)


def _stored(path: Path, node: Node) -> Array:
    """The array in a .npy file, or the one of the INPUT's name in a .npz file."""
    try:
        content = np.load(path, mmap_mode="r", allow_pickle=False)
        if not isinstance(content, np.ndarray):
            with content:
                content = _member(content, path, node)
    except OSError as error:
        raise FileError.of("E602", f"{path} cannot be read: {error.strerror or error}") from None
    except (ValueError, EOFError, SyntaxError) as error:
        pickled = "it is something else, or holds Python objects" if "pickle" in str(error) else str(error)
        help = ("numpy.save(path, array) writes one",)
        raise SpecError.of("E632", f"{path} is no file of arrays", pickled.splitlines()[0], help) from None
    if content.dtype.kind not in "biuf":
        raise SpecError.of("E632", f"{path} holds no real numbers", f"its type is {content.dtype}")
    return np.asarray(content)


def _member(content: Any, path: Path, node: Node) -> Array:
    names = content.files
    if node.name in names or len(names) == 1:
        return np.asarray(content[node.name if node.name in names else names[0]])
    raise SpecError.of("E632", f"{path} has no array {node.name}", f"it has {', '.join(names) or 'none'}")


def _shaped(array: Array, node: Node) -> Array:
    """The array with the axes of 1 that its file left out."""
    if _squeezed(array.shape) == _squeezed(node.shape):
        return array.reshape(node.shape)
    return array


def _squeezed(shape: Shape) -> Shape:
    return tuple(size for size in shape if size != 1)


def _image(path: Path, node: Node) -> Array:
    """An image as numbers from 0 to 1. It must have the INPUT's size: scaling is a decision that belongs to people."""
    try:
        from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - an optional library
    except ImportError:
        raise MissingError.of("E705", "pillow is not installed", help=("pip install 'archcalc[cpu]'",)) from None
    mode = {1: "L", 3: "RGB", 4: "RGBA"}.get(node.shape[-1]) if len(node.shape) == 3 else None
    if mode is None:
        note = f"{node.name} is {show(node.shape)}"
        raise SpecError.of("E633", "an image needs an INPUT of height, width and 1, 3 or 4 channels", note)
    try:
        with Image.open(path) as image:
            _check_image(image, path, node)
            pixels = np.asarray(image.convert(mode), np.float32) / 255
    except (UnidentifiedImageError, SyntaxError, Image.DecompressionBombError) as error:
        raise SpecError.of("E633", f"{path} is no image", str(error).splitlines()[0]) from None
    except OSError as error:
        raise FileError.of("E602", f"{path} cannot be read: {error.strerror or error}") from None
    return pixels.reshape(node.shape)


def _check_image(image: Any, path: Path, node: Node) -> None:
    """Refuse what would have to be scaled, blended or clipped."""
    height, width, channels = node.shape
    if image.size != (width, height):
        note = f"{image.height} high and {image.width} wide, {height} high and {width} wide needed"
        raise SpecError.of("E633", f"{path} has another size than the INPUT", note, ("scale or crop it first",))
    if image.mode not in ("1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "YCbCr"):
        raise SpecError.of("E633", f"{path} has more than 8 bits a channel", f"its mode is {image.mode}")
    if channels != 4 and image.mode in ("RGBA", "LA") and image.getchannel("A").getextrema()[0] < 255:
        raise SpecError.of("E633", f"{path} is transparent in places", help=("save it without transparency",))


def check_target(path: str, outputs: int) -> None:
    """Refuse a file that cannot hold so many outputs."""
    suffix = Path(path).suffix.lower()
    if suffix not in (".npy", ".npz") or (suffix == ".npy" and outputs > 1):
        help = f".npz holds {outputs} outputs by name" if outputs > 1 else "use .npy or .npz"
        raise UsageError.of("E634", f"{path} cannot hold what comes out", help=(help,))


def save(path: str, outputs: Mapping[str, Array]) -> int:
    """Write arrays, whole or not at all: one as .npy, several by name as .npz; the bytes written."""
    check_target(path, len(outputs))

    def fill(file: Any) -> int:
        if path.lower().endswith(".npy"):
            np.save(file, next(iter(outputs.values())))
        else:
            arrays: Any = outputs
            np.savez(file, **arrays)
        return int(file.tell())

    return write_whole(Path(path), fill)
