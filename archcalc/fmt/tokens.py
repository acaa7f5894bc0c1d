"""The signs and words of a text, comments too, and what stood between them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<string>"[^"\n]*")|(?P<comment>\#[^\r\n]*)|(?P<arrow>->|→)|(?P<claim>=>|⇒)
    |(?P<open>[\[({])|(?P<close>[\])}])|(?P<comma>,)|(?P<equals>=)|(?P<operator>[*/%]+)
    |(?P<word>@?(?:(?!->|→|=>|⇒)[^\s;\#"\[\](){},=*/%@])+)""",
    re.X,
)
_LABEL = re.compile(r"[A-Za-z_]\w*[ \t]*:(?![0-9?(])")
_LINE = re.compile(r"\r\n?|\n")


@dataclass
class Token:
    """A sign or word. `line` if a line end or ; stands before it, `blank` if an empty line does."""

    kind: str
    text: str
    glued: bool
    """Whether nothing stands between it and the token before."""
    line: bool
    blank: bool
    partner: int = -1
    """Of an opening bracket its closing one, and the other way round."""
    open: bool = False
    """Whether the bracket's content stands on lines of its own."""


_SPELT = {"→": "->", "⇒": "=>"}


def tokens(text: str) -> list[Token]:
    """The tokens of a text that parses; labels are one token, with their colon."""
    result: list[Token] = []
    position, fresh = len(text) - len(text.lstrip("\ufeff")), True
    while match := _next(text, position, fresh):
        kind = match.lastgroup or "label"
        between = text[position : match.start()]
        ends = len(_LINE.findall(between))
        line = ends > 0 or (";" in between and kind != "comment")
        token = Token(kind, _spell(kind, match[0]), not between, line, ends > 1)
        result.append(token)
        position = match.end()
        if kind != "comment":
            fresh = kind in ("arrow", "comma", "label") or token.text in ("[", "{")
    _lead_with_arrows(result)
    _pair(result)
    return result


_BETWEEN = re.compile(r"[\s;]*")


def _next(text: str, position: int, fresh: bool) -> re.Match[str] | None:
    """The next token. A word and a colon label only where a stage may begin: behind a line end, or if it is `fresh`."""
    between = _BETWEEN.match(text, position)
    assert between is not None
    if fresh or re.search(r"[\r\n;]", between[0]):
        return _LABEL.match(text, between.end()) or _TOKEN.match(text, between.end())
    return _TOKEN.match(text, between.end())


def _spell(kind: str, text: str) -> str:
    if kind == "label":
        return text.rstrip(": \t") + ":"
    if kind == "comment":
        return text.rstrip()
    return _SPELT.get(text, text.replace("×", "x") if kind == "word" else text)


def _lead_with_arrows(items: list[Token]) -> None:
    """An arrow at the end of a line moves to the start of the next, behind the comments between."""
    for index in range(len(items) - 1):
        arrow, after = items[index], items[index + 1]
        if arrow.kind != "arrow":
            continue
        if after.kind == "comment":
            after.line, after.blank = after.line or arrow.line, False
            arrow.line, arrow.blank = True, False
            items[index], items[index + 1] = after, arrow
        elif after.line:
            arrow.line, after.line, after.blank = True, False, False


def _pair(items: list[Token]) -> None:
    """Find the partners of brackets, and which of them have a line end in their content."""
    stack: list[int] = []
    for index, token in enumerate(items):
        if token.line and stack:
            items[stack[-1]].open = items[stack[-1]].text != "("
        if token.kind == "open":
            stack.append(index)
        elif token.kind == "close":
            token.partner = stack.pop()
            items[token.partner].partner = index
            token.open = items[token.partner].open
