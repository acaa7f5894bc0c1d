"""Shapes, numbers and arithmetic written in ways that the grammar does not know."""

from __future__ import annotations

import re

from ..errors import Diagnostic
from ..ops import WORDS
from ..words import layers_like
from .slip import Slip

_SIZE = r"(?:\d+|\?|[A-Z]\b|\([^()\n]*\))"


def repeat(slip: Slip) -> Diagnostic | None:
    """Repeats written before the group, or with another sign."""
    match = slip.around(r"(\d+)\s*[*x×]\s*\[")
    if match:
        return slip.mistake(
            "E112", "the number of repeats stands behind the group", f"[ ... ]*{match[1]}", at=match.span()
        )
    if not slip.before.endswith("]") and not re.search(r"\]\s*[*x]\s*[\w.]*\Z", slip.before):
        return None
    match = slip.around(r"(?:[x×^]|\*\*)?\s*(\d+)(?![\dx])")
    if match and slip.before.endswith("]"):
        return slip.mistake("E112", "repeats are written with *", f"[ ... ]*{match[1]}", at=match.span())
    if slip.found == "*" and not slip.before.endswith("]"):
        return slip.mistake("E112", "a product of repeats stands in parentheses", "[ ... ]*(2*3)")
    return _branches(slip) if slip.found == "*" else None


def _branches(slip: Slip) -> Diagnostic | None:
    """A group that was taken for the branches of the layer before it."""
    depth, start = 1, len(slip.before) - 1
    while start > 0 and depth:
        start -= 1
        depth += {"]": 1, "[": -1}.get(slip.text[start], 0)
    return slip.mistake("E105", "-> is missing before [", at=(start, start + 1), write="-> [")


def papers(slip: Slip) -> Diagnostic | None:
    """Layers as papers abbreviate them: 20@5x5, conv3-64, FC-4096, 7x7/2."""
    match = slip.around(r"\b(\d+)@(\d+(?:x\d+)*)")
    if match:
        return slip.mistake(
            "E106", "arguments are separated by blanks", at=match.span(), write=f"{match[1]} {match[2]}"
        )
    match = slip.around(r"\b([A-Za-z]+)(\d*)-(\d+)\b")
    layer = layers_like(match[1], WORDS, guess=False) if match else []
    if match and layer:
        kernel = f" {match[2]}x{match[2]}" if match[2] else ""
        return slip.mistake(
            "E106", "arguments are separated by blanks", at=match.span(), write=f"{layer[0]} {match[3]}{kernel}"
        )
    match = slip.around(r"\b(\d+(?:x\d+)+)[/+](\d+)")
    if match:
        return slip.mistake(
            "E106", "options follow the kernel, behind a blank", at=match.span(), write=f"{match[1]} s{match[2]}"
        )
    return None


def number(slip: Slip) -> Diagnostic | None:
    """Numbers with underscores, without a digit before or after the point, with a unit."""
    match = slip.around(r"(?<![\w.])(\d+(?:_\d+)+)(?!\w)")
    if match:
        return slip.mistake("E109", "digits are not grouped", at=match.span(), write=match[1].replace("_", ""))
    match = slip.around(r"(?<![\w.)\]])(\d*\.\d*)(?![\w.])")
    if match and len(match[1]) > 1:
        whole, _, part = match[1].partition(".")
        return slip.mistake(
            "E109", "a digit is missing at the point", at=match.span(), write=f"{whole or 0}.{part or 0}"
        )
    match = slip.around(r"(?<![\w.])(\d+)%(?!\w)")
    if match and len(match[1]) < 3:
        return slip.mistake(
            "E109", "shares are written as fractions", at=match.span(), write=f"0.{match[1]:0>2}".rstrip("0")
        )
    match = slip.around(r"(?<![\w.])(\d+(?:\.\d+)?)([kKMG])(?!\w)")
    if match:
        power = {"k": 3, "M": 6, "G": 9}[match[2] if match[2] != "K" else "k"]
        return slip.mistake("E109", "numbers have no units", at=match.span(), write=f"({match[1]}*10**{power})")
    return None


def thousands(slip: Slip) -> Diagnostic | None:
    """Commas between thousands, where a total is expected."""
    match = (
        slip.around(r"(?<=[=\d])\d{0,3}(?:,\d{3})+(?![\d,])") if slip.line.startswith(("check", "set", "let")) else None
    )
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
        return slip.mistake(
            "E109", "sizes are joined by x", at=match.span(), write="x".join(re.findall(r"\d+", match[0]))
        )
    settings = re.match(r"(set|let|check)\b", slip.line) if slip.found == "," else None
    if settings:
        return slip.mistake("E113", "settings are separated by blanks, not commas", _SETTINGS[settings[1]])
    if slip.found == "," and re.search(r"[\w)?]\Z", slip.before) and _is_argument(slip.after):
        return slip.mistake("E113", "arguments are separated by blanks, not commas", "CONV 64 3x3 s2")
    return None


_SETTINGS = {"set": 'set title="LeNet" fit=floor', "let": "let n=64 m=128", "check": "check params=330 macs=320"}


def array(slip: Slip) -> Diagnostic | None:
    """Weights in other brackets, or without commas."""
    if slip.ending(r"\b[wm]=\s*[({][\[({\d\s,.-]*") or (slip.found == "{" and slip.ending(r"\b[wm]=\s*")):
        return slip.mistake("E113", "arrays stand in [ ]", "w=[[1,2],[3,4]]")
    if slip.found.isdigit() and slip.ending(r"\b[wm]=\s*\[[\[\]\d\s,.-]*\d\s+"):
        return slip.mistake("E113", "numbers in an array are separated by commas", "w=[[1,2],[3,4]]")
    return None


def _is_argument(text: str) -> bool:
    return bool(re.match(r"[\d?(]|[a-z_]+=|[spdgo]\d", text))


def call(slip: Slip) -> Diagnostic | None:
    """Arguments in parentheses, as functions have them."""
    opened = slip.ending(r"\b([A-Za-z_]\w*)\([^()\n]*")
    if not opened or opened[1] in ("min", "max", "ceil", "floor", "sqrt"):
        return None
    closed = re.compile(r"(?:[^()\n]|\([^()\n]*\))*\)").match(slip.text, opened.end(1) + 1)
    at = (opened.start(1), closed.end() if closed else slip.end)
    if re.search(r"\bdef\s+\Z", slip.text[: at[0]]):
        return slip.mistake("E118", "parameters stand without parentheses", "def block n s=1 { ... }", at=at)
    layer = (layers_like(opened[1], WORDS) or ["CONV"])[0]
    help = f"{layer} 64 3x3 s2" if layer == "CONV" else f"{layer} ..."
    return slip.mistake("E118", f"arguments stand behind {opened[1]}, without parentheses and commas", help, at=at)


def spaced(slip: Slip) -> Diagnostic | None:
    """Shapes with blanks, another x, or stars."""
    match = slip.around(rf"(?<![\w.)]){_SIZE}(?:\s*[xX×х]\s*{_SIZE})+(?![\w.(])")
    if not match:
        match = slip.around(r"(?<==>)\s*(?:\d+[ \t]+)+\d+\b")
    if not match:
        return None
    shape = re.sub(r"\s*[xX×х\s]\s*(?=[\d?(A-Z])", "x", match[0].strip())
    start = match.end() - len(match[0].lstrip())
    if shape == match[0]:
        return None
    return slip.mistake("E109", "a shape is glued by x, without blanks", at=(start, match.end()), write=shape)


def arithmetic(slip: Slip) -> Diagnostic | None:
    """Arithmetic outside parentheses."""
    if slip.found not in ("+", "*", "/", "//", "%", "**", "-"):
        return None
    match = slip.around(r"(?:[\w.]+|\([^()\n]*\))(?:\s*(?:\*\*|//|[-+*/%])\s*(?:[\w.]+|\([^()\n]*\)))+")
    if not match or slip.text[slip.end : slip.end + 1] == ">":
        return None
    if any(word in WORDS for word in re.findall(r"\w+", match[0])):
        help = "ADD [a, b] adds volumes, MUL [a, b] multiplies them, [ ... ]*2 repeats"
        return slip.mistake("E117", f"{slip.found} works on numbers only", help)
    if re.fullmatch(r"\d+\*\d+(?:\*\d+)?", match[0]) and not slip.line.startswith(("let", "check", "set")):
        return slip.mistake(
            "E117",
            "* multiplies, and only in parentheses",
            f"for a shape write {match[0].replace('*', 'x')}",
            at=match.span(),
        )
    return slip.mistake("E117", "arithmetic stands in parentheses", at=match.span(), write=f"({match[0]})")
