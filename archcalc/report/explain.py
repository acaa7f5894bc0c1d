"""The arithmetic of a network for people, as text and Markdown, and for programs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ..analysis.explain import Account, Explanation
from ..analysis.steps import Step
from ..analysis.table import SCHEMA
from ..arithmetic import Constant, Given
from ..errors import Styled
from ..screen import printable, width
from ..shape import show
from ..symbolic import plain
from .formula import PYTHON, TEXT, Notation
from .layers import summary
from .notes import CONVENTION, heading
from .spell import cut_middle, memory, without_arrays, wrap

WIDE = 80
"""The columns of text that goes elsewhere than to a terminal."""


def about(account: Account) -> str:
    """What a layer does, with its own numbers."""
    op = account.row.node.op
    sentence = re.split(r"(?<=\.) (?=[A-Z])", summary(type(op)))[0]
    return re.sub(r"`(\w+)`", lambda match: _word(getattr(op, match[1], None), match[1]), sentence)


def _word(value: Any, name: str) -> str:
    """A field of the op in a sentence: its value, or its name where there is none."""
    if isinstance(value, tuple):
        return show(value)
    return name if value is None or isinstance(value, bool | str) or callable(value) else f"{value}"


def volumes(account: Account) -> str:
    """What goes in and comes out."""
    inputs = ", ".join(map(show, account.row.inputs))
    return f"{inputs} -> {show(account.row.output)}" if inputs else show(account.row.output)


class Told(NamedTuple):
    """An account as it is told: what there is to say in words, or the earlier layer of which all the same was said."""

    account: Account
    words: str
    twin: str


def told(explanation: Explanation) -> Iterator[Told]:
    """Every account; what a kind of layer does is said once."""
    known: dict[Any, str] = {}
    kinds: set[str] = set()
    for account in explanation.accounts:
        row = account.row
        said = (row.text, row.inputs, account.steps, account.remarks)
        sentence = [] if row.op in kinds else [about(account)]
        twin = known.setdefault(said, row.name)
        kinds.add(row.op)
        yield Told(account, " ".join([*sentence, *account.remarks]), "" if twin == row.name else twin)


class Equation(NamedTuple):
    """A step's arithmetic and its value; one of them is "" where it says no more than the other."""

    arithmetic: str
    value: str


def equation(step: Step, notation: Notation) -> Equation:
    """What stands before and behind the equals sign. A formula's value is told if it is the shorter one."""
    value = notation.result(step.value)
    if isinstance(step.tree, Given | Constant):
        return Equation("", value)
    shorter = len(TEXT.result(step.value)) < len(TEXT.write(step.tree))
    return Equation(notation.write(step.tree), value if shorter or isinstance(step.value, int) else "")


def ending(step: Step) -> str:
    """The unit of a step, and what else there is to say."""
    unit = f" {step.unit}" if step.unit else ""
    if step.unit == "bytes" and isinstance(step.value, int) and step.value >= 1024:
        unit += f" ({memory(step.value)})"
    return unit + (f": {step.note}" if step.note else "")


def totals(explanation: Explanation) -> tuple[Step, ...]:
    """What is said of the whole: nothing where it is a single layer."""
    return explanation.totals if len(explanation.accounts) > 1 else ()


def report(explanation: Explanation, room: int | None = None) -> list[Styled]:
    """The explanation as lines for a screen of so many columns."""
    wide = min(max(room or WIDE, 40), 100)
    lines: list[Styled] = []
    if totals(explanation) or not explanation.accounts:
        title, through = map(printable, heading(explanation.table.graph))
        lines += [*_ends((title, "title"), (through, ""), wide), ()]
    for one in told(explanation):
        lines += [*_account(one, wide), ()]
    if totals(explanation):
        lines += [(("total", "name"),), *_steps(totals(explanation), wide), ()]
    if conditions := explanation.table.graph.conditions:
        lines += [*(((f"supposes {condition}", "caution"),) for condition in conditions), ()]
    if totals(explanation):
        lines += [*(((line, "faint"),) for line in wrap(CONVENTION, wide)), ()]
    return lines[:-1]


def _account(one: Told, wide: int) -> Iterator[Styled]:
    yield from _head(one, wide)
    if one.twin:
        yield ((f"  as {cut_middle(printable(one.twin), wide - 5, '...')}", "faint"),)
        return
    yield from (((f"  {line}", "faint"),) for line in wrap(printable(one.words), wide - 2) if line)
    yield from _steps(one.account.steps, wide)


def _head(one: Told, wide: int) -> Iterator[Styled]:
    """Name, layer and volumes: in one line if they fit."""
    row, through = one.account.row, volumes(one.account)
    name, written = printable(row.name), f"  {printable(without_arrays(row.text))}"
    if width(name + written) > wide:
        yield ((cut_middle(name, wide, "..."), "name"),)
        name = ""
    gap = wide - width(name + written) - width(through)
    pieces = ((name, "name"), (written, "strong"))
    if gap >= 2:
        yield (*pieces, (" " * gap + through, ""))
    else:
        yield pieces
        yield from (((line.rjust(wide), ""),) for line in wrap(through, wide))


def _ends(left: tuple[str, str], right: tuple[str, str], wide: int) -> Iterator[Styled]:
    """Two texts: at the ends of a line, or below each other where they do not fit."""
    gap = wide - width(left[0]) - width(right[0])
    if left[0] and gap >= 2:
        yield (left, (" " * gap + right[0], right[1]))
    else:
        yield from (((line, style),) for text, style in (left, right) if text for line in wrap(text, wide))


COLUMN = 17
"""Where arithmetic starts, unless what it is about is longer."""


def _steps(steps: Iterable[Step], wide: int) -> Iterator[Styled]:
    for step in steps:
        label = f"  {step.what.ljust(COLUMN - 2)}  "
        arithmetic, value = equation(step, TEXT)
        said = " = ".join(part for part in (arithmetic, value) if part) + ending(step)
        start = len(label)
        for line in broken(said, wide - start):
            yield ((label, "faint"), *_valued(line, value))
            label = " " * start


def _valued(line: str, value: str) -> Styled:
    """A line of an equation, its value in bold."""
    before, equals, after = line.rpartition("= ")
    if not value or not after.startswith(value):
        return ((line, ""),)
    return ((before + equals, ""), (value, "strong"), (after[len(value) :], ""))


def broken(said: str, room: int) -> list[str]:
    """An equation in lines: broken before a sign that stands in no brackets where that suffices, else at blanks.

    >>> broken("(227 - 11 + 2*0)/4 + 1 = 55", 20)
    ['(227 - 11 + 2*0)/4', '+ 1 = 55']
    """
    pieces, depth = [""], 0
    for part in re.split(r" (?=[-+x=] |mod )", said):
        pieces[-1:] = [pieces[-1] + " " + part] if depth else [*pieces[-1:], part]
        depth += part.count("(") - part.count(")")
    lines = [""]
    for piece in pieces[1:]:
        if lines[-1] and width(lines[-1]) + 1 + width(piece) > room:
            lines.append(piece)
        else:
            lines[-1] += f" {piece}" if lines[-1] else piece
    return [part for line in lines for part in wrap(line, room)]


def markdown(explanation: Explanation) -> str:
    """The explanation in Markdown: a heading and a table a layer."""
    parts = []
    if totals(explanation) or not explanation.accounts:
        title, through = map(_escape, heading(explanation.table.graph))
        parts += [f"## {title}" * bool(title), through]
    for account, words, twin in told(explanation):
        row = account.row
        parts.append(f"### {_escape(row.name)}: `{printable(without_arrays(row.text))}`")
        parts.append(volumes(account) + (f", as {_escape(twin)}" if twin else ""))
        parts += [] if twin else [_escape(words), _table(account.steps)]
    if totals(explanation):
        parts += ["### Total", _table(totals(explanation))]
    parts += [f"Supposes {_escape(condition)}." for condition in explanation.table.graph.conditions]
    parts.append(CONVENTION if totals(explanation) else "")
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(steps: Iterable[Step]) -> str:
    rows = [
        f"| {_escape(step.what)} | {_arithmetic(step)} | {_escape(TEXT.result(step.value) + ending(step))} |"
        for step in steps
    ]
    return "\n".join(["| what | arithmetic | result |", "|---|---|---|", *rows]) if rows else ""


def _arithmetic(step: Step) -> str:
    arithmetic = equation(step, TEXT).arithmetic
    return f"`{arithmetic}`" if arithmetic else ""


def _escape(text: str) -> str:
    for sign in "\\`*_<|":
        text = text.replace(sign, f"\\{sign}")
    return printable(text)


def as_dict(explanation: Explanation) -> dict[str, Any]:
    """The explanation for JSON; formulas are Python expressions in which / is exact."""
    graph = explanation.table.graph
    layers = [
        {
            "name": account.row.name,
            "op": account.row.op,
            "text": account.row.text,
            "about": " ".join((about(account), *account.remarks)),
            "inputs": plain(account.row.inputs),
            "output": plain(account.row.output),
            "steps": [_step(step) for step in account.steps],
        }
        for account in explanation.accounts
    ]
    return {
        "schema": SCHEMA,
        "name": graph.name,
        "title": graph.title,
        "layers": layers,
        "totals": [_step(step) for step in explanation.totals],
        "conditions": list(graph.conditions),
    }


def _step(step: Step) -> dict[str, Any]:
    value = step.value if isinstance(step.value, int) else str(plain(step.value))
    return {"what": step.what, "formula": PYTHON.write(step.tree), "value": value, "unit": step.unit, "note": step.note}
