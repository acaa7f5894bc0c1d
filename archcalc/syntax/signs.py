"""Signs that cannot stand where they are: quotes, arrows, brackets, question marks."""

from __future__ import annotations

import re

from ..errors import Diagnostic
from .slip import Slip

_ARROWS = (
    r"->(?:\s*+->)*+(?!>)|-{2,}+>+|-*+[–—−][-–—−]*+>+|~++>|-\s++>|->>+"
    r"|=>>+|={2,}+>|=\s++>|(?<![-=])>+|\|+>?|[➔➜➝➞⟶➡]|<-+"
)
"""Our own arrow first, alone or in a row, then all that people write for it."""


def quotes(slip: Slip) -> Diagnostic | None:
    """Quotes that never end, or are not straight double ones."""
    if slip.found[0] == '"':
        return slip.mistake("E104", "the text in quotes never ends", 'close it with " on the same line')
    if slip.found not in tuple("'`“”„‘’«»‟"):
        return None
    match = slip.around(r"['`“”„‘’«»‟]([^'`“”„‘’«»‟\n]*)(?:['`“”„‘’«»‟]|$)")
    span = match.span() if match else (slip.start, slip.end)
    inner = slip.source.text[span[0] + 1 : span[1]].rstrip("'`“”„‘’«»‟\n ") if match else "..."
    return slip.mistake("E104", "texts stand in straight double quotes", at=span, write=f'"{inner}"')


def arrow(slip: Slip) -> Diagnostic | None:
    """Arrows of other kinds, and arrows in a row."""
    match = slip.around(_ARROWS)
    if not match or match[0] == "->":
        return None
    text = match[0]
    if re.fullmatch(r"->(?:\s*->)+", text):
        return slip.mistake(
            "E107", "two arrows stand in a row", "leave one out, or write a layer between them", at=match.span()
        )
    if text.startswith("="):
        return slip.mistake("E116", f"{text} is no arrow", at=match.span(), write="=>")
    if text.startswith("<"):
        return slip.mistake("E116", "chains run from left to right", "INPUT 32x32x3 -> CONV 8 3x3", at=match.span())
    return slip.mistake("E116", f"{text} is no arrow", at=match.span(), write="->")


def comment(slip: Slip) -> Diagnostic | None:
    """Comments of other languages."""
    sign = re.compile(r"//|/\*|%|<!--|--").match(slip.text, slip.start)
    if not sign or slip.ending(r"[\d)]") or re.match(r"[\d(]", slip.text[sign.end() :].lstrip()[:1]):
        return None
    return slip.mistake("E113", "comments start with #", at=sign.span(), write="#")


def nothing(slip: Slip) -> Diagnostic | None:
    """A sign that follows nothing, where something must stand."""
    if slip.found not in ("->", "=>", "→", "⇒", ",", "]", ")", "}", "*"):
        return None
    last = slip.dangling
    if not slip.before:
        return slip.mistake(
            "E107", f"the text starts with {slip.found}", "write a layer before it: INPUT 32x32x3 -> CONV 8 3x3"
        )
    if not last:
        return None
    if last[-1] == ":":
        return slip.mistake("E107", f"the label {last} names nothing", "write the stage behind it: c1: CONV 64 3x3")
    if last in ("=>", "⇒"):
        help = "=> 55x55x96 claims a volume, => ? asks for it"
        return slip.mistake("E107", f"no volume stands between {last} and {slip.found}", help)
    if last == "=":
        return slip.mistake("E107", f"no value stands between = and {slip.found}", "options are written s=2, or s2")
    start = slip.text.rindex(last, 0, slip.start)
    help = (
        "ID is the untouched volume"
        if last in ("[", ",") and slip.found in ("]", ",")
        else "write a layer there, or leave the sign out"
    )
    return slip.mistake("E107", f"nothing stands between {last} and {slip.found}", help, at=(start, slip.end))


def bracket(slip: Slip) -> Diagnostic | None:
    """Brackets of the wrong kind."""
    if slip.found == "{":
        return slip.mistake(
            "E113", "braces hold only the body of a block", "groups stand in [ ], blocks in def name { ... }"
        )
    if slip.found == "(" and "LABEL" in slip.expected:
        return slip.mistake("E113", "parentheses hold only arithmetic", "groups stand in [ ]")
    if slip.found in ("]", ")", "}"):
        return slip.mistake("E108", f"{slip.found} comes too early", "something is missing before it, or leave it out")
    return None


def sign(slip: Slip) -> Diagnostic | None:
    """Single signs."""
    found = slip.found
    if found == "=":
        if re.match(r"[\d?]+x", slip.after):
            return slip.mistake("E111", "= alone claims nothing", at=(slip.start, slip.end), write="=>")
        return slip.mistake("E111", "= stands only in key=value", "s=2 is an option, => 55x55x96 claims a volume")
    if found == "," and "RSQB" not in slip.expected:
        return slip.mistake(
            "E113", "a comma cannot stand here", "-> joins layers, blanks separate arguments, [a, b] holds branches"
        )
    if found == "?":
        return slip.mistake("E112", "? cannot stand here", "p? asks for a pad, => ? for a volume")
    if found == "*":
        return slip.mistake("E112", "* cannot stand here", "[ ... ]*2 repeats, (2*n) multiplies")
    if found == "=>" and slip.ending(r"=>\s*[\w?]+\s*"):
        return slip.mistake("E113", "the volume is claimed twice", "keep one")
    label = re.compile(r"@\s+([a-z_]\w*)").match(slip.text, slip.start)
    if label:
        return slip.mistake("E113", "@ is glued to its label", at=label.span(), write=f"@{label[1]}")
    if found == "." or (re.fullmatch(r"[\dx]*\d", found) and slip.after.startswith(".")):
        dot = slip.text.index(".", slip.start)
        help = "-> joins layers, # starts a comment"
        return slip.mistake("E113", "a full stop cannot stand here", help, at=(dot, dot + 1))
    if found[0] == "@":
        return slip.mistake(
            "E113", f"{found} is no reference", "label a stage, c1: CONV 64 3x3, and refer to it as @c1"
        )
    if found == "-" and not slip.after:
        help = 'in a shell, quote the spec: archcalc "INPUT 32x32x3 -> CONV 8 3x3"'
        return slip.mistake("E101", "the text ends at a lone -", help)
    if found == "-":
        return slip.mistake("E113", "- cannot stand here", "-> joins layers, (n-1) subtracts")
    return None
