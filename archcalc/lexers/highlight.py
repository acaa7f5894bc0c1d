"""The lexer for Pygments, which finds it by its entry point: `pygmentize -l arch`, Sphinx, MkDocs, rich."""

from __future__ import annotations

from typing import ClassVar

from pygments.lexer import RegexLexer
from pygments.token import Whitespace, string_to_tokentype

from .rules import rules


class ArchLexer(RegexLexer):  # type: ignore[misc]  # Pygments has no types
    """Colours the archcalc language.

    >>> from pygments import lex
    >>> [text for kind, text in lex("CONV 96 11x11 s4 -> RELU", ArchLexer()) if "Builtin" in str(kind)]
    ['CONV', 'RELU']
    """

    name = "archcalc"
    aliases: ClassVar[list[str]] = ["arch", "archcalc"]
    filenames: ClassVar[list[str]] = ["*.arch"]
    mimetypes: ClassVar[list[str]] = ["text/x-arch"]
    url = ""
    tokens: ClassVar[dict[str, list[tuple[object, ...]]]] = {
        "root": [(r"[\s\ufeff]+", Whitespace), *((rule.pattern, string_to_tokentype(rule.token)) for rule in rules())]
    }
