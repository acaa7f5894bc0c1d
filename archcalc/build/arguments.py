"""From the arguments of a layer, as written, to an op."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from ..errors import Diagnostic, SpecError
from ..ops import WORDS, find
from ..ops.base import Op
from ..ops.fields import LETTERS, Signature, Word, signature
from ..syntax import tree
from . import advice, slips, unknowns
from .scope import Scope
from .values import evaluate

MAX_MISTAKES = 5
"""Mistakes that are reported of one layer."""


def find_op(word: str, part: tree.Layer | tree.Name, scope: Scope) -> type[Op]:
    """The op class of a word."""
    op = find(word)
    if op is not None:
        return op
    span = tree.Name(word, part.start, part.start + len(word))
    behind = scope.source.text[span.end : part.end].strip() if isinstance(part, tree.Layer) else ""
    raise scope.error(span, "E210", f"there is no layer {word}", (advice.layer(word, behind),))


def bind(op: type[Op], arguments: Sequence[tree.Argument], part: tree.Layer, scope: Scope, fit: str) -> Op:
    """The op with its arguments; all mistakes among them are reported together."""
    if not arguments and signature(op).bare:
        return op()
    binder = Binder(op, arguments, part, scope)
    while binder.take_next():
        pass
    binder.finish()
    if fit in binder.signature.flags:
        binder.fields.setdefault("fit", fit)
    return op(**binder.fields)


class Binder:
    """Collects the fields of one op."""

    def __init__(self, op: type[Op], arguments: Sequence[tree.Argument], part: tree.Layer, scope: Scope) -> None:
        self.op, self.arguments, self.part, self.scope = op, arguments, part, scope
        self.index = 0
        """Of the next argument."""
        self.signature: Signature = signature(op)
        self.waiting = list(self.signature.arguments)
        self.fields: dict[str, Any] = {}
        self.mistakes: list[Diagnostic] = []
        self.failed = False

    def take_next(self) -> bool:
        """One argument; whether there may be more."""
        if self.index == len(self.arguments):
            return False
        argument = self.arguments[self.index]
        self.index += 1
        try:
            self._take(argument)
        except SpecError as error:
            self.mistakes += error.diagnostics
            self.failed = True
            # after a missing -> the rest belongs to another layer
            ends = any(mistake.code in ("E105", "E116", "E216") for mistake in error.diagnostics)
            return not ends and len(self.mistakes) < MAX_MISTAKES
        return True

    def _take(self, argument: tree.Argument) -> None:
        if argument.key:
            self._keyed(argument)
        elif isinstance(argument.value, tree.Name) and not self._is_value(argument.value.text):
            self._flag(argument, argument.value.text)
        else:
            self._positional(argument)

    def _is_value(self, name: str) -> bool:
        return self.scope.find(name) is not None or self.scope.lost(name)

    def _keyed(self, argument: tree.Argument) -> None:
        field = self.signature.options.get(argument.key)
        if argument.key in self.signature.flags:
            return self._switch(argument)
        if field is None and (named := self._by_letter(argument.key)) is not None:
            self.waiting.remove(named)
            return self._set(named, evaluate(argument.value, self.scope), argument)
        if field is None and self.signature.keys is not None:
            return self._free(self.signature.keys, argument)
        if field is None:
            raise slips.unknown(self, argument, argument.key, self.text(argument.value))
        if argument.short and self.scope.find(self.text(argument)) is not None:
            text = self.text(argument)
            help = (f"write ({text}) for its value, or {argument.key}= for the option",)
            raise self.scope.error(argument, "E211", f"{text} is a name here, and could be an option too", help)
        return self._set(field, evaluate(argument.value, self.scope), argument)

    def _by_letter(self, key: str) -> dataclasses.Field[Any] | None:
        """The argument that a letter names, if it has not been given: k=3."""
        return next((field for field in self.waiting if LETTERS.get(field.name) == key), None)

    def _free(self, field: dataclasses.Field[Any], argument: tree.Argument) -> None:
        """A key that is no option's, among the others."""
        others = self.fields.pop(field.name, ())
        if argument.key in dict(others):
            raise self.scope.error(argument, "E212", f"{argument.key}= is given twice", ("keep one",))
        self._set(field, evaluate(argument.value, self.scope), argument)
        self.fields[field.name] = (*others, (argument.key, self.fields[field.name]))

    def _flag(self, argument: tree.Argument, word: str) -> None:
        if word not in self.signature.flags:
            raise slips.no_word(self, argument, word)
        name, value = self.signature.flags[word]
        if name in self.fields:
            raise self.scope.error(argument, "E212", f"{word} is said twice, or against another word", ("keep one",))
        self.fields[name] = value

    def _switch(self, argument: tree.Argument) -> None:
        """A flag by number, 1 or 0: so blocks pass flags on."""
        value = evaluate(argument.value, self.scope)
        if value not in (0, 1):
            help = (f"{argument.key}=1 says it, {argument.key}=0 does not",)
            raise self.scope.error(
                argument, "E214", f"the flag {argument.key} must be 0 or 1", help, f"this is {value}"
            )
        if value:
            self._flag(argument, argument.key)

    def _positional(self, argument: tree.Argument) -> None:
        try:
            value = evaluate(argument.value, self.scope)
        except SpecError:
            self.waiting = self.waiting[1:]
            raise
        if isinstance(value, Word) and value in WORDS:
            raise slips.missing_arrow(self, argument, value)
        if not self.waiting:
            raise slips.too_many(self, argument)
        self._set(self.waiting.pop(0), value, argument)

    def _set(self, field: dataclasses.Field[Any], value: Any, argument: tree.Argument) -> None:
        kind = field.metadata["kind"]
        if field.name in self.fields:
            raise self.scope.error(argument, "E212", f"{self.text(argument)} is given twice", ("keep one",))
        if self.scope.unknowns is not None:
            value = unknowns.assign(self.scope.unknowns, self.op, field, value, argument.value)
        try:
            self.fields[field.name] = kind.read(value)
        except ValueError as error:
            self.fields.setdefault(field.name, None)
            what = f"{self.op.word}'s {field.name.replace('_', ' ')} must be {kind.what}"
            by_place = field in self.signature.arguments
            help = self.example() if by_place else advice.example(field.metadata["key"], kind.what)
            raise self.scope.error(argument, "E214", what, (help,), str(error)) from None

    def text(self, part: Any) -> str:
        """A piece of syntax as it is written."""
        return self.scope.source.text[part.start : part.end]

    def finish(self) -> None:
        """Refuse what is missing, then report every mistake."""
        options = [field for field in self.signature.options.values() if field.name not in self.fields]
        missing = [field for field in (*self.waiting, *options) if field.default is dataclasses.MISSING]
        if missing and not self.failed:
            kind = missing[0].metadata["kind"]
            name = missing[0].name.replace("_", " ")
            message = f"{self.op.word} needs its {name}: {kind.what}"
            self.mistakes += self.scope.error(self.part, "E217", message, (self.example(),)).diagnostics
        if self.mistakes or self.failed:
            raise SpecError(*self.mistakes)

    def example(self) -> str:
        """How the layer is written."""
        names = [field.name.replace("_", " ") for field in self.signature.arguments]
        order = f"{' first, then '.join(names)}: " if len(names) > 1 else ""
        return f"{order}for example {EXAMPLES.get(self.op.word, self.op.word)}"


EXAMPLES = {
    "INPUT": "INPUT 227x227x3",
    "CONV": "CONV 96 11x11 s4",
    "DWCONV": "DWCONV 3x3 p1",
    "TCONV": "TCONV 64 2x2 s2",
    "POOL": "POOL 3 s2, or POOL avg 2 s2",
    "FC": "FC 4096",
    "LINEAR": "LINEAR 768",
    "LRN": "LRN 5",
    "DROP": "DROP 0.5",
    "EMBED": "EMBED 50257 768",
    "POSEMB": "POSEMB 1024",
    "ATTEND": "ATTEND 12 [LINEAR 768, LINEAR 768, LINEAR 768], or LINEAR 2304 -> ATTEND 12",
    "ATTN": "ATTN 12 causal",
    "ROPE": "ROPE 32",
    "ALIBI": "ALIBI 16",
    "RELPOS": "PARAM 169x3 -> RELPOS 7x7",
    "BUCKETS": "PARAM 32x8 -> BUCKETS 128 128 bi",
    "SHIFTMASK": "SHIFTMASK 7x7 3x3",
    "COORDS": "COORDS 8x8",
    "EINSUM": 'EINSUM "h t d, s h d -> h t s" [ID, @keys]',
    "MOE": "MOE 8 top=2 [LINEAR 128 -> RELU -> LINEAR 32]",
}
