"""The files that travel with the package: grammars and specs. A wheel carries them inside it, a checkout beside it."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder of that name, in the wheel or in the checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def read_grammar(name: str) -> str:
    """The text of a grammar."""
    return (folder("grammars") / f"{name}.lark").read_text(encoding="utf-8")


def parser_tables(name: str) -> Path | None:
    """The parser tables that the build made of a grammar for the installed lark, if any: loading them is quicker."""
    tables = folder("grammars") / f"{name}.tables"
    return tables if tables.is_file() else None
