"""Declarations: set, check, let, def, import."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..errors import Diagnostic, SpecError
from ..graph import Pin, Stated
from ..shape import CEIL, EXACT, FLOOR
from ..symbolic import Symbolic
from ..syntax import tree
from ..words import nearest
from .scope import Block, Scope
from .values import evaluate

if TYPE_CHECKING:
    from .builder import Builder

SETTINGS = ("title", "source", "fit", "batch")
FITS = (EXACT, FLOOR, CEIL)
PINS = ("params", "macs", "flops", "activations", "buffers", "connections")
"""The totals that `check` can pin."""


def line(builder: Builder, part: tree.Line, scope: Scope, started: bool) -> None:
    """One declaration of a file."""
    match part:
        case tree.Stated():
            builder.stated.append(Stated(part.key, part.said, part.amounts, part.rows, part.total, scope.place(part)))
        case tree.Declaration(kind="set"):
            _set(builder, part, scope, started)
        case tree.Declaration(kind="check"):
            _check(builder, part, scope)
        case tree.Declaration():
            let(part, scope, builder.options.values)
            builder.overridden |= any(setting.key in builder.options.values for setting in part.settings)
        case tree.Definition():
            define(part, scope)
        case tree.Import():
            from .imports import import_file  # noqa: PLC0415 - imports.py needs this module

            import_file(builder, part, scope)


def _set(builder: Builder, part: tree.Declaration, scope: Scope, started: bool) -> None:
    if started:
        raise scope.error(part, "E222", "set comes too late", ("write it above the first layer",))
    for setting in part.settings:
        with builder.reporting(setting):
            if setting.key not in SETTINGS:
                raise _unknown(setting, SETTINGS, "setting", scope)
            if setting.key in builder.settings:
                raise scope.error(setting, "E212", f"{setting.key} is set twice", ("keep one",))
            # what a mistake leaves unset must not make more of them
            builder.settings[setting.key] = FLOOR if setting.key == "fit" else ""
            builder.settings[setting.key] = _setting(setting, scope)


def _setting(setting: tree.Setting, scope: Scope) -> Any:
    if setting.key == "fit":
        word = setting.value.text if isinstance(setting.value, tree.Name) else ""
        if word not in FITS:
            raise scope.error(setting, "E224", "fit is exact, floor or ceil", ("set fit=floor",))
        return "" if word == EXACT else word
    if setting.key == "batch":
        size = evaluate(setting.value, scope)
        if not isinstance(size, int) or size < 1:
            raise scope.error(setting, "E224", "batch is a whole number of at least 1", ("set batch=32",))
        return size
    if not isinstance(setting.value, tree.Text):
        text = scope.source.text[setting.value.start : setting.value.end]
        raise scope.error(setting, "E224", f"{setting.key} is a text in quotes", (f'set {setting.key}="{text}"',))
    return setting.value.value


def _check(builder: Builder, part: tree.Declaration, scope: Scope) -> None:
    for setting in part.settings:
        with builder.reporting(setting):
            builder.pins.append(_pin(setting, scope, {pin.key for pin in builder.pins}))


def _pin(setting: tree.Setting, scope: Scope, known: set[str]) -> Pin:
    if setting.key not in PINS:
        raise _unknown(setting, PINS, "total", scope)
    if setting.key in known:
        raise scope.error(setting, "E212", f"{setting.key} is checked twice", ("keep one",))
    value = evaluate(setting.value, scope)
    if isinstance(value, Symbolic):
        return Pin(setting.key, value, scope.place(setting))
    if not isinstance(value, int | Fraction) or value != int(value):
        help = (f"check {setting.key}=62378344, or a formula in free dimensions: check {setting.key}=(49*C**2)",)
        raise scope.error(setting, "E225", f"{setting.key} is a whole number", help)
    return Pin(setting.key, int(value), scope.place(setting))


def let(part: tree.Declaration, scope: Scope, overrides: Any = ()) -> None:
    """Give names their values; what the caller overrides stays."""
    mistakes: list[Diagnostic] = []
    for setting in part.settings:
        if setting.key in overrides:
            continue
        try:
            scope.values[setting.key] = evaluate(setting.value, scope)
            if scope.unknowns is not None:
                scope.unknowns.given(setting.key)
        except SpecError as error:
            scope.unknown.add(setting.key)
            mistakes += error.diagnostics
    if mistakes:
        raise SpecError(*mistakes)


def define(part: tree.Definition, scope: Scope) -> None:
    """Remember a block."""
    names = [parameter.name for parameter in part.parameters]
    twice = next((item for index, item in enumerate(part.parameters) if item.name in names[:index]), None)
    if twice is not None:
        scope.incomplete = True
        raise scope.error(twice, "E226", f"two parameters of {part.name} are called {twice.name}", ("rename one",))
    scope.blocks[part.name] = Block(part, scope)


def _unknown(setting: tree.Setting, known: tuple[str, ...], what: str, scope: Scope) -> Exception:
    near = nearest(setting.key, known)
    help = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    return scope.error(setting, "E227", f"there is no {what} {setting.key}", (help,))


def check_unused(builder: Builder) -> None:
    """An override that nothing in the text asks for is a mistake of the caller."""
    text = builder.root.source.text
    for name in builder.options.values:
        # HxWxC has no word boundary between its symbols
        if not re.search(rf"(?<![A-Za-wyz0-9_]){re.escape(name)}(?![A-Za-wyz0-9_])", text):
            help = ("names set by let and free dimensions can be given",)
            builder.mistakes.append(Diagnostic("E228", f"the spec has no {name} to set", help=help))
