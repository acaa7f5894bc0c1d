"""Where specs come from: text, files, standard input, the shipped ones by name."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from os.path import basename, commonpath, dirname, exists, isabs, isfile, join, realpath, relpath, splitext
from typing import TYPE_CHECKING

from .build import Options, build
from .errors import Diagnostic, FileError, LimitError, SpecError
from .graph import Graph, Origin
from .ops import WORDS
from .resources import folder
from .slides import is_slide
from .source import Source
from .syntax import MAX_TEXT, Parsed
from .syntax import read as read_tree
from .words import nearest

if TYPE_CHECKING:
    from .reading.proto import ModelPart


MODEL_LAYERS = 80_000
"""In a model, unless another limit is set: so many are read, counted and shown within five seconds."""


def read_spec(spec: str, options: Options | None = None) -> Graph:
    """The graph of a spec given as text, file name, `-`, or shipped name; of an ONNX model given as file name."""
    options = options or Options()
    if is_model(spec):
        return read_model(spec, options)
    source, options, name = source_of(spec, options or Options())
    return _build(source, options, name)


def is_model(spec: str) -> bool:
    """Whether a spec names an ONNX model."""
    return spec.endswith(".onnx") and not _is_text(spec)


def read_model(path: str, options: Options | None = None) -> Graph:
    """The graph of an ONNX model that any software wrote."""
    from .reading import Reading, graph_of, open_model  # noqa: PLC0415 - start-up time counts

    options = options or Options()
    if not exists(path):
        raise _missing(path)
    model = open_model(path)
    exported = None if options.input is not None or options.values else _exported(model, path)
    most = MODEL_LAYERS if options.max_layers == Options().max_layers else options.max_layers
    graph = exported or graph_of(model, path, Reading(options.input, options.values, most))
    return replace(graph, origin=Origin(path, options.input, options.values, exported is not None))


def _exported(model: ModelPart, path: str) -> Graph | None:
    """The network that the model is the export of, if it says so and that is proven."""
    if not any(key.startswith("archcalc.") for key in model.properties):
        return None
    from .proof import proven  # noqa: PLC0415 - start-up time counts

    return proven(model, path)


def source_of(spec: str, options: Options) -> tuple[Source, Options, str]:
    """The text that a spec means, the options with a reader for its imports, and its name."""
    if spec == "-":
        return Source(_standard_input(options.max_text), "-"), options, ""
    if _is_text(spec):
        return Source(spec), options, ""
    path = shipped(spec) or spec
    if not exists(path):
        raise _missing(spec)
    options = replace(options, read=_Reader(folder("specs") if shipped(spec) else dirname(path), options.max_text))
    return Source(_read(path, options.max_text), path), options, splitext(basename(path))[0]


def file_source(path: str, max_text: int = MAX_TEXT) -> Source:
    """The text of a file, of standard input for `-`. FileError if there is none."""
    if path == "-":
        return Source(_standard_input(max_text), path)
    if not exists(path):
        help = ("files are named, or - for standard input",)
        raise FileError(Diagnostic("E601", f"there is no file {path[:80]}", help=help))
    return Source(_read(path, max_text), path)


def parse_spec(text: str, options: Options | None = None, file: str = "") -> Graph:
    """The graph of a text."""
    return _build(Source(text, file), options or Options(), "")


def _build(source: Source, options: Options, name: str) -> Graph:
    parsed = parse_source(source, options)
    if parsed.spec is None:
        raise SpecError(*parsed.mistakes)
    return build(parsed.spec, source, options, name, parsed.mistakes)


def parse_source(source: Source, options: Options) -> Parsed:
    """The syntax tree of a text in the language, or of a slide's listing."""
    if not is_slide(source.text):
        return read_tree(source, options.max_text, options.max_depth)
    from .slides.parse import parse_slide  # noqa: PLC0415 - start-up time counts

    return parse_slide(source, options.max_text, options.max_depth)


def shipped(name: str) -> str | None:
    """The file of a shipped spec, or None."""
    if name.endswith(".arch") or ".." in name or not name.strip() or isabs(name):
        return None
    path = join(folder("specs"), f"{name}.arch")
    return path if len(name) < 200 and isfile(path) else None


def shipped_names() -> list[str]:
    """The shipped specs by name; files of blocks, whose names start with _, are left out."""
    root = folder("specs")
    paths = (relpath(join(where, file), root) for where, _, files in os.walk(root) for file in files)
    names = (path.removesuffix(".arch").replace(os.sep, "/") for path in paths if path.endswith(".arch"))
    return sorted(name for name in names if not name.rpartition("/")[2].startswith("_"))


def headline(name: str) -> tuple[str, dict[str, int]]:
    """The title of a shipped spec and the totals that it pins as plain numbers, without building it.

    >>> headline("alexnet")
    ('AlexNet, single stream', {'params': 62378344, 'macs': 1135256096})
    """
    with open(join(folder("specs"), f"{name}.arch"), encoding="utf-8") as file:
        lines = [line for line in file if line.startswith(("set ", "check "))]
    text = "".join(lines)
    title = re.search(r'\btitle="([^"]*)"', text)
    pins = re.findall(r"\b(\w+)=(\d+)(?=\s)", "".join(line for line in lines if line.startswith("check ")))
    return title[1] if title else "", {key: int(value) for key, value in pins}


def _is_text(spec: str) -> bool:
    """Whether this is the spec itself rather than the name of one."""
    if not spec.strip() or any(mark in spec for mark in ("\n", "->", ";", " => ")):
        return True
    first = spec.split(maxsplit=1)[0]
    return first in WORDS or ((" " in spec or first[0] in "[#") and not exists(spec))


def _missing(spec: str) -> FileError:
    near = nearest(spec, shipped_names()) or nearest(spec, [name.rpartition("/")[2] for name in shipped_names()])
    help = f"did you mean {' or '.join(near)}?" if near else "`archcalc list` shows the shipped specs"
    name = spec if len(spec) <= 80 else f"{spec[:77]}..."
    return FileError(Diagnostic("E601", f"there is no file and no shipped spec {name}", help=(help,)))


def _read(path: str, max_text: int) -> str:
    try:
        with open(path, "rb") as file:
            return _decode(file.read(_most_bytes(max_text) + 1), path, max_text)
    except OSError as error:
        raise FileError(Diagnostic("E602", f"{path} cannot be read: {error.strerror}")) from None


def _standard_input(max_text: int) -> str:
    if sys.stdin is None:
        raise FileError(Diagnostic("E602", "standard input is closed"))
    return _decode(sys.stdin.buffer.read(_most_bytes(max_text) + 1), "standard input", max_text)


def _most_bytes(max_text: int) -> int:
    """Bytes that a text within the limit can take: UTF-8 spends up to four on a character."""
    return 4 * max_text + 3


def _decode(data: bytes, name: str, max_text: int) -> str:
    if len(data) > _most_bytes(max_text):
        message = f"{name} has more than {max_text:,} characters, the limit"
        raise LimitError(Diagnostic("E501", message, help=("--max-text raises the limit",)))
    if data[:1] == b"\x08" and name.endswith(".onnx"):
        message = f"{name} is an ONNX model, and a spec is needed here"
        raise SpecError(Diagnostic("E607", message, help=(f"archcalc convert {name} writes it as a spec",)))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"{name} is not UTF-8 text: byte {data[error.start]:#04x} in line {line}"
        raise SpecError(Diagnostic("E604", message, help=("save the file as UTF-8",))) from None


class _Reader:
    """Reads imported files, relative to the importing one and never outside the tree of the first."""

    def __init__(self, tree: str, max_text: int) -> None:
        self.tree = realpath(tree)
        self.max_text = max_text

    def __call__(self, path: str, source: Source) -> Source:
        file = join(dirname(source.file), path)
        target = realpath(file)
        if not _inside(target, self.tree):
            help = ("imports stay in the folder of the file that is run",)
            raise SpecError.of("E605", f"{path} lies outside of {basename(self.tree)}", help=help)
        if not isfile(target):
            raise SpecError.of("E601", f"there is no file {path}", help=("the path is relative to the importing file",))
        return Source(_read(target, self.max_text), file)


def _inside(path: str, tree: str) -> bool:
    try:
        return commonpath((path, tree)) == tree
    except ValueError:  # on different drives
        return False
