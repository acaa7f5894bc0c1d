"""Grammars to parsers. A wheel carries the tables that lark made of them, because loading takes a tenth of building."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lark import Lark, __version__

from ..resources import folder, read_grammar, tables_name


@cache
def parser(name: str) -> Lark:
    """The parser of a grammar: from tables that this very lark made of this very text, else from the text."""
    grammar = read_grammar(name)
    tables = folder("grammars") / tables_name(name, grammar, __version__)
    if not tables.is_file():
        return build_parser(grammar)
    with tables.open("rb") as file:
        return Lark.load(file)


def build_parser(grammar: str) -> Lark:
    """The parser of a grammar's text."""
    return Lark(grammar, parser="lalr", lexer="contextual")


def save_tables(name: str, target: Path) -> Path:
    """Write the tables of a grammar into the folder `target`; the build of a wheel calls this."""
    grammar = read_grammar(name)
    tables = target / tables_name(name, grammar, __version__)
    with tables.open("wb") as file:
        build_parser(grammar).save(file)
    return tables
