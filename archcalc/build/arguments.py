"""From the arguments of a layer, as written, to an op."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from ..errors import Diagnostic, SpecError
from ..ops import WORDS, find
from ..ops.base import Op
from ..ops.fields import Signature, Word, signature
from ..syntax import tree
from ..words import nearest
from .scope import Scope
from .values import evaluate


def find_op(word: str, part: tree.Layer | tree.Name, scope: Scope) -> type[Op]:
    """The op class of a word."""
    op = find(word)
    if op is not None:
        return op
    near = nearest(word, WORDS)
    help = f"did you mean {' or '.join(near)}?" if near else "archcalc list --layers shows all of them"
    span = tree.Name(word, part.start, part.start + len(word))
    raise scope.error(span, "E210", f"there is no layer {word}", (help,))


def bind(op: type[Op], arguments: Sequence[tree.Argument], part: tree.Layer, scope: Scope, fit: str) -> Op:
    """The op with its arguments; all mistakes among them are reported together."""
    binder = _Binder(op, part, scope)
    for argument in arguments:
        binder.take(argument)
    binder.finish()
    if fit and any(field.name == "fit" for field in dataclasses.fields(op)):  # type: ignore[arg-type]
        binder.fields.setdefault("fit", fit)
    return op(**binder.fields)


class _Binder:
    """Collects the fields of one op."""

    def __init__(self, op: type[Op], part: tree.Layer, scope: Scope) -> None:
        self.op, self.part, self.scope = op, part, scope
        self.signature: Signature = signature(op)
        self.waiting = list(self.signature.arguments)
        self.fields: dict[str, Any] = {}
        self.mistakes: list[Diagnostic] = []
        self.failed = False

    def take(self, argument: tree.Argument) -> None:
        """One argument; after a missing -> the rest belongs to another layer."""
        if any(mistake.code == "E213" for mistake in self.mistakes):
            return
        try:
            self._take(argument)
        except SpecError as error:
            self.mistakes += error.diagnostics
            self.failed = True

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
        if field is None and self.signature.keys is not None:
            return self._free(self.signature.keys, argument)
        if field is None:
            raise self._unknown(argument, argument.key)
        if argument.short and self.scope.find(self._text(argument)) is not None:
            text = self._text(argument)
            help = (f"write ({text}) for its value, or {argument.key}= for the option",)
            raise self.scope.error(argument, "E211", f"{text} is a name here, and could be an option too", help)
        return self._set(field, evaluate(argument.value, self.scope), argument)

    def _free(self, field: dataclasses.Field[Any], argument: tree.Argument) -> None:
        """A key that is no option's, among the others."""
        others = self.fields.pop(field.name, ())
        if argument.key in dict(others):
            raise self.scope.error(argument, "E212", f"{argument.key}= is given twice", ("keep one",))
        self._set(field, evaluate(argument.value, self.scope), argument)
        self.fields[field.name] = (*others, (argument.key, self.fields[field.name]))

    def _flag(self, argument: tree.Argument, word: str) -> None:
        if word not in self.signature.flags:
            raise self._unknown(argument, word)
        name, value = self.signature.flags[word]
        if name in self.fields:
            raise self.scope.error(argument, "E212", f"{word} is said twice, or against another word", ("keep one",))
        self.fields[name] = value

    def _positional(self, argument: tree.Argument) -> None:
        value = evaluate(argument.value, self.scope)
        if isinstance(value, Word) and value in WORDS:
            raise self.scope.error(argument, "E213", f"a -> is missing before {value}", (f"-> {value}",))
        if not self.waiting:
            raise self._too_many(argument)
        self._set(self.waiting.pop(0), value, argument)

    def _set(self, field: dataclasses.Field[Any], value: Any, argument: tree.Argument) -> None:
        kind = field.metadata["kind"]
        if field.name in self.fields:
            raise self.scope.error(argument, "E212", f"{self._text(argument)} is given twice", ("keep one",))
        free = [size for size in (value if isinstance(value, tuple) else (value,)) if isinstance(size, Word)]
        if free:
            help = ("symbols are not available yet: write a number, or set it with let",)
            raise self.scope.error(argument, "E252", f"{free[0]} is a free dimension", help)
        try:
            self.fields[field.name] = kind.read(value)
        except ValueError as error:
            self.fields.setdefault(field.name, None)
            what = f"{self.op.word}'s {field.name.replace('_', ' ')} must be {kind.what}"
            raise self.scope.error(argument, "E214", what, (), str(error)) from None

    def _unknown(self, argument: tree.Argument, word: str) -> SpecError:
        words = self.signature.words
        near = nearest(word, words)
        if word == "x":
            help = "write 3x3 without blanks"
        elif near:
            help = f"did you mean {' or '.join(near)}?"
        else:
            help = f"{self.op.word} takes {', '.join(words)}" if words else f"{self.op.word} takes no options"
        kind = "option" if argument.key else "word"
        return self.scope.error(argument, "E215", f"{self.op.word} has no {kind} {word}", (help,))

    def _too_many(self, argument: tree.Argument) -> SpecError:
        names = [field.name for field in self.signature.arguments]
        takes = f"{self.op.word} takes {' and '.join(names) if names else 'no arguments'}"
        help = f"{takes}; the next layer follows after ->"
        return self.scope.error(argument, "E216", f"{self._text(argument)} is one argument too many", (help,))

    def _text(self, argument: tree.Argument) -> str:
        return self.scope.source.text[argument.start : argument.end]

    def finish(self) -> None:
        """Refuse what is missing, then report every mistake."""
        missing = [field for field in self.waiting if field.default is dataclasses.MISSING]
        if missing and not self.failed:
            kind = missing[0].metadata["kind"]
            name = missing[0].name.replace("_", " ")
            message = f"{self.op.word} needs its {name}: {kind.what}"
            self.mistakes += self.scope.error(self.part, "E217", message, (self.example(),)).diagnostics
        if self.mistakes or self.failed:
            raise SpecError(*self.mistakes)

    def example(self) -> str:
        """How the layer is written."""
        return "for example " + EXAMPLES.get(self.op.word, self.op.word)


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
}
