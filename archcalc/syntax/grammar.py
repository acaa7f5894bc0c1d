"""Grammars to parsers. A wheel carries the tables that lark made of them, because loading takes a tenth of building."""

from __future__ import annotations

import pickle
from functools import cache
from os.path import isfile, join
from typing import Any

from lark import Lark, Token, Transformer, __version__

from ..resources import folder, read_grammar, tables_name


@cache
def parser(name: str, builder: type[Transformer[Token, Any]]) -> Lark:
    """The parser of a grammar, which hands every rule to a builder as soon as it has been read.

    It comes from tables that this very lark made of this very text, else from the text.
    """
    grammar = read_grammar(name)
    tables = join(folder("grammars"), tables_name(name, grammar, __version__))
    if not isfile(tables):
        return build_parser(grammar, builder())
    with open(tables, "rb") as file:
        made = pickle.load(file)
    # Lark.load takes no builder; this is what the parsers that lark generates call
    loaded: Lark = Lark._load_from_dict(**made, transformer=builder())  # type: ignore[no-untyped-call]
    return loaded


def build_parser(grammar: str, builder: Transformer[Token, Any] | None = None) -> Lark:
    """The parser of a grammar's text."""
    return Lark(grammar, parser="lalr", lexer="contextual", transformer=builder)


def save_tables(name: str, target: str) -> str:
    """Write the tables of a grammar into the folder `target`; the build of a wheel calls this."""
    grammar = read_grammar(name)
    tables = join(target, tables_name(name, grammar, __version__))
    with open(tables, "wb") as file:
        build_parser(grammar).save(file)
    return tables
