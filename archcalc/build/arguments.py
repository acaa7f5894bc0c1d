"""From the arguments of a layer, as written, to an op."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from ..errors import Diagnostic, Fix, SpecError
from ..ops import WORDS, find
from ..ops.base import Op
from ..ops.fields import Signature, Word, signature
from ..syntax import tree
from ..words import nearest
from . import advice
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
    binder = _Binder(op, arguments, part, scope)
    while binder.take_next():
        pass
    binder.finish()
    if fit in binder.signature.flags:
        binder.fields.setdefault("fit", fit)
    return op(**binder.fields)


class _Binder:
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
            return error.diagnostics[:1] and error.diagnostics[0].code not in ("E105", "E216") and len(self.mistakes) < MAX_MISTAKES
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
        if field is None and self.signature.keys is not None:
            return self._free(self.signature.keys, argument)
        if field is None:
            raise self._unknown(argument, argument.key, self._text(argument.value))
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
            raise self._no_flag(argument, word)
        name, value = self.signature.flags[word]
        if name in self.fields:
            raise self.scope.error(argument, "E212", f"{word} is said twice, or against another word", ("keep one",))
        self.fields[name] = value

    def _switch(self, argument: tree.Argument) -> None:
        """A flag by number, 1 or 0: so blocks pass flags on."""
        value = evaluate(argument.value, self.scope)
        if value not in (0, 1):
            help = (f"{argument.key}=1 says it, {argument.key}=0 does not",)
            raise self.scope.error(argument, "E214", f"the flag {argument.key} must be 0 or 1", help, f"this is {value}")
        if value:
            self._flag(argument, argument.key)

    def _positional(self, argument: tree.Argument) -> None:
        try:
            value = evaluate(argument.value, self.scope)
        except SpecError:
            self.waiting = self.waiting[1:]
            raise
        if isinstance(value, Word) and (value in WORDS or (not self.waiting and not advice.split(value)[0])):
            raise self._missing_arrow(argument, value)
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
            raise self.scope.error(argument, "E214", what, (self.example(),), str(error)) from None

    # Arguments that are not understood

    def _no_flag(self, argument: tree.Argument, word: str) -> SpecError:
        """A lower case word that the layer does not take: an option written otherwise, another layer, or a name."""
        following = self._number_behind()
        if word == "x" and following is not None:
            return self._spaced(argument)
        if following is not None and self._is_option(word):
            self.index += 1
            pair = argument._replace(end=following.end)
            return self._unknown(pair, word, self._text(following), self._text(pair))
        if word.upper() in WORDS or self.scope.block(word):
            return self._missing_arrow(argument, word.upper() if word.upper() in WORDS else word)
        key, value = advice.split(word)
        if key and advice.meant(key, value, self.signature, self.op.word):
            self.waiting = self.waiting[1:]
            return self._unknown(argument, key, value, word)
        is_value = self.waiting or not self.scope.source.text[argument.start - 1].isspace()
        return self._no_name(argument, word) if is_value else self._unknown(argument, word, "")

    def _no_name(self, argument: tree.Argument, word: str) -> SpecError:
        """A word where a value is due."""
        if self.scope.misses_import():
            return SpecError()
        start = argument.start
        while start and not self.scope.source.text[start - 1].isspace():
            start -= 1
        self.waiting = self.waiting[1:]
        text = self.scope.source.text[start : argument.end]
        known = list(self.scope.names())
        near = nearest(word, self.signature.flags, 1)
        help = f"did you mean {near[0]}?" if near else advice.name(text, known)
        return self._error(argument._replace(start=start), "E201", f"{text} has no value here", help)

    def _is_option(self, word: str) -> bool:
        found = advice.meant(word, "1", self.signature, self.op.word)
        return bool(found and found.write)

    def _number_behind(self) -> tree.Argument | None:
        """The next argument if it is a plain number or shape."""
        behind = self.arguments[self.index] if self.index < len(self.arguments) else None
        return behind if behind and not behind.key and isinstance(behind.value, tree.Glued) else None

    def _unknown(self, argument: tree.Argument, word: str, value: str, text: str = "") -> SpecError:
        help, write = advice.unknown(word, value, self.signature, self.op.word)
        kind = "option" if argument.key else "word"
        return self._error(argument, "E215", f"{self.op.word} has no {kind} {text or word}", help, write)

    def _spaced(self, argument: tree.Argument) -> SpecError:
        """3 x 3, an argument each."""
        first = max(self.index - 2, 0)
        while self.index + 2 < len(self.arguments) and self._text(self.arguments[self.index + 1]) == "x":
            self.index += 2
        shape = argument._replace(start=self.arguments[first].start, end=self.arguments[self.index].end)
        self.index += 1
        write = "".join(self._text(shape).split())
        return self._error(shape, "E109", "a shape is glued by x, without blanks", f"write {write}", write)

    def _missing_arrow(self, argument: tree.Argument, word: str) -> SpecError:
        return self._error(argument, "E105", f"-> is missing before {self._text(argument)}", f"write -> {word}", f"-> {word}")

    def _too_many(self, argument: tree.Argument) -> SpecError:
        text, before = self._text(argument), self.arguments[: self.index]
        sizes = [self._text(item) for item in before if not item.key]
        key, value = advice.split(text.lower())
        if key in self.signature.options:
            right = advice.written(key, value)
            return self._error(argument, "E215", f"{self.op.word} has no word {text}", f"did you mean {right}?", right)
        if self.signature.arguments and len(sizes) == len(before) and all(size.isdigit() for size in sizes):
            sizes += [self._text(item) for item in self.arguments[self.index :] if not item.key and self._text(item).isdigit()]
            shape = "x".join(sizes[len(self.signature.arguments) - 1 :])
            help = f"sizes are joined by x: {' '.join([self.op.word, *sizes[: len(self.signature.arguments) - 1], shape])}"
        else:
            names = [field.name for field in self.signature.arguments]
            takes = " and ".join(names).replace("_", " ") if names else "no arguments"
            help = f"{self.op.word} takes {takes}; the next layer follows after ->"
        return self.scope.error(argument, "E216", f"{text} is one argument too many", (help,))

    def _error(self, argument: tree.Argument, code: str, message: str, help: str, write: str = "") -> SpecError:
        fixes = (Fix(f"write {write}", write),) if write else ()
        return SpecError(
            Diagnostic(code, message, "", (help,), fixes, self.scope.place(argument), self.scope.trace)
        )  # fmt: skip

    def _text(self, part: Any) -> str:
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
