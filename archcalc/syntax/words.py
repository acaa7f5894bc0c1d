"""Words that cannot stand where they are."""

from __future__ import annotations

import re

from ..errors import Diagnostic
from ..ops import WORDS
from ..words import layers_like
from .slip import Slip

_EXAMPLES = {
    "set": "set fit=floor",
    "check": "check params=62378344",
    "let": "let n=64",
    "import": 'import "blocks.arch"',
    "def": "def twice n { CONV n 3x3 p1 -> CONV n 3x3 p1 }",
}


def keyword(slip: Slip) -> Diagnostic | None:
    """A declaration in the middle of a chain."""
    word = slip.found
    if word not in _EXAMPLES or not slip.before or slip.line.split()[:1] == ["let"]:
        return None
    if not slip.line and "LABEL" in slip.expected:
        return slip.mistake("E119", f"{word} cannot stand inside of a chain", f"write it on a line of its own: {_EXAMPLES[word]}")
    return slip.mistake("E119", f"{word} stands on a line of its own", f"{_EXAMPLES[word]}")


def declaration(slip: Slip) -> Diagnostic | None:
    """Declarations that say something else than key=value, a file, or a block."""
    head = re.match(r"(set|check|let|import|def)\b(.*)", slip.line, re.S)
    if not head:
        head = re.search(r"(?:\A|[\r\n;{])[ \t]*(set|check|let|import|def)()\s*\Z", slip.text[: slip.start])
    if not head:
        return None
    word, rest = head[1], head[2].strip()
    if word == "def":
        return _definition(slip, rest)
    if word == "import":
        return _import(slip, rest)
    if re.match(r"\w", slip.found) and not rest.endswith("=") and not _glued(slip):
        return _setting(slip, word, rest)
    return None


def _glued(slip: Slip) -> bool:
    return bool(slip.text[slip.start - 1 : slip.start].strip()) or not re.fullmatch(r"[A-Za-z_]\w*|\d+", slip.found)


def _setting(slip: Slip, word: str, rest: str) -> Diagnostic:
    """A word where key=value must stand."""
    if slip.found.upper() in WORDS or slip.after.startswith(("->", "[")) or slip.text[slip.end : slip.end + 1] == ":":
        help = f"{word} {rest} stands on a line of its own" if rest else _EXAMPLES[word]
        return slip.mistake("E119", f"{slip.found} cannot stand behind {word}", f"{help}; ; ends a line too")
    value = re.match(r"[ \t]*(?:(?:to|is|:|:=)[ \t]+)?([\w.\"]+)", slip.text[slip.end :])
    if value and slip.found[0].isalpha():
        given = slip.source.text[slip.end + value.start(1) : slip.end + value.end(1)]
        at = (slip.start, slip.end + value.end(1))
        return slip.mistake("E119", f"{word} needs name=value", at=at, write=f"{slip.found}={given}")
    return slip.mistake("E119", f"{word} needs name=value", _EXAMPLES[word])


def _import(slip: Slip, rest: str) -> Diagnostic | None:
    if rest:
        return slip.mistake("E119", "after the file import takes only as and a lower case name", 'import "blocks.arch" as b')
    path = slip.around(r"[\w./\\-]+")
    span = path.span() if path else (slip.start, slip.end)
    return slip.mistake("E119", "the file stands in quotes", at=span, write=f'"{slip.text[slice(*span)]}"')


def _definition(slip: Slip, rest: str) -> Diagnostic | None:
    if "{" in rest:
        return None
    if slip.found[0].isupper():
        kind = "parameters" if rest else "blocks"
        return slip.mistake("E114", f"the names of {kind} are lower case", write=slip.found.lower())
    if not rest:
        return slip.mistake("E119", "def needs a name", _EXAMPLES["def"])
    if slip.found[0].isdigit():
        return slip.mistake("E119", "a parameter is a name", "n, or n=64 with a default")
    if slip.found == "(":
        return slip.mistake("E118", "parameters stand without parentheses", "def block n s=1 { ... }")
    return slip.mistake("E119", "the body of a block stands in braces", _EXAMPLES["def"])


def glued(slip: Slip) -> Diagnostic | None:
    """Words and numbers without a blank between them."""
    match = re.fullmatch(r"([\dx]*\d)([A-Za-z_]\w*)", slip.found)
    if match:
        layer = layers_like(match[2], WORDS) if len(match[2]) > 1 else []
        if layer and (match[2].upper() in WORDS or not re.match(r"[spdgo]\d", match[2])):
            return slip.mistake("E105", f"-> is missing before {match[2]}", write=f"{match[1]} -> {layer[0]}")
    flags = re.fullmatch(r"((?:\d+x)*\d+)?((?:[spdgo]\d+)+)", slip.found)
    if flags:
        parts = [*([flags[1]] if flags[1] else []), *re.findall(r"[spdgo]\d+", flags[2])]
        return slip.mistake("E106", "arguments are glued together", write=" ".join(parts))
    if re.match(r"\d", slip.found) and re.search(r"[A-Za-z_]", slip.found):
        return slip.mistake("E106", f"a letter is glued to a number: {slip.found}", "blanks separate arguments: CONV 64 3x3 s2")
    return None


def colon(slip: Slip) -> Diagnostic | None:
    """Colons that neither label nor glue."""
    if slip.dangling[-1:] == ":" and slip.found[0].isdigit():
        word = slip.dangling[:-1].rstrip()
        layer = layers_like(word, WORDS)
        if layer:
            start = slip.text.rindex(slip.dangling, 0, slip.start)
            return slip.mistake("E113", f"no colon stands behind a layer: {slip.dangling}", at=(start, slip.end), write=f"{layer[0]} {slip.found}")
    if slip.found != ":":
        return None
    sides = slip.around(r"[spdgo]=?\d*[\w()]*:\s*[a-z]\w*")
    if sides:
        before, after = sides[0].split(":")
        return slip.mistake("E117", "names in glued values stand in parentheses", at=sides.span(), write=f"{before}:({after.strip()})")
    return slip.mistake("E113", ": cannot stand here", "c1: CONV 64 3x3 labels a stage, p0:1 pads before and after")


def missing_arrow(slip: Slip) -> Diagnostic | None:
    """A stage behind a finished one."""
    if "_ARROW" not in slip.expected or not re.match(r"[\w@\[]", slip.found):
        return None
    word = slip.found + (":" if slip.after.startswith(":") else "")
    if slip.found[0].isdigit():
        return slip.mistake("E113", f"{word} cannot stand here", "arguments follow their layer: CONV 64 3x3 => 55x55x64")
    return slip.mistake("E105", f"-> is missing before {word}", f"-> {word}")


def no_stage(slip: Slip) -> Diagnostic | None:
    """What is no stage, where one must stand."""
    if "LABEL" not in slip.expected:
        return None
    if slip.after.startswith("=") and re.match(r"[a-z_]", slip.found):
        return slip.mistake("E111", f"{slip.found}= belongs to no layer", f"let {slip.found}=... names a value, CONV 64 3x3 s=2 is an option")
    if re.match(r"\w", slip.found):
        return slip.mistake("E110", f"{slip.found} is no stage", "a stage starts with a layer or a block: CONV 64 3x3")
    return None


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
}


def anything(slip: Slip) -> Diagnostic:
    """What no rule knows."""
    sign = slip.found if slip.found.isprintable() and slip.found.strip() else f"the character U+{ord(slip.found[0]):04X}"
    if not sign.startswith(slip.found[0]):
        return slip.mistake("E113", f"{sign} is not understood", "delete it: it may be invisible")
    says = [word for terminal, word in _SAYS.items() if terminal in slip.expected]
    expected = f"expected {', '.join(says[:-1])} or {says[-1]}" if len(says) > 1 else f"expected {' '.join(says)}" if says else ""
    return slip.mistake("E113", f"{sign} cannot stand here", *([expected] if expected else []))
