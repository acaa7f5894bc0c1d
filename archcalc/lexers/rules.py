"""What colours a text: patterns in the order in which they are tried, and what each is called elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from ..build.values import FUNCTIONS
from ..ops import WORDS, find
from ..ops.fields import SHORT, signature
from ..resources import read_grammar


class Rule(NamedTuple):
    """A pattern, the name of its token in Pygments, and of its scope in TextMate."""

    pattern: str
    token: str
    scope: str


def layers() -> tuple[str, ...]:
    """The layers of the registry."""
    return WORDS


def options() -> set[str]:
    """The keys of all layers that are written out, such as eps."""
    return {key for word in WORDS for key in signature(find(word)).options} - set(SHORT)  # type: ignore[arg-type]


def flags() -> set[str]:
    """The flag words of all layers, such as nobias and max."""
    return {flag for word in WORDS for flag in signature(find(word)).flags}  # type: ignore[arg-type]


def keywords() -> set[str]:
    """The words that the grammar reserves or knows by themselves."""
    return set(re.findall(r'"([a-z]+)"', re.sub(r"^//.*", "", read_grammar("spec"), flags=re.M)))


def terminal(name: str) -> str:
    """The pattern of one of the grammar's terminals."""
    match = re.search(rf"^{name}(?:\.\d+)?: (.+)$", read_grammar("spec"), re.M)
    assert match, name
    if match[1].startswith("/"):
        return match[1].strip("/")
    return "|".join(re.escape(text) for text in re.findall(r'"([^"]+)"', match[1]))


def rules() -> tuple[Rule, ...]:
    """All patterns; what none of them matches is a blank, or no part of the language."""
    size = f"{terminal('NEGATIVE')}|{terminal('NUMBER')}"
    return (
        Rule(r"#[^\r\n]*", "Comment.Single", "comment.line.number-sign.arch"),
        Rule(terminal("STRING"), "Literal.String.Double", "string.quoted.double.arch"),
        Rule(terminal("LABEL"), "Name.Label", "entity.name.label.arch"),
        Rule(terminal("REF"), "Name.Variable", "variable.other.reference.arch"),
        Rule(f"{terminal('_ARROW')}|{terminal('CLAIM')}", "Operator.Word", "keyword.operator.flow.arch"),
        Rule(f"{terminal('_X')}|{terminal('_COLON')}", "Operator", "keyword.operator.glue.arch"),
        Rule(terminal("SHORT"), "Name.Attribute", "variable.parameter.short.arch"),
        Rule(terminal("KEY"), "Name.Attribute", "variable.parameter.option.arch"),
        Rule(r"(?<=\bdef )[a-z_]\w*", "Name.Function", "entity.name.function.arch"),
        Rule(_words(keywords()), "Keyword.Declaration", "keyword.declaration.arch"),
        Rule(_words(layers()), "Name.Builtin", "support.function.layer.arch"),
        Rule(_words(FUNCTIONS) + r"(?=\s*\()", "Name.Builtin.Pseudo", "support.function.arithmetic.arch"),
        Rule(_words(flags()), "Keyword.Constant", "constant.language.flag.arch"),
        Rule(terminal("UPPER"), "Name.Constant", "constant.other.symbol.arch"),
        Rule(size, "Literal.Number", "constant.numeric.arch"),
        Rule(terminal("NAME"), "Name", "variable.other.arch"),
        Rule(terminal("QUESTION"), "Keyword.Pseudo", "keyword.other.unknown.arch"),
        Rule(r"\*\*|//|[-+*/%=]", "Operator", "keyword.operator.arithmetic.arch"),
        Rule(r"[\[\](){},;]", "Punctuation", "punctuation.arch"),
    )


def _words(words: Iterable[str]) -> str:
    """Any of the words, whole."""
    return rf"(?<![\w.])(?:{'|'.join(sorted(words))})(?![\w.=])"
