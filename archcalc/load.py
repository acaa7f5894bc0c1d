"""Where specs come from: text, files, standard input, the shipped ones by name."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from .build import Options, build
from .errors import Diagnostic, FileError, SpecError
from .graph import Graph
from .ops import WORDS
from .resources import folder
from .source import Source
from .syntax import parse as parse_tree
from .words import nearest

MAX_FILE = 64 << 20
"""Bytes of a spec file that are read at all."""


def read_spec(spec: str, options: Options | None = None) -> Graph:
    """The graph of a spec given as text, file name, `-`, or shipped name."""
    if spec == "-":
        return _build(Source(_decode(sys.stdin.buffer.read(MAX_FILE + 1), "standard input"), "-"), options, "")
    if _is_text(spec):
        return _build(Source(spec), options, "")
    path = shipped(spec) or Path(spec)
    if not path.is_file():
        raise _missing(spec)
    tree = folder("specs") if shipped(spec) else path.parent
    options = replace(options or Options(), read=_Reader(tree))
    return _build(Source(_read(path), spec if not shipped(spec) else str(path)), options, path.stem)


def parse_spec(text: str, options: Options | None = None, file: str = "") -> Graph:
    """The graph of a text."""
    return _build(Source(text, file), options, "")


def _build(source: Source, options: Options | None, name: str) -> Graph:
    return build(parse_tree(source), source, options, name)


def shipped(name: str) -> Path | None:
    """The file of a shipped spec, or None."""
    if name.endswith(".arch") or ".." in name or not name.strip() or Path(name).is_absolute():
        return None
    path = folder("specs") / f"{name}.arch"
    return path if len(name) < 200 and path.is_file() else None


def shipped_names() -> list[str]:
    """The shipped specs by name; files of blocks, whose names start with _, are left out."""
    root = folder("specs")
    names = (path.relative_to(root).with_suffix("").as_posix() for path in root.rglob("*.arch"))
    return sorted(name for name in names if not name.rpartition("/")[2].startswith("_"))


def _is_text(spec: str) -> bool:
    """Whether this is the spec itself rather than the name of one."""
    if not spec.strip() or any(mark in spec for mark in ("\n", "->", ";", " => ")):
        return True
    first = spec.split(maxsplit=1)[0]
    return first in WORDS or (" " in spec and not _exists(spec))


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):
        return False


def _missing(spec: str) -> FileError:
    near = nearest(spec, shipped_names()) or nearest(spec, [name.rpartition("/")[2] for name in shipped_names()])
    help = f"did you mean {' or '.join(near)}?" if near else "archcalc list shows the shipped specs"
    return FileError(Diagnostic("E601", f"there is no file and no shipped spec {spec}", help=(help,)))


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return _decode(file.read(MAX_FILE + 1), str(path))
    except OSError as error:
        raise FileError(Diagnostic("E602", f"{path} cannot be read: {error.strerror}")) from None


def _decode(data: bytes, name: str) -> str:
    if len(data) > MAX_FILE:
        raise FileError(Diagnostic("E603", f"{name} is larger than {MAX_FILE >> 20} MiB, which no spec is"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"{name} is not UTF-8 text: byte {data[error.start]:#04x} in line {line}"
        raise SpecError(Diagnostic("E604", message, help=("save the file as UTF-8",))) from None


class _Reader:
    """Reads imported files, relative to the importing one and never outside the tree of the first."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree.resolve()

    def __call__(self, path: str, source: Source) -> Source:
        target = (Path(source.file).parent / path).resolve()
        if not target.is_relative_to(self.tree):
            help = ("imports stay in the folder of the file that is run",)
            raise SpecError.of("E605", f"{path} lies outside of {self.tree.name}", help=help)
        if not target.is_file():
            raise SpecError.of("E601", f"there is no file {path}", help=("the path is relative to the importing file",))
        return Source(_read(target), str(target))
