"""What the numbers of a row are: each is exactly one thing."""

from __future__ import annotations

import re

from ..errors import Diagnostic
from ..source import Source
from ..syntax import tree
from .kinds import FLAGS, MODES, NORM_SIZE, SAID, Kind, kind
from .reading import Part

Given = dict[str, Part]
"""The numbers of a row by what they are."""

_NUMBERS = ("NUMBER", "SIZE", "SIDES", "STRIDE", "PAD", "KERNEL", "COUNT", "DILATION", "GROUPS", "VALID")
_DEFAULTS = {"s": 1, "p": 0, "d": 1, "g": 1}


def given(
    row: list[Part], word: str, main: Part, volume: Part | None, source: Source
) -> tuple[Given, list[Diagnostic]]:
    """The numbers of a row whose layer is `word` in our language, and the mistakes among them."""
    rules, numbers, mistakes = kind(word), Given(), []
    for part in row:
        role = _role(part, word, main)
        if role is None:
            continue
        mistake = _refused(part, role, main, numbers, rules, source)
        if mistake:
            mistakes.append(mistake)
        else:
            numbers[role] = part._replace(amount=_number(0, part)) if part.role == "VALID" else part
    if word == "INPUT" and volume and not mistakes:
        numbers.setdefault("SIZE", volume)
    if not mistakes:
        numbers |= {role: part for role, part in named(word, main, volume, numbers).items() if role not in numbers}
    if word == "LRN":
        numbers.setdefault("COUNT", main._replace(amount=_number(NORM_SIZE, main)))
    for role, what in rules.needs.items():
        if role not in numbers and not mistakes:
            message = f"{main.text.strip()} doesn't say {what}"
            mistakes.append(_mistake("E122", message, f"a row reads {rules.example}", main, source))
    return numbers, mistakes


def _role(part: Part, word: str, main: Part) -> str | None:
    """What the number of a part is; None if it has none, or belongs to another layer of the row."""
    if part.role == "DROP":
        return "RATE" if part is main and part.amount else None
    if part.role not in _NUMBERS or (part.role == "GROUPS" and part.amount is None):
        return None
    if part.role == "NUMBER":
        return {"DROP": "RATE", "INPUT": "SIZE"}.get(word, "COUNT")
    return {"KERNEL": "SIZE", "VALID": "PAD"}.get(part.role, part.role)


def _refused(part: Part, role: str, main: Part, known: Given, rules: Kind, source: Source) -> Diagnostic | None:
    text, help = source.text[part.start : part.end], f"a row reads {rules.example}"
    if part.amount is None and part.role != "VALID":
        return _mistake("E121", f"{text} has no number", f"write it right behind: {text} 2", part, source)
    if role == "SIDES":
        return _mistake(
            "E121", f"{text} cannot be understood here", f"a pad before and after: pad {text}", part, source
        )
    if role not in rules.takes:
        note = f"{main.text.strip()} has no {SAID[role].removeprefix('the ')}"
        return _mistake("E121", f"{text} cannot be understood here", help, part, source, note)
    if role in known:
        note = f"{source.text[known[role].start : known[role].end]} is {SAID[role]} already"
        return _mistake("E121", f"{text} is one number too many", help, part, source, note)
    return None


def named(word: str, main: Part, volume: Part | None, numbers: Given) -> Given:
    """What the name of a layer says, and its volume, where the row says no more: CONV3-64, POOL2, FC-4096, FC."""
    size, _, count = re.sub(r"[^\d-]", "", main.text).strip("-").partition("-")
    if word == "CONV" and size and count and not {"COUNT", "SIZE", "PAD"} & {*numbers}:
        square = [int(size), int(size)]
        return {
            "SIZE": _said(main, *square),
            "COUNT": _said(main, int(count)),
            "PAD": _said(main, (int(size) - 1) // 2),
        }
    if word == "POOL" and volume and size == "2" and not {"SIZE", "STRIDE"} & {*numbers}:
        return {"SIZE": _said(main, 2, 2), "STRIDE": _said(main, 2)}
    if word == "FC" and re.search(r"-\d", main.text):
        return {"COUNT": _said(main, int(size))}
    if word == "FC" and volume and volume.amount and isinstance(volume.amount.axes[-1], tree.Number):
        return {"COUNT": volume._replace(amount=volume.amount._replace(axes=volume.amount.axes[-1:]))}
    return {}


def _said(part: Part, *values: int) -> Part:
    numbers = tuple(tree.Number(value, part.start, part.end) for value in values)
    return part._replace(amount=tree.Glued(numbers, part.start, part.end))


def depth(word: str, numbers: Given, axes: int) -> tuple[tuple[tree.Stage, ...], Given]:
    """Filters may be told with their depth, 5x5x3 over a volume of as many `axes`: a claim about its channels."""
    size = numbers.get("SIZE")
    if word != "CONV" or size is None or size.amount is None or len(size.amount.axes) != max(axes, 3):
        return (), numbers
    *kernel, channels = size.amount.axes
    groups = numbers["GROUPS"].amount if "GROUPS" in numbers else None
    if groups:
        channels = tree.Operation("*", (channels, groups.axes[0]), size.start, size.end)  # type: ignore[arg-type]
    unknown = tuple(tree.Unknown(size.start, size.end) for _ in kernel)
    claim = tree.Glued((*unknown, channels), size.start, size.end)
    stage = tree.Stage("", tree.Layer("ID", (), None, size.start, size.end), claim, size.start, size.end)
    return (stage,), numbers | {"SIZE": size._replace(amount=size.amount._replace(axes=tuple(kernel)))}


def arguments(word: str, numbers: Given) -> tuple[tree.Argument, ...]:
    """The arguments of a layer; what would be so anyway is left out."""
    result = []
    for role, key in kind(word).takes.items():
        part = numbers.get(role)
        if part and part.amount and not (_is_default(key, part.amount) and role not in kind(word).needs):
            result.append(tree.Argument(key, part.amount, bool(key), part.start, part.end))
    return tuple(result)


def _is_default(key: str, amount: tree.Glued) -> bool:
    default = _DEFAULTS.get(key)
    return default is not None and all(isinstance(size, tree.Number) and size.value == default for size in amount.axes)


def modes(row: list[Part], word: str, source: Source) -> tuple[list[tree.Argument], list[Diagnostic]]:
    """The words of a row that are arguments: how it pools, same, floor; and those that mean nothing for its layer."""
    rules, mistakes = kind(word), []
    flags = {FLAGS[part.role]: part for part in row if part.role in FLAGS}
    pools = {MODES[part.role]: part for part in row if part.role in MODES}
    strange = [part for name, part in flags.items() if name not in rules.flags]
    if word not in ("POOL", "GAP", "GMP"):
        strange += [part for part in row if part.role in MODES or part.role == "GLOBAL"]
    for part in strange:
        message = f"{part.text} means nothing for {word}"
        mistakes.append(_mistake("E120", message, f"a row reads {rules.example}", part, source))
    if len(pools) > 1 and not strange:
        part, note = list(pools.values())[-1], " and ".join(pools)
        mistakes.append(_mistake("E120", "the row pools in two ways", "keep one of them", part, source, note))
    if word == "POOL":
        flags = {name: part for name, part in pools.items() if name != "max"} | flags
    return [tree.Argument("", tree.Name(name, *part[2:4]), False, *part[2:4]) for name, part in flags.items()], mistakes


def _number(value: int, part: Part) -> tree.Glued:
    return tree.Glued((tree.Number(value, part.start, part.end),), part.start, part.end)


def _mistake(code: str, message: str, help: str, part: Part, source: Source, note: str = "") -> Diagnostic:
    return Diagnostic(code, message, note, (help,), place=source.place(part.start, part.end))
