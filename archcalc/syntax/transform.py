"""Lark's rules to our syntax tree, bottom up, while the text is read."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from lark import Token, Transformer

from . import tree
from .grammar import parser

MAX_DIGITS = 300
"""Digits of a number as it is written. Larger ones mean nothing here, and powers of ten could fill the memory."""


class NumberTooLong(Exception):
    """A number has more than MAX_DIGITS digits; `start` and `end` are its offsets."""

    def __init__(self, token: Token) -> None:
        super().__init__(token)
        self.start, self.end = token.start_pos or 0, token.end_pos or 0


def tree_of(text: str) -> tree.Spec:
    """The syntax tree of a text; lark's UnexpectedInput and NumberTooLong refuse it."""
    return parser("spec", TreeBuilder).parse(text)  # type: ignore[return-value]


def _number(token: Token) -> int | Fraction:
    """The exact value of a number as written: 96, 0.5, 1e-5."""
    digits, _, exponent = token.lower().partition("e")
    if len(digits) > MAX_DIGITS or len(exponent) > 5 or abs(int(exponent or 0)) > MAX_DIGITS:
        raise NumberTooLong(token)
    value = Fraction(token)
    return int(value) if value.denominator == 1 else value


class TreeBuilder(Transformer[Token, tree.Spec]):
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
        value = int(token) if len(token) < 19 and token.isdecimal() else _number(token)
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
