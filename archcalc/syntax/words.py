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
    if slip.found not in _EXAMPLES or not slip.before:
        return None
    help = f"put it before the chain (; ends a line too): {_EXAMPLES[slip.found]}"
    return slip.mistake("E119", f"{slip.found} stands on a line of its own", help)


def declaration(slip: Slip) -> Diagnostic | None:
    """Declarations that say something else than key=value, a file, or a block."""
    head = slip.ending(r"(?:\A|[\r\n;{])[ \t]*(set|check|let|import|def)\b([^\r\n;]*)")
    if not head:
        return _dangling(slip)
    word, rest = head[1], head[2].strip()
    if word == "def":
        return _definition(slip, rest)
    if word == "import":
        return _import(slip, rest)
    if slip.found[0].isalpha() or (slip.found.isdigit() and not slip.text[slip.start - 1 : slip.start].strip()):
        return _setting(slip, word, rest)
    return None


def _dangling(slip: Slip) -> Diagnostic | None:
    """A keyword alone on its line, or a block whose body does not follow."""
    head = slip.ending(r"(?:\A|[\r\n;{])[ \t]*(set|check|let|import|def)\s*")
    if head:
        return slip.mistake("E119", f"nothing follows {head[1]}", _EXAMPLES[head[1]], at=head.span(1))
    head = slip.ending(r"(?:\A|[\r\n;])[ \t]*(def\b[^\r\n;{]*)[\r\n;]\s*")
    if head:
        return slip.mistake("E119", "the body of a block stands in braces", _EXAMPLES["def"], at=head.span(1))
    return None


def assignment(slip: Slip) -> Diagnostic | None:
    """A name given a value without let."""
    found = slip.ending(r"(?:\A|[\r\n;])[ \t]*([A-Za-z_]\w*)\s*") if slip.found == "=" else None
    if not found and "LABEL" in slip.expected and slip.after.startswith("="):
        found = re.compile(r"([A-Za-z_]\w*)\s*").match(slip.text, slip.start)
    if not found and slip.found == "=":
        found = slip.ending(r"(?:->|[\[,{])\s*([a-z_]\w*)\s*")
    if not found:
        return None
    stage = re.compile(r"=[ \t]*([A-Z]\w*)").match(slip.text, found.end())
    if stage and stage[1] in WORDS:
        at = (found.start(1), stage.end())
        return slip.mistake("E111", "a colon labels a stage", at=at, write=f"{found[1].lower()}: {stage[1]}")
    return _assigned(slip, found)


def _assigned(slip: Slip, found: re.Match[str]) -> Diagnostic:
    value = re.compile(r"=[ \t]*([\w.]+|\([^()\n]*\))[ \t]*(?![^\r\n;])").match(slip.text, found.end())
    at = (found.start(1), value.end(1) if value else found.end() + 1)
    if found[1] in WORDS:
        write = f"{found[1]} {value[1]}" if value else ""
        return slip.mistake(
            "E111", "no = stands behind a layer", *([] if write else [f"{found[1]} ..."]), at=at, write=write
        )
    help = "an option stands on the line of its layer: CONV 64 3x3 s=2"
    write = f"let {found[1]}={value[1]}" if value else ""
    return slip.mistake("E119", f"{found[1]}= belongs to no layer", help, at=at, write=write)


def _setting(slip: Slip, word: str, rest: str) -> Diagnostic:
    """A word where key=value must stand."""
    if slip.found.upper() in WORDS:
        write = f"{word} {rest}; {slip.found}"
        start = slip.text.rindex(word, 0, slip.start)
        return slip.mistake("E119", f"{word} stands on a line of its own", at=(start, slip.end), write=write)
    value = re.compile(r"[ \t]*(?:(?:to|is|:=?|=+)[ \t]+)?([\w.\"]+)").match(slip.source.text, slip.end)
    if not value or not slip.found[0].isalpha():
        return slip.mistake("E119", f"{word} needs name=value", _EXAMPLES[word])
    at = (slip.start, value.end(1))
    return slip.mistake("E119", f"{word} needs name=value", at=at, write=f"{slip.found}={value[1]}")


def _import(slip: Slip, rest: str) -> Diagnostic | None:
    if rest:
        return slip.mistake(
            "E119", "after the file import takes only as and a lower case name", 'import "blocks.arch" as b'
        )
    path = slip.around(r"[\w./\\-]+")
    span = path.span() if path else (slip.start, slip.end)
    return slip.mistake("E119", "the file stands in quotes", at=span, write=f'"{slip.text[slice(*span)]}"')


def _definition(slip: Slip, rest: str) -> Diagnostic | None:
    if "{" in rest:
        return None
    if slip.found in WORDS and rest:
        return slip.mistake("E119", "the body of a block stands in braces", write=f"{{ {slip.found}")
    if slip.found[0].isupper() and not rest.endswith("="):
        kind = "parameters" if rest else "blocks"
        return slip.mistake("E114", f"the names of {kind} are lower case", write=slip.found.lower())
    if not rest:
        return slip.mistake("E119", "def needs a name", _EXAMPLES["def"])
    if slip.found == "(":
        return slip.mistake("E118", "parameters stand without parentheses", "def block n s=1 { ... }")
    if not re.match(r"[^\r\n;]*\s*\{", slip.after):
        return slip.mistake("E119", "the body of a block stands in braces", _EXAMPLES["def"])
    if slip.found[0].isdigit():
        return slip.mistake("E119", "a parameter is a name", "n, or n=64 with a default")
    return slip.mistake(
        "E119", f"{slip.found} is no parameter", "parameters are names, separated by blanks: def block n s=1 { ... }"
    )


def glued(slip: Slip) -> Diagnostic | None:
    """Words and numbers without a blank between them."""
    if not re.match(r"\d|[spdgo]\d", slip.found) or not re.search(r"[A-Za-z_]", slip.found):
        return None
    if re.fullmatch(r"\d+(?:x\d+)*", slip.found):
        return _shape(slip)
    match = re.fullmatch(r"([\dx]*\d)([A-Za-z_]\w*)", slip.found)
    layer = layers_like(match[2], WORDS, guess=False) if match and len(match[2]) > 1 else []
    if match and layer and (match[2].upper() in WORDS or not re.match(r"[spdgo]\d", match[2])):
        return slip.mistake("E105", f"-> is missing before {match[2]}", write=f"{match[1]} -> {layer[0]}")
    flags = re.fullmatch(r"((?:\d+x)*\d+)?((?:[spdgo]\d+)+)", slip.found)
    if flags:
        parts = [*([flags[1]] if flags[1] else []), *re.findall(r"[spdgo]\d+", flags[2])]
        return slip.mistake("E106", "arguments are glued together", write=" ".join(parts))
    help = "blanks separate arguments: CONV 64 3x3 s2"
    return slip.mistake("E106", f"a letter is glued to a number: {slip.found}", help)


def _shape(slip: Slip) -> Diagnostic | None:
    """A shape that is written well, where none can stand."""
    arrow = slip.ending(r"->\s*")
    if arrow:
        return slip.mistake("E110", "a volume is no stage", at=(arrow.start(), slip.end), write=f"=> {slip.found}")
    if slip.ending(r"\(\s*") and slip.after.startswith(")"):
        at = (slip.text.rindex("(", 0, slip.start), slip.text.index(")", slip.end) + 1)
        return slip.mistake("E109", "a shape stands without parentheses", at=at, write=slip.found)
    return None


def colon(slip: Slip) -> Diagnostic | None:
    """Colons that neither label nor glue."""
    if slip.dangling[-1:] == ":" and slip.found[0].isdigit():
        layer = layers_like(slip.dangling[:-1].rstrip(), WORDS, guess=False)
        start = slip.text.rindex(slip.dangling, 0, slip.start)
        if layer:
            return slip.mistake(
                "E113", "no colon stands behind a layer", at=(start, slip.end), write=f"{layer[0]} {slip.found}"
            )
    if slip.text[slip.end : slip.end + 1] == ":" and "_ARROW" in slip.expected:
        return slip.mistake("E105", f"-> is missing before {slip.found}:", write=f"-> {slip.found}")
    if slip.found != ":":
        return None
    option = slip.ending(r"\b([a-z_]+)")
    value = re.compile(r":(\d[\dx]*)").match(slip.text, slip.start)
    if option and value:
        return slip.mistake(
            "E113", "no colon stands in an option", at=(option.start(), value.end()), write=f"{option[1]}={value[1]}"
        )
    label = slip.ending(r"\b([a-z_]\w*)[ \t]*")
    sides = slip.around(r"\b[spdgo]=?\d*[\w()]*:\s*[a-z]\w*")
    if sides:
        before, after = sides[0].split(":")
        return slip.mistake(
            "E117", "names in glued values stand in parentheses", at=sides.span(), write=f"{before}:({after.strip()})"
        )
    if label and slip.text[slip.end : slip.end + 1].isspace():
        return slip.mistake(
            "E105", f"-> is missing before {label[1]}:", at=(label.start(1), slip.end), write=f"-> {label[1]}:"
        )
    return slip.mistake("E113", ": cannot stand here", "c1: CONV 64 3x3 labels a stage, p0:1 pads before and after")


def missing_arrow(slip: Slip) -> Diagnostic | None:
    """A stage behind a finished one."""
    if "_ARROW" not in slip.expected or not re.match(r"[\w@\[]", slip.found):
        return None
    if slip.found[0].isdigit():
        return slip.mistake(
            "E113", f"{slip.found} cannot stand here", "arguments follow their layer: CONV 64 3x3 => 55x55x64"
        )
    layer = [] if slip.found[0].islower() else layers_like(slip.found, WORDS)
    return slip.mistake("E105", f"-> is missing before {slip.found}", write=f"-> {(layer or [slip.found])[0]}")


def no_stage(slip: Slip) -> Diagnostic | None:
    """What is no stage, where one must stand."""
    if "LABEL" not in slip.expected or not re.match(r"\w", slip.found):
        return None
    return slip.mistake("E110", f"{slip.found} is no stage", "a stage starts with a layer or a block: CONV 64 3x3")


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
_FEW = 3
"""More that could stand somewhere is no help."""


def anything(slip: Slip) -> Diagnostic:
    """What no rule knows."""
    if not slip.found.isprintable():
        message = f"the character U+{ord(slip.found[0]):04X} means nothing"
        return slip.mistake("E113", message, "delete it: it may be invisible")
    says = [word for terminal, word in _SAYS.items() if terminal in slip.expected]
    if not 0 < len(says) <= _FEW:
        return slip.mistake(
            "E113", f"{slip.found} cannot stand here", "-> joins layers, blanks separate arguments, # starts a comment"
        )
    return slip.mistake("E113", f"{slip.found} cannot stand here", f"expected {' or '.join(says)}")
