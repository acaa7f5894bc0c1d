"""Shapes, numbers and arithmetic written in ways that the grammar does not know."""

from __future__ import annotations

import re

from ..errors import Diagnostic
from .slip import Slip

_SIZE = r"(?:\d+|\?|[A-Z]\b|\([^()\n]*\))"


def repeat(slip: Slip) -> Diagnostic | None:
    """Repeats written before the group, or with another sign."""
    match = slip.around(r"(\d+)\s*[*x×]\s*\[")
    if match:
        return slip.mistake("E112", "the number of repeats stands behind the group", f"[ ... ]*{match[1]}", at=match.span())
    match = slip.around(r"\]\s*(?:[x×^]|\*\*)?\s*(\d+)(?![\dx])")
    if match:
        return slip.mistake("E112", "repeats are written with *", f"[ ... ]*{match[1]}", at=match.span())
    if slip.found == "*" and re.search(r"\]\s*\*\s*\S+\Z", slip.before):
        return slip.mistake("E112", "a group repeats once", "[ ... ]*(2*3)")
    return None


def number(slip: Slip) -> Diagnostic | None:
    """Numbers with underscores, without a digit before or after the point, with a unit."""
    match = slip.around(r"(?<![\w.])(\d+(?:_\d+)+)(?!\w)")
    if match:
        return slip.mistake("E109", "digits are not grouped", at=match.span(), write=match[1].replace("_", ""))
    match = slip.around(r"(?<![\w.)\]])(\d*\.\d*)(?![\w.])")
    if match and len(match[1]) > 1:
        whole, _, part = match[1].partition(".")
        return slip.mistake("E109", "a digit is missing at the point", at=match.span(), write=f"{whole or 0}.{part or 0}")
    match = slip.around(r"(?<![\w.])(\d+(?:\.\d+)?)([kKMG])(?!\w)")
    if match:
        power = {"k": 3, "M": 6, "G": 9}[match[2] if match[2] != "K" else "k"]
        return slip.mistake("E109", "numbers have no units", at=match.span(), write=f"({match[1]}*10**{power})")
    return None


def thousands(slip: Slip) -> Diagnostic | None:
    """Commas between thousands, where a total is expected."""
    match = slip.around(r"(?<=[=\d])\d{0,3}(?:,\d{3})+(?![\d,])") if slip.line.startswith(("check", "set", "let")) else None
    if not match:
        return None
    start = slip.text.rindex("=", 0, match.end()) + 1
    digits = slip.text[start : match.end()].strip()
    return slip.mistake("E109", "digits are not grouped", at=(start, match.end()), write=digits.replace(",", ""))


def listed(slip: Slip) -> Diagnostic | None:
    """Sizes listed with commas: 224,224,3 or (3, 3) or [224, 224, 3]."""
    match = slip.around(r"[\[(]\s*\d+(?:\s*,\s*\d+)+\s*,?\s*[\])]|(?<![\w.])\d+(?:,\d+)+(?![\w.])")
    if not match and slip.line.startswith("INPUT"):
        match = slip.around(r"(?<![\w.])\d+(?:\s*,\s*\d+)+(?![\w.])")
    if match:
        return slip.mistake("E109", "sizes are joined by x", at=match.span(), write="x".join(re.findall(r"\d+", match[0])))
    if slip.found == "," and slip.line.startswith(("set", "let", "check")):
        return slip.mistake("E113", "settings are separated by blanks, not commas", "let n=64 m=128")
    if slip.found == "," and re.search(r"[\w)?]\Z", slip.before) and _is_argument(slip.after):
        return slip.mistake("E113", "arguments are separated by blanks, not commas", "CONV 64 3x3 s2")
    return None


def _is_argument(text: str) -> bool:
    return bool(re.match(r"[\d?(]|[a-z_]+=|[spdgo]\d", text))


def call(slip: Slip) -> Diagnostic | None:
    """Arguments in parentheses, as functions have them."""
    opened = re.search(r"([A-Za-z_]\w*)\(([^()\n]*)\Z", slip.text[: slip.start])
    if not opened or opened[1] in ("min", "max", "ceil", "floor"):
        return None
    if slip.line.startswith("def"):
        return slip.mistake("E118", "parameters stand without parentheses", "def block n s=1 { ... }", at=(opened.start(1), slip.end))
    help = "CONV 64 3x3 s2"
    return slip.mistake("E118", f"the arguments of {opened[1]} stand without parentheses", help, at=(opened.start(1), slip.end))


def spaced(slip: Slip) -> Diagnostic | None:
    """Shapes with blanks, another x, or stars."""
    match = slip.around(rf"(?<![\w.)]){_SIZE}(?:\s*[xX×х]\s*{_SIZE})+(?![\w.(])")
    if match:
        shape = re.sub(r"\s*[xX×х]\s*(?=[\d?(A-Z])", "x", match[0])
        return slip.mistake("E109", "a shape is glued by small x, without blanks", at=match.span(), write=shape)
    match = re.search(r"=>\s*(\d+(?:\s+\d+)*)\s*\Z", slip.text[: slip.start]) if slip.found.isdigit() else None
    if match:
        start = match.start(1)
        shape = "x".join(slip.text[start : slip.end].split())
        return slip.mistake("E109", "a shape is glued by small x, without blanks", at=(start, slip.end), write=shape)
    return None


def arithmetic(slip: Slip) -> Diagnostic | None:
    """Arithmetic outside parentheses."""
    if slip.found not in ("+", "*", "/", "//", "%", "**", "-"):
        return None
    match = slip.around(r"(?:[\w.]+|\([^()\n]*\))(?:\s*(?:\*\*|//|[-+*/%])\s*(?:[\w.]+|\([^()\n]*\)))+")
    if not match or slip.text[slip.end : slip.end + 1] == ">":
        return None
    if re.fullmatch(r"\d+\*\d+(?:\*\d+)?", match[0]) and not slip.line.startswith(("let", "check", "set")):
        return slip.mistake("E117", "* multiplies, and only in parentheses", f"for a shape write {match[0].replace('*', 'x')}", at=match.span())
    return slip.mistake("E117", "arithmetic stands in parentheses", at=match.span(), write=f"({match[0]})")
