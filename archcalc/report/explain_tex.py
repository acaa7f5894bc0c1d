"""The arithmetic of a network as a LaTeX document, which compiles as it is with any LaTeX that has amsmath."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from unicodedata import normalize

from ..analysis.explain import Explanation
from ..analysis.steps import Step
from ..arithmetic import Negative, Node, Sum
from ..screen import printable
from .explain import Told, ending, equation, told, totals, volumes
from .formula import LATEX
from .notes import CONVENTION, heading
from .spell import without_arrays

HEAD = r"""\documentclass{article}
\usepackage{amsmath}
\usepackage[margin=2.5cm]{geometry}
\setlength{\parindent}{0pt}
\allowdisplaybreaks
\begin{document}
"""
FOOT = "\\end{document}\n"

_SIGNS = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': "''", "×": r"$\times$", "·": r"$\cdot$", "→": r"$\to$", "–": "--",
    "—": "---", **{sign: f"$^{power}$" for power, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}, "…": r"\dots{}", "ß": r"\ss{}",
}  # fmt: skip
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0308": '"', "\u030a": "r", "\u030c": "v",
    "\u0327": "c",
}  # fmt: skip
"""Combining accents and their commands."""


def document(explanation: Explanation) -> str:
    """The whole document."""
    parts = [HEAD]
    if totals(explanation):
        title, through = map(escape, heading(explanation.table.graph))
        parts.append(rf"\section*{{{title or 'The arithmetic of a network'}}}" + f"\n{through}\n")
    parts += [_layer(one) for one in told(explanation)]
    if totals(explanation):
        parts += ["\\subsection*{Total}\n", _equations(totals(explanation))]
    parts += [f"Supposes {escape(condition)}.\n" for condition in explanation.table.graph.conditions]
    if totals(explanation):
        parts.append(escape(CONVENTION) + "\n")
    return "\n".join([*parts, FOOT])


def escape(text: str) -> str:
    r"""A text with the signs that LaTeX would take for its own; what its fonts lack becomes a question mark.

    >>> print(escape("h.0_a: 50% → Müller 卷"))
    h.0\_a: 50\% $\to$ M\"{u}ller ?
    """
    return "".join(_SIGNS.get(sign) or _letter(sign) for sign in printable(text))


def _letter(sign: str) -> str:
    if sign.isascii():
        return sign
    parts = normalize("NFD", sign)
    known = len(parts) == 2 and parts[0].isascii() and parts[1] in _ACCENTS
    return rf"\{_ACCENTS[parts[1]]}{{{parts[0]}}}" if known else "?"


def _layer(one: Told) -> str:
    account, row = one.account, one.account.row
    written = escape(without_arrays(row.text))
    name, through = escape(row.name), escape(volumes(account).replace(" -> ", " → "))
    head = rf"\subsection*{{{name}: \texttt{{{written}}}}}" + f"\n{through}"
    if one.twin:
        return f"{head}, as {escape(one.twin)}\n"
    words = f"\n\n{escape(one.words)}" * bool(one.words)
    return f"{head}{words}\n{_equations(account.steps)}"


def _equations(steps: Iterable[Step]) -> str:
    lines = [line for step in steps for line in _equation(step)]
    if not lines:
        return ""
    return "\\begin{align*}\n" + " \\\\\n".join(lines) + "\n\\end{align*}\n"


def _equation(step: Step) -> Iterator[str]:
    """A step: its arithmetic, in several lines where it is long, and its value."""
    arithmetic, value = equation(step, LATEX)
    lines = _lines(step.tree) if arithmetic else []
    if value and lines and len(lines[-1]) + len(value) > LONGEST:
        lines.append(f"= {value}")
    elif value:
        lines[-1:] = [" = ".join([*lines[-1:], value])]
    lines[-1] += rf"\text{{{escape(ending(step))}}}" * bool(ending(step))
    start = rf"\text{{{escape(step.what)}}} &\quad "
    for line in lines:
        yield start + line
        start = r"&\quad\quad "


TERMS, LONGEST = 6, 110
"""Terms of a sum, and signs of LaTeX, in one line."""


def _lines(tree: Node) -> list[str]:
    if isinstance(tree, Sum):
        rows = [tree.terms[index : index + TERMS] for index in range(0, len(tree.terms), TERMS)]
        signs = ["" if not index or isinstance(row[0], Negative) else "+ " for index, row in enumerate(rows)]
        return [sign + LATEX.write(Sum(row)) for sign, row in zip(signs, rows, strict=True)]
    text = LATEX.write(tree)
    return [text] if len(text) <= LONGEST else text.replace(r" \times ", "\n\\times ").split("\n")
