"""Arguments that a layer does not understand: what they were meant to be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..errors import Diagnostic, Fix, SpecError
from ..ops import WORDS
from ..syntax import tree
from ..words import layers_like, nearest
from . import advice

if TYPE_CHECKING:
    from .arguments import Binder

_THEN = ("then", "to", "into", "followed", "and")


def no_word(binder: Binder, argument: tree.Argument, word: str) -> SpecError:
    """A word that the layer does not take: an option written otherwise, another layer, or a name."""
    following = _behind(binder)
    if re.fullmatch(r"x(\d.*)?", word) and binder.index > 1:
        return _spaced(binder)
    if word in _THEN and not binder.waiting:
        return _error(binder, argument, "E116", f"{word} is no arrow", "->")
    if following is not None and _is_option(binder, word, binder.text(following)):
        binder.index += 1
        pair = argument._replace(end=following.end)
        return unknown(binder, pair, word, binder.text(following), binder.text(pair))
    layer = layers_like(word, WORDS, guess=not word.islower())
    if binder.scope.block(word) or layer:
        return missing_arrow(binder, argument, word if binder.scope.block(word) else layer[0])
    key, value = advice.split(word)
    if key and advice.meant(key, value, binder.signature, binder.op.word):
        binder.waiting = binder.waiting[1:]
        return unknown(binder, argument, key, value, word)
    if binder.scope.label(word):
        return _error(binder, argument, "E215", f"{binder.op.word} has no word {word}", f"@{word}")
    is_value = binder.waiting or not binder.scope.source.text[argument.start - 1].isspace()
    return _no_value(binder, argument, word) if is_value else unknown(binder, argument, word, "")


def _no_value(binder: Binder, argument: tree.Argument, word: str) -> SpecError:
    """A word where a value is due."""
    if binder.scope.misses_import():
        return SpecError()
    near = nearest(word, binder.signature.flags, 1)
    if near:
        return _error(binder, argument, "E215", f"{binder.op.word} has no word {word}", near[0])
    binder.waiting = binder.waiting[1:]
    start = argument.start
    while start and not binder.scope.source.text[start - 1].isspace():
        start -= 1
    whole = argument._replace(start=start)
    text = binder.text(whole)
    help = (advice.name(text, list(binder.scope.names())),)
    return binder.scope.error(whole, "E201", f"{text} has no value here", help)


def _is_option(binder: Binder, word: str, value: str) -> bool:
    found = advice.meant(word, value, binder.signature, binder.op.word)
    return bool(found and found.write)


def _behind(binder: Binder) -> tree.Argument | None:
    """The next argument if it is a plain value."""
    behind = binder.arguments[binder.index] if binder.index < len(binder.arguments) else None
    return behind if behind and not behind.key and isinstance(behind.value, tree.Glued | tree.Name) else None


def unknown(binder: Binder, argument: tree.Argument, word: str, value: str, text: str = "") -> SpecError:
    """An option or a word that the layer does not have."""
    help, write = advice.unknown(word, value, binder.signature, binder.op.word)
    kind = "option" if argument.key else "word"
    return _error(binder, argument, "E215", f"{binder.op.word} has no {kind} {text or word}", write, help)


def _spaced(binder: Binder) -> SpecError:
    """3 x 3, an argument each."""
    first = last = binder.index - 2
    while last + 1 < len(binder.arguments) and _continues(binder, last + 1):
        last += 1
    binder.index = last + 1
    shape = binder.arguments[first]._replace(end=binder.arguments[last].end)
    write = "".join(binder.text(shape).split())
    return _error(binder, shape, "E109", "a shape is glued by x, without blanks", write)


def _continues(binder: Binder, index: int) -> bool:
    """Whether an argument belongs to a shape with blanks in it."""
    text, before = binder.text(binder.arguments[index]), binder.text(binder.arguments[index - 1])
    return text.startswith("x") or (before.endswith("x") and text[0].isdigit())


def missing_arrow(binder: Binder, argument: tree.Argument, word: str) -> SpecError:
    """A layer or a block among the arguments of another."""
    return _error(binder, argument, "E105", f"-> is missing before {binder.text(argument)}", f"-> {word}")


def too_many(binder: Binder, argument: tree.Argument) -> SpecError:
    """An argument beyond the last."""
    text, word = binder.text(argument), binder.op.word
    key, value = advice.split(text.lower())
    if key in binder.signature.options:
        right = advice.written(key, value)
        return _error(binder, argument, "E215", f"{word} has no word {text}", right)
    layer = layers_like(text, WORDS) if text.isupper() and text.isalpha() else []
    if layer:
        return missing_arrow(binder, argument, layer[0])
    names = [field.name.replace("_", " ") for field in binder.signature.arguments]
    before = [binder.text(item) for item in binder.arguments[: binder.index]]
    if names and all(size.isdigit() for size in before):
        sizes = [*before, *(binder.text(item) for item in binder.arguments[binder.index :])]
        shape = "x".join(size for size in sizes[len(names) - 1 :] if size.isdigit())
        help = f"sizes are joined by x: {' '.join([word, *sizes[: len(names) - 1], shape])}"
    else:
        help = f"{word} takes {' and '.join(names) or 'no arguments'}; the next layer follows after ->"
    return binder.scope.error(argument, "E216", f"{text} is one argument too many", (help,))


def _error(binder: Binder, argument: tree.Argument, code: str, message: str, write: str, help: str = "") -> SpecError:
    """A mistake, and what replaces it."""
    scope, fixes = binder.scope, (Fix(f"write {write}", write),) if write else ()
    advice = (help or f"write {write}",)
    return SpecError(Diagnostic(code, message, "", advice, fixes, scope.place(argument), scope.trace))
