"""Importing the blocks of another file."""

from __future__ import annotations

from functools import lru_cache
from os.path import basename, realpath
from typing import TYPE_CHECKING

from ..errors import SpecError
from ..source import Source
from ..syntax import parse, tree
from . import declare
from .scope import Block, Scope

if TYPE_CHECKING:
    from .builder import Builder


def import_file(builder: Builder, part: tree.Import, scope: Scope) -> None:
    """Make the blocks and names of a file known here, under `alias.` where there is one."""
    try:
        inner = _imported(builder, part, scope)
    except SpecError:
        scope.incomplete = True
        raise
    prefix = f"{part.alias}." if part.alias else ""
    for name, block in inner.blocks.items():
        scope.blocks[prefix + name] = Block(block.definition, inner)
    if not part.alias:
        scope.values.update(inner.values)


def _imported(builder: Builder, part: tree.Import, scope: Scope) -> Scope:
    """The names of a file, which is read once however often it is imported."""
    if builder.options.read is None:
        raise scope.error(part, "E240", "text given directly cannot import files", ("put the spec into a file",))
    source = builder.options.read(part.path, scope.source)
    path, importing = realpath(source.file), [realpath(file) for file in builder.importing]
    if path in importing:
        cycle = " -> ".join(map(basename, (*importing[importing.index(path) :], path)))
        raise scope.error(
            part, "E241", "the files import each other", (f"move what both need into a third file: {cycle}",)
        )
    if path not in builder.imported:
        builder.importing.append(source.file)
        try:
            spec = _parsed(source.text, source.file, builder.options.max_text, builder.options.max_depth)
            inner = Scope(source, uses=scope.used_at(part), assumptions=scope.assumptions, unknowns=scope.unknowns)
            builder.imported[path] = _declarations(builder, spec, inner)
        finally:
            builder.importing.pop()
    return builder.imported[path]


@lru_cache(32)
def _parsed(text: str, file: str, max_text: int, max_depth: int) -> tree.Spec:
    """The tree of a file. Specs of a family import the same one, so a process that reads many keeps it."""
    return parse(Source(text, file), max_text, max_depth)


def _declarations(builder: Builder, spec: tree.Spec, scope: Scope) -> Scope:
    for line in spec:
        if isinstance(line, tree.Stage):
            help = ("def name n { ... } makes a block that other files can use",)
            raise scope.error(line, "E242", "an imported file holds only definitions", help)
        if isinstance(line, tree.Declaration) and line.kind != "let":
            help = (f"{line.kind} belongs into the file that is run",)
            raise scope.error(line, "E243", f"an imported file cannot {line.kind} anything", help)
        declare.line(builder, line, scope, started=False)
    return scope


__all__ = ["SpecError", "import_file"]
