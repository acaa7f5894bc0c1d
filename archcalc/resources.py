"""The files that travel with the package: grammars and specs. A wheel carries them inside it, a checkout beside it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder of that name, in the wheel or in the checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def read_grammar(name: str) -> str:
    """The text of a grammar."""
    return (folder("grammars") / f"{name}.lark").read_text(encoding="utf-8")


def tables_name(name: str, grammar: str, maker: str) -> str:
    """The file name of a grammar's parser tables: another text or another lark makes other tables, so both are in it."""
    return f"{name}-{maker}-{sha256(grammar.encode()).hexdigest()[:8]}.tables"
