r"""LaTeX: a document with one table, which compiles as it is and breaks over pages.

Rules are booktabs'; where that is not installed, plain ones. What stands between the two comment lines goes into a
paper of one's own as it is, which then needs array, booktabs, calc and longtable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..analysis.table import Table
from .columns import LEFT, column_of
from .explain_tex import escape
from .view import WHOLE, Sheet, View, sheet

_HEAD = r"""\documentclass{{article}}
\usepackage[{paper},margin=1.8cm]{{geometry}}
\usepackage{{array,calc,longtable}}
\IfFileExists{{booktabs.sty}}{{\usepackage{{booktabs}}}}{{%
  \newcommand{{\toprule}}{{\hline\noalign{{\vskip.5ex}}}}%
  \newcommand{{\midrule}}{{\noalign{{\vskip.3ex}}\hline\noalign{{\vskip.5ex}}}}%
  \newcommand{{\bottomrule}}{{\noalign{{\vskip.3ex}}\hline}}}}
\setlength{{\parindent}}{{0pt}}
\setlength{{\LTleft}}{{0pt}}
\pagestyle{{plain}}
\begin{{document}}
"""
_BEGIN, _END = "% the table: begin", "% the table: end"


class Page(NamedTuple):
    """A way to set the table: the paper, the size of its letters, how many em a line takes.

    A column that breaks its lines is at least so many em wide.
    """

    paper: str
    size: str
    room: float
    least: float = 99.0


_PAGES = (
    Page("a4paper", "small", 53), Page("a4paper", "footnotesize", 58), Page("a4paper,landscape", "small", 80),
    Page("a4paper,landscape", "footnotesize", 87), Page("a4paper,landscape", "scriptsize", 93, 9),
    Page("a3paper,landscape", "scriptsize", 137, 3),
)  # fmt: skip
_GAP = 1.0
"""Between columns, in em."""


class Column(NamedTuple):
    """A column: its key, its cells from head to sums, and how wide it is in em, if that is not what its cells need."""

    key: str
    cells: list[str]
    broken: float | None = None

    @property
    def widest(self) -> str:
        """The cell that sets how wide the column is: measured, so that one run of LaTeX is enough."""
        return max(self.cells, key=_em)


def document(table: Table, view: View = WHOLE) -> str:
    """The whole document."""
    shown = sheet(table, view)
    page, columns = _fitted([
        Column(key, [column_of(key).title, *shown.cells(key), *shown.feet_of(key)]) for key in shown.keys
    ])  # fmt: skip
    return "\n".join([
        _HEAD.format(paper=page.paper),
        *[rf"\section*{{{escape(shown.title)}}}"] * bool(shown.title),
        escape(shown.volumes) + "\n",
        _BEGIN, rf"{{\{page.size}\setlength{{\tabcolsep}}{{{_GAP / 2}em}}",
        *_table(columns, len(shown.feet)),
        "}", _END + "\n",
        *_notes(shown),
        escape(shown.convention) + "\n",
        "\\end{document}\n",
    ])  # fmt: skip


def _fitted(columns: Sequence[Column]) -> tuple[Page, list[Column]]:
    """The first page that gives every column its room; where letters are smallest, wide columns break their lines."""
    widths = [_em(column.widest) for column in columns]
    gaps = _GAP * (len(columns) - 1)
    for page in _PAGES:
        limit = max(widths)
        while limit > page.least and sum([min(width, limit) for width in widths]) + gaps > page.room:
            limit -= 0.5
        if sum([min(width, limit) for width in widths]) + gaps <= page.room:
            break
    pairs = zip(columns, widths, strict=True)
    return page, [column._replace(broken=limit) if width > limit else column for column, width in pairs]


def _em(text: str) -> float:
    """About how wide a text is in Computer Modern."""
    return sum([0.3 if sign in "iljtf.,;:'|!()[]I " else 0.85 if sign in "mwMW" else 0.72 if sign.isupper() else 0.52
                for sign in text])  # fmt: skip


def _table(columns: Sequence[Column], feet: int) -> Iterable[str]:
    cells = [[_breakable(cell) if column.broken else escape(cell) for cell in column.cells] for column in columns]
    head, *rows = [" & ".join(row) + r" \\" for row in zip(*cells, strict=True)]
    yield r"\begin{longtable}{@{}%"
    yield from (_form(column) for column in columns)
    yield "@{}}"
    yield from (r"\toprule", head, r"\midrule", r"\endhead", r"\bottomrule", r"\endfoot", r"\bottomrule")
    yield r"\endlastfoot"
    yield from rows[:-feet]
    yield r"\midrule"
    yield from rows[-feet:]
    yield r"\end{longtable}"


def _form(column: Column) -> str:
    """What a column looks like: at the left or at the right, as wide as its widest cell or with broken lines."""
    left = column.key in LEFT
    if column.broken is None:
        return rf"w{{{'l' if left else 'r'}}}{{\widthof{{{escape(column.widest)}}}}}%"
    return rf">{{\{'raggedright' if left else 'raggedleft'}\arraybackslash}}p{{{column.broken}em}}%"


def _breakable(text: str) -> str:
    """A text that may be broken behind the signs that join its parts."""
    for sign in ".,_·*)+":
        text = text.replace(sign, f"{sign}\0")
    return r"\allowbreak{}".join(map(escape, text.split("\0")))


def _notes(shown: Sheet) -> Iterable[str]:
    yield r"\begin{description}\setlength{\itemsep}{0pt}"
    yield from (rf"\item[{escape(note.label)}] {escape(note.text)}" for note in shown.notes)
    yield "\\end{description}\n"
