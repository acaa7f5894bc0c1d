"""What a syntax error means and what to type instead: rules on the offending text, most specific first."""

from __future__ import annotations

import re

from lark import UnexpectedInput

from ..errors import Diagnostic
from ..ops import WORDS
from ..source import Source
from ..words import nearest


def diagnose(source: Source, error: UnexpectedInput) -> Diagnostic:
    """The diagnostic of lark's error."""
    text = source.text
    position = error.pos_in_stream
    if position is None or position < 0 or position >= len(text.rstrip()):
        return _at_end(source)
    start, end = _word_around(text, position)
    code, message, help = _explain(text, start, end, position, error)
    return Diagnostic(code, message, help=help, place=source.place(start, end))


def _at_end(source: Source) -> Diagnostic:
    """The text stops too early."""
    text = source.text.rstrip()
    end = len(text)
    place = source.place(max(end - 1, 0), end)
    unclosed = _unclosed(text)
    if unclosed is not None:
        bracket = text[unclosed]
        closing = {"[": "]", "(": ")", "{": "}"}[bracket]
        help = (f"close it with {closing}",)
        return Diagnostic("E102", f"{bracket} is never closed", help=help, place=source.place(unclosed, unclosed + 1))
    if text.endswith("-"):
        help = ('in a shell, quote the spec: archcalc "INPUT 32x32x3 -> CONV 8 3x3"',)
        return Diagnostic("E101", "the text ends at a lone -", help=help, place=place)
    last = text.split()[-1] if text.split() else ""
    return Diagnostic("E101", f"the text ends after {last}", help=("something must follow",), place=place)


def _unclosed(text: str) -> int | None:
    """The offset of the last bracket that is opened and not closed."""
    stack: list[int] = []
    for match in re.finditer(r'"[^"\n]*"|#[^\n]*|[\[\](){}]', text):
        if match[0] in ("[", "(", "{"):
            stack.append(match.start())
        elif match[0] in ("]", ")", "}") and stack:
            stack.pop()
    return stack[-1] if stack else None


def _word_around(text: str, position: int) -> tuple[int, int]:
    """The run of letters and digits around an offset, or the sign there."""
    if not re.match(r"\w", text[position]):
        sign = re.compile(r"->|=>|\*\*|//|.", re.S).match(text, position)
        return position, sign.end() if sign else position + 1
    start = position
    while start and re.match(r"\w", text[start - 1]):
        start -= 1
    end = position
    while end < len(text) and re.match(r"\w", text[end]):
        end += 1
    return start, end


def _explain(text: str, start: int, end: int, position: int, error: UnexpectedInput) -> tuple[str, str, tuple[str, ...]]:
    found, before = text[start:end], text[:start].rstrip()
    after = text[end:].lstrip()
    if text.lstrip()[:1] == "[" and re.match(r"\s*\[\d+x", text):
        return "E103", "this is a slide's listing, which is read by a grammar of its own", ("not available yet: write INPUT 227x227x3",)
    if found[:1] == '"':
        return "E104", "the text in quotes never ends", ('close it with " on the same line',)
    glued = re.fullmatch(r"(\d+)([A-Za-z_]\w*)", found)
    if glued and glued[2].upper() in WORDS:
        return "E105", f"a -> is missing before {glued[2].upper()}", (f"{glued[1]} -> {glued[2].upper()}",)
    short = re.fullmatch(r"(\d+(?:x\d+)*)([spdgo]\d\w*)", found)
    if short:
        return "E106", f"{short[1]} and {short[2]} are glued together", (f"{short[1]} {short[2]}",)
    if re.fullmatch(r"[A-Za-z_]\w*", found) and not found.islower():
        return _misspelt(found, after)
    if found in ("->", ",", "]", ")", "}", "*") and (not before or before[-2:] in ("->",) or before[-1:] in "[,({"):
        what = "the beginning" if not before else before[-2:] if before.endswith("->") else before[-1]
        return "E107", f"nothing stands between {what} and {found}", ("write a layer there, or leave the sign out",)
    if found in ("]", ")", "}"):
        opening = {"]": "[", ")": "(", "}": "{"}[found]
        return "E108", f"{found} closes nothing", (f"open it with {opening}, or leave it out",)
    if found == "x" or re.fullmatch(r"x\d+", found):
        return "E109", "a shape is written without blanks", ("write 3x3",)
    if found.islower() and before.endswith("->") is False and "LABEL" in _expected(error):
        return "E110", f"{found} cannot stand here", ("layers are UPPERCASE, blocks are defined with def before use",)
    if found == "=":
        return "E111", "= stands only in key=value", ("s=2, or => for the volume that comes out",)
    if found == "?" or found == "*":
        return "E112", f"{found} cannot stand here", ("p? asks for a pad, [ ... ]*2 repeats",)
    return "E113", f"{_name(found)} is not understood here", _expectation(error)


def _misspelt(found: str, after: str) -> tuple[str, str, tuple[str, ...]]:
    if after.startswith(":"):
        return "E114", f"labels are lower case: {found}", (f"{found.lower()}:",)
    near = nearest(found.upper(), WORDS)
    help = f"did you mean {' or '.join(near)}?" if near else "archcalc list --layers shows all of them"
    return "E115", f"layers are written in UPPERCASE: {found}", (help,)


def _name(found: str) -> str:
    if found.isprintable():
        return found
    return f"the character U+{ord(found[0]):04X}"


def _expected(error: UnexpectedInput) -> set[str]:
    return set(getattr(error, "allowed", None) or getattr(error, "accepts", None) or getattr(error, "expected", ()) or ())


_SAYS = {
    "UPPER": "a layer",
    "NUMBER": "a number",
    "_ARROW": "->",
    "CLAIM": "=>",
    "RSQB": "]",
    "RPAR": ")",
    "CLOSE": "}",
    "KEY": "key=value",
    "STRING": "a text in quotes",
    "_X": "x",
}


def _expectation(error: UnexpectedInput) -> tuple[str, ...]:
    says = [word for terminal, word in _SAYS.items() if terminal in _expected(error)]
    return (f"expected {', '.join(says[:-1])} or {says[-1]}" if len(says) > 1 else f"expected {says[0]}",) if says else ()
