"""One layout for specs: where lines begin, where blanks stand. Nothing else changes.

The author says where a stage begins a new line, since a line end and -> mean the same; and whether brackets open on
lines of their own. All else is decided here, without options.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..source import Source
from ..syntax import parse
from .tokens import Token, tokens

_STEP = 2
_WIDE = 80
"""Claims behind longer lines are not brought into line with others."""
_KEYWORDS = ("set", "check", "let", "import", "def")


def canonical(source: Source) -> str:
    """The text in its one layout, comments in their places. SpecError if it cannot be parsed.

    >>> canonical(Source("INPUT 8x8x3->CONV 4 3x3=>6x6x4;RELU"))
    'INPUT 8x8x3 -> CONV 4 3x3 => 6x6x4\\nRELU\\n'
    """
    before = parse(source)
    text = _write(_lines(tokens(source.text)))
    assert _meaning(parse(Source(text))) == _meaning(before), "the layout changes what the text means"
    return text


def _meaning(part: object) -> object:
    """A syntax tree without places, and without how tokens are spelt that mean the same."""
    if isinstance(part, tuple) and hasattr(part, "_fields"):
        return (type(part), *map(_meaning, part[:-2]))
    return tuple(map(_meaning, part)) if isinstance(part, tuple) else part


@dataclass
class _Line:
    """A line on its way. `holder` is the bracket whose content it is; `claim` the length up to a claim at its end."""

    indent: int
    holder: int
    blank: bool
    text: str = ""
    claim: int | None = None
    comment: str = ""


def _lines(items: list[Token]) -> list[_Line]:
    writer = _Writer()
    for index, token in enumerate(items):
        writer.take(index, token)
    return writer.lines


@dataclass
class _Writer:
    """Takes tokens and makes lines."""

    lines: list[_Line] = field(default_factory=list)
    brackets: list[tuple[int, Token, int, bool]] = field(default_factory=list)
    """The open ones: index, token, indent of their line, whether they hold an array."""
    before: Token | None = None
    """The token before, comments left out."""
    commented: bool = False
    """Whether a comment stands between."""
    header: bool = False
    """Whether the head of a block is being written."""

    def take(self, index: int, token: Token) -> None:
        if token.kind == "comment":
            self._comment(token)
            return
        if token.kind == "close":
            closed = self.brackets.pop()
            if self._begins(token):
                self._begin(closed[2], token)
            self._append(token, " " if token.text == "}" else "")
        else:
            if self._begins(token):
                self._begin(self._indent(token), token)
            self._append(token, self._gap(token))
        self._remember(index, token)

    def _remember(self, index: int, token: Token) -> None:
        if token.kind == "open":
            array = self.before is not None and (self.before.kind == "equals" or self._in_array())
            self.brackets.append((index, token, self.lines[-1].indent, array))
        if token.text == "def":
            self.header = True
        elif token.text == "{":
            self.header = False
        self.before, self.commented = token, False

    def _in_array(self) -> bool:
        return bool(self.brackets) and self.brackets[-1][3]

    def _inside(self, sign: str) -> bool:
        return bool(self.brackets) and self.brackets[-1][1].text == sign

    # Lines

    def _begins(self, token: Token) -> bool:
        """Whether a token begins a line."""
        before = self.before
        if before is None or self.commented:
            return True
        if (before.kind == "open" and before.open) or (token.kind == "close" and token.open):
            return True
        return token.line and not self._goes_on(token)

    def _goes_on(self, token: Token) -> bool:
        """Whether a line end before a token means nothing, so that the line goes on; arrows are no matter of this."""
        before = self.before
        if before is None or before.kind == "open" or token.kind == "close":
            return False
        return (
            self._inside("(")
            or self.header
            or token.kind in ("claim", "comma", "operator", "equals")
            or before.kind in ("claim", "operator", "equals", "label", "arrow")
            or before.text in _KEYWORDS
        )

    def _indent(self, token: Token) -> int:
        more = token.kind == "arrow" or self._goes_on(token)
        return self._holder()[1] + _STEP * more

    def _holder(self) -> tuple[int, int]:
        """The innermost bracket that is open on lines of its own, -1 for none, and the indent of its content."""
        for index, token, indent, _ in reversed(self.brackets):
            if token.open:
                return index, indent + _STEP
        return -1, 0

    def _begin(self, indent: int, token: Token) -> None:
        blank = token.blank and token.kind not in ("close", "arrow") and not self._at_start()
        self._place_comments(indent if token.kind != "close" else indent + _STEP)
        self.lines.append(_Line(indent, self._holder()[0], blank))

    def _at_start(self) -> bool:
        return not self.lines or (self.before is not None and self.before.kind == "open" and not self.commented)

    def _place_comments(self, indent: int) -> None:
        """Comments on lines of their own stand where the line below them does."""
        for line in reversed(self.lines):
            if line.text:
                break
            line.indent = indent

    def _comment(self, token: Token) -> None:
        if token.line or not self.lines or not self.lines[-1].text:
            blank = token.blank and not self._at_start()
            self.lines.append(_Line(self._holder()[1], self._holder()[0], blank))
        self.lines[-1].comment = token.text
        self.commented = True

    # Blanks

    def _append(self, token: Token, gap: str) -> None:
        line = self.lines[-1]
        if token.kind == "claim":
            line.claim = len(line.text)
        elif token.kind in ("arrow", "comma", "close", "open") and token.text not in "()":
            line.claim = None
        line.text += (gap if line.text else "") + token.text

    def _gap(self, token: Token) -> str:
        """What stands between a token and the one before on its line."""
        before = self.before
        if before is None:
            return ""
        if before.kind == "open":
            return " " if before.text == "{" else ""
        if self._inside("(") or token.kind in ("comma", "equals", "operator") or before.kind in ("equals", "operator"):
            return ""
        if before.kind == "comma":
            return "" if self._in_array() and not self.brackets[-1][1].open else " "
        return "" if token.glued and _shares_word(before, token) else " "


def _shares_word(before: Token, token: Token) -> bool:
    """Whether a parenthesis and a word without a blank between them are one value: 1x1x(n), (n)x3, s(2)."""
    if token.text == "(":
        return before.kind == "word" and not re.fullmatch(r"[A-Z][A-Z0-9_]*", before.text)
    return before.text == ")" and token.kind == "word"


# Columns


def _write(lines: list[_Line]) -> str:
    _align_claims(lines)
    _align_comments(lines)
    result = []
    for line in lines:
        if line.blank:
            result.append("")
        result.append((" " * line.indent + line.text + line.comment).rstrip())
    return "\n".join(result) + "\n" if result else ""


def _align_claims(lines: list[_Line]) -> None:
    """Claims at the ends of lines that stand together begin in one column."""
    runs: dict[int, list[_Line]] = {}
    for line in lines:
        if line.blank:
            _align(runs.pop(line.holder, []))
        if line.claim is not None and line.claim <= _WIDE:
            runs.setdefault(line.holder, []).append(line)
    for run in runs.values():
        _align(run)


def _align(lines: list[_Line]) -> None:
    column = max((line.claim or 0 for line in lines), default=0)
    for line in lines:
        claim = line.claim or 0
        line.text = line.text[:claim].ljust(column) + line.text[claim:]


def _align_comments(lines: list[_Line]) -> None:
    """Comments behind neighbouring lines begin in one column, two blanks behind the longest."""
    run: list[_Line] = []
    for line in [*lines, _Line(0, -1, False)]:
        if line.text and line.comment and not (run and line.blank):
            run.append(line)
            continue
        column = max((item.indent + len(item.text) for item in run), default=0)
        for item in run:
            item.comment = " " * (column - item.indent - len(item.text) + 2) + item.comment
        run = [line] if line.text and line.comment else []
