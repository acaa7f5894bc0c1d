"""Reads reports back: what every format says of each layer, and of the sums."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from typing import Any, NamedTuple

from archcalc import Table

KEYS = (
    "name", "text", "output", "params", "buffers", "macs", "flops", "connections", "activations", "activation_bytes",
)  # fmt: skip
"""The columns that are read back; none of them is ever empty."""
Cells = tuple[str, ...]


class Read(NamedTuple):
    """What a report says: the layers, in order, and the lines of sums."""

    layers: list[Cells]
    feet: list[Cells]
    whole: str


def cells(values: Iterable[Any]) -> Cells:
    """Cells as programs have them: digits without separators, formulas as Python writes them, bytes without a unit."""
    return tuple(_plain(str(value)) for value in values)


def _plain(text: str) -> str:
    digits = "⁰¹²³⁴⁵⁶⁷⁸⁹"
    text = re.sub(f"[{digits}]+", lambda found: f"**{''.join(str(digits.index(one)) for one in found[0])}", text)
    text = re.sub(r"\[\[.*\]\]", "[...]", text.replace("·", "*").removesuffix(" B"))
    return text.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})*( \+ \?)?", text) else text


def _split(rows: list[Cells], whole: str) -> Read:
    """The lines of sums are called shown and total, and say in the second column how many layers they sum."""
    feet = [row for row in rows if re.fullmatch(r"(\S+ of )?\S+ layers?", row[1]) and row[0] in ("shown", "total")]
    return Read([row for row in rows if row not in feet], feet, whole)


def text(table: Table, **view: Any) -> Read:
    whole = table.report("text", columns=",".join(KEYS), **{"units": "full", **view})
    lines = iter(whole.splitlines())
    heads = next(line for line in lines if line.startswith("layer  "))
    rows = []
    for line in lines:
        found = re.split(" {2,}", line.strip())
        if not line:
            break
        if len(found) > 1 and line != heads:
            rows.append(cells(found if len(found) == len(KEYS) else [*found[:2], "", *found[2:]]))
    return _split(rows, whole)


def markdown(table: Table, **view: Any) -> Read:
    whole = table.report("md", columns=",".join(KEYS), **{"units": "full", **view})
    rows = [line[2:-2].split(" | ") for line in whole.splitlines() if line.startswith("| ")]
    found = [cells(re.sub(r"\\(.)", r"\1", cell.removeprefix("**").removesuffix("**")) for cell in row) for row in rows]
    return _split(found[2:], whole)


def comma_separated(table: Table, **view: Any) -> Read:
    whole = table.report("csv", columns=",".join(KEYS), **view)
    return Read([cells(row.values()) for row in csv.DictReader(io.StringIO(whole))], [], whole)


_TEX = {
    r"\textbackslash{}": "\\", r"\textasciicircum{}": "^", r"\textasciitilde{}": "~", r"\textless{}": "<",
    r"\textgreater{}": ">", r"\textbar{}": "|", r"$\times$": "×", r"$\cdot$": "·", r"$\to$": "→", "''": '"',
    r"\allowbreak{}": "", r"\dots{}": "…",
}  # fmt: skip


def latex(table: Table, **view: Any) -> Read:
    whole = table.report("tex", columns=",".join(KEYS), **{"units": "full", **view})
    body = whole.partition("\\endlastfoot\n")[2].partition("\\end{longtable}")[0].replace("\\midrule\n", "")
    rows = [[from_tex(cell) for cell in line.removesuffix(r" \\").split(" & ")] for line in body.splitlines()]
    return _split([cells(row) for row in rows], whole)


def from_tex(cell: str) -> str:
    for command, sign in _TEX.items():
        cell = cell.replace(command, sign)
    cell = re.sub(r"\$\^(\d)\$", lambda found: "⁰¹²³⁴⁵⁶⁷⁸⁹"[int(found[1])], cell)
    return re.sub(r"\\([{}$&#%_])", r"\1", cell)


def objects(table: Table, **view: Any) -> Read:
    whole = table.report("json", columns=",".join(KEYS), **view)
    content = json.loads(whole)
    layers = [
        cells("x".join(_size(size) for size in value) if key == "output" else value for key, value in layer.items())
        for layer in content["layers"]
    ]
    shown, of = content["shown"], f"{content['shown']['of']} layers"
    part = f"{shown['layers']} of {of}"
    feet = [cells(["shown", part, "", *[shown["totals"][key] for key in KEYS[3:]]])] * (shown["layers"] != shown["of"])
    feet.append(cells(["total", of, "", *[content["totals"][key] for key in KEYS[3:]]]))
    return Read(layers, feet, whole)


def _size(size: int | str) -> str:
    """Formulas stand in parentheses, as the language has them."""
    return str(size) if isinstance(size, int) or size.isalnum() else f"({size})"


class _Page(HTMLParser):
    """The cells of a page's table; heads of blocks are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = self.skipped = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.skipped = dict(attributes).get("class") == "block"
            self.rows += [[]] * (not self.skipped)
            self.rows[-1:] = [list(self.rows[-1])]
        self.inside = tag in ("td", "th", "span") and not self.skipped
        if tag in ("td", "th") and not self.skipped:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = tag == "span"  # a name goes on after the path in front of it

    def handle_data(self, data: str) -> None:
        if self.inside and self.rows and not self.skipped:
            self.rows[-1][-1] += data


def page(table: Table, **view: Any) -> Read:
    whole = table.report("html", columns=",".join(KEYS), **{"units": "full", **view})
    reader = _Page()
    reader.feed(whole[whole.index("<table>") : whole.index("</table>")])
    return _split([cells(row) for row in reader.rows[1:]], whole)


FORMATS: dict[str, Callable[..., Read]] = {
    "text": text, "md": markdown, "csv": comma_separated, "tex": latex, "json": objects, "html": page,
}  # fmt: skip
