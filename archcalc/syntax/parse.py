"""Text to syntax tree."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, NamedTuple

from lark import Token, Transformer, UnexpectedInput

from ..errors import Diagnostic, LimitError, SpecError
from ..source import Source
from . import tree
from .diagnose import diagnose
from .grammar import parser

MAX_TEXT = 4_000_000
"""Characters in a text. Generated specs stay far below; beyond it parsing takes many seconds."""
MAX_DEPTH = 100
"""Brackets inside brackets."""
MAX_MISTAKES = 20
"""Syntax errors that are reported in one run."""


def parse(source: Source, max_text: int = MAX_TEXT, max_depth: int = MAX_DEPTH) -> tree.Spec:
    """The syntax tree of a text. All syntax errors are reported in one SpecError."""
    _check_limits(source, max_text, max_depth)
    text, mistakes = source.text, []
    while True:
        try:
            spec = parser("spec", _Builder).parse(text)
            break
        except UnexpectedInput as error:
            mistakes.append(diagnose(source, error))
            rest = _blank_line(text, error.pos_in_stream)
            if rest is None or len(mistakes) == MAX_MISTAKES:
                break
            text = rest
    if mistakes:
        raise SpecError(*mistakes)
    return spec  # type: ignore[no-any-return]


_BRACKET = re.compile(r'"[^"\n]*"|#[^\n]*|([\[({])|([\])}])')


def _check_limits(source: Source, max_text: int, max_depth: int) -> None:
    if len(source.text) > max_text:
        message = f"the text has {len(source.text):,} characters, the limit is {max_text:,}"
        raise LimitError(Diagnostic("E501", message, help=("--max-text raises the limit",)))
    depth = 0
    for match in _BRACKET.finditer(source.text):
        depth += bool(match[1]) - bool(match[2])
        if depth > max_depth:
            place = source.place(match.start(), match.end())
            help = ("--max-depth raises the limit; repeats are written [ ... ]*n",)
            raise LimitError(Diagnostic("E502", f"brackets stand more than {max_depth} deep", help=help, place=place))


def _blank_line(text: str, position: int | None) -> str | None:
    """The text with the line of a mistake blanked out, to look for more; None where that could mislead."""
    if position is None or position < 0 or position >= len(text):
        return None
    start = max(text.rfind("\n", 0, position), text.rfind(";", 0, position)) + 1
    ends = [end for end in (text.find("\n", position), text.find(";", position)) if end >= 0]
    end = min(ends, default=len(text))
    line = text[start:end]
    if any(line.count(left) != line.count(right) for left, right in ("[]", "{}", "()")) or not line.strip():
        return None
    return text[:start] + " " * (end - start) + text[end:]


def _number(text: str) -> int | Fraction:
    value = Fraction(text)
    return int(value) if value.denominator == 1 else value


class _Builder(Transformer[Token, tree.Spec]):
    """Lark's tree to ours, bottom up. Children are tokens, finished nodes, or None for what is absent."""

    def start(self, lines: list[Any]) -> tree.Spec:
        return tuple(lines)

    def chain(self, stages: list[tree.Stage]) -> tree.Chain:
        return tuple(stages)

    def _declaration(self, children: list[Any]) -> tree.Declaration:
        keyword, *settings = children
        return tree.Declaration(str(keyword), tuple(settings), keyword.start_pos, settings[-1].end)

    set = check = let = _declaration

    def setting(self, children: list[Any]) -> tree.Setting:
        key, value = children
        return tree.Setting(_key(key), value, key.start_pos, value.end)

    def import_(self, children: list[Any]) -> tree.Import:
        keyword, path, alias = children
        return tree.Import(path[1:-1], str(alias or ""), keyword.start_pos, (alias or path).end_pos)

    def parameter(self, children: list[Any]) -> tree.Parameter:
        name, value = children[0], children[1] if len(children) > 1 else None
        return tree.Parameter(_key(name), value, name.start_pos, value.end if value else name.end_pos)

    def definition(self, children: list[Any]) -> tree.Definition:
        keyword, name, *rest, close = children
        parameters = tuple(item for item in rest if isinstance(item, tree.Parameter))
        lets = tuple(item for item in rest if isinstance(item, tree.Declaration))
        return tree.Definition(str(name), parameters, lets, rest[-1], keyword.start_pos, close.end_pos)

    def stage(self, children: list[Any]) -> tree.Stage:
        label, head, claim = children
        start = label.start_pos if label else head.start
        return tree.Stage(label[:-1].rstrip() if label else "", head, claim, start, claim.end if claim else head.end)

    def claim(self, children: list[Any]) -> tree.Glued:
        return children[1]  # type: ignore[no-any-return]

    def layer(self, children: list[Any]) -> tree.Layer:
        return tree.Layer(*_call(children))

    def use(self, children: list[Any]) -> tree.Use:
        return tree.Use(*_call(children))

    def reference(self, children: list[Any]) -> tree.Ref:
        return _ref(children[0])

    def group(self, children: list[Any]) -> tree.Group:
        branches, count = children
        return tree.Group(branches.value, count, branches.start, count.end if count else branches.end)

    def branches(self, children: list[Any]) -> _Brackets:
        left, *chains, right = children
        return _Brackets(tuple(chains), left.start_pos, right.end_pos)

    def repeat(self, children: list[Any]) -> tree.Expression:
        count = children[-1]
        return _name(count) if isinstance(count, Token) else count

    def short(self, children: list[Any]) -> tree.Argument:
        key, value = children
        return tree.Argument(str(key), value, True, key.start_pos, value.end)

    def keyed(self, children: list[Any]) -> tree.Argument:
        key, value = children
        return tree.Argument(_key(key), value, False, key.start_pos, value.end)

    def plain(self, children: list[Any]) -> tree.Argument:
        value = self.value(children)
        return tree.Argument("", value, False, value.start, value.end)

    def value(self, children: list[Any]) -> tree.Value:
        value = children[0]
        if not isinstance(value, Token):
            return value  # type: ignore[no-any-return]
        if value.type == "STRING":
            return tree.Text(value[1:-1], value.start_pos or 0, value.end_pos or 0)
        return _ref(value) if value.type == "REF" else _name(value)

    def array(self, children: list[Any]) -> tree.Items:
        left = children[0]
        right = next(i for i, child in enumerate(children) if isinstance(child, Token) and child.type == "RSQB")
        operator, scale = children[right + 1 :] if len(children) > right + 1 else (None, None)
        end = scale.end if scale else children[right].end_pos
        return tree.Items(tuple(children[1:right]), str(operator or ""), scale, left.start_pos, end)

    def item(self, children: list[Any]) -> Any:
        return children[0]

    def glued(self, axes: list[Any]) -> tree.Glued:
        return tree.Glued(tuple(axes), axes[0].start, axes[-1].end)

    def axis(self, children: list[Any]) -> tree.Expression | tree.Sides:
        before, after = children if len(children) > 1 else (children[0], None)
        return before if after is None else tree.Sides(before, after, before.start, after.end)

    def number(self, children: list[Token]) -> tree.Number:
        token = children[0]
        value = int(token) if token.isdecimal() and len(token) < 19 else _number(token)
        return tree.Number(value, token.start_pos or 0, token.end_pos or 0)

    def symbol(self, children: list[Token]) -> tree.Name:
        return _name(children[0])

    name = symbol

    def unknown(self, children: list[Token]) -> tree.Unknown:
        return tree.Unknown(children[0].start_pos or 0, children[0].end_pos or 0)

    def group_expression(self, children: list[Any]) -> tree.Expression:
        left, inner, right = children
        return inner._replace(start=left.start_pos, end=right.end_pos)  # type: ignore[no-any-return]

    def binary(self, children: list[Any]) -> tree.Operation:
        left, operator, right = children
        return tree.Operation(str(operator), (left, right), left.start, right.end)

    def negative(self, children: list[Any]) -> tree.Operation:
        sign, inner = children
        return tree.Operation("negative", (inner,), sign.start_pos, inner.end)

    def call(self, children: list[Any]) -> tree.Operation:
        name, operands = children[0], tuple(child for child in children[1:] if not isinstance(child, Token))
        return tree.Operation(str(name), operands, name.start_pos, children[-1].end_pos)


class _Brackets(NamedTuple):
    """Chains in brackets, on the way up."""

    value: tuple[tree.Chain, ...]
    start: int
    end: int


def _key(token: Token) -> str:
    return token.rstrip("= \t\r\n")


def _name(token: Token) -> tree.Name:
    return tree.Name(str(token), token.start_pos or 0, token.end_pos or 0)


def _ref(token: Token) -> tree.Ref:
    return tree.Ref(token[1:], token.start_pos or 0, token.end_pos or 0)


def _call(children: list[Any]) -> tuple[str, tuple[tree.Argument, ...], tuple[tree.Chain, ...] | None, int, int]:
    word, *arguments, branches = children
    last = branches or (arguments[-1] if arguments else None)
    end = last.end if last else word.end_pos
    return str(word), tuple(arguments), branches.value if branches else None, word.start_pos, end
