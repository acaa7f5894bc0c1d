"""The files that travel with the package: grammars, specs and schemas. A wheel has them inside, a checkout beside it.

Paths are plain strings on the way to a table: importing pathlib takes 2.5 ms, which every command would pay.
"""

from __future__ import annotations

from hashlib import sha256
from os.path import abspath, dirname, isdir, join

_PACKAGE = dirname(abspath(__file__))


def folder(name: str) -> str:
    """The folder of that name, in the wheel or in the checkout."""
    inside = join(_PACKAGE, name)
    return inside if isdir(inside) else join(dirname(_PACKAGE), name)


def read_grammar(name: str) -> str:
    """The text of a grammar."""
    with open(join(folder("grammars"), f"{name}.lark"), encoding="utf-8") as file:
        return file.read()


def tables_name(name: str, grammar: str, maker: str) -> str:
    """The file name of a grammar's parser tables. Another text or another lark makes others, so both are in it."""
    return f"{name}-{maker}-{sha256(grammar.encode()).hexdigest()[:8]}.tables"
