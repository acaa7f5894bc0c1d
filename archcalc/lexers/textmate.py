"""The grammar for TextMate, which Visual Studio Code, Sublime Text and GitHub read as well."""

from __future__ import annotations

import json

from .rules import rules

FILE = "arch.tmLanguage.json"


def grammar() -> str:
    """The grammar as JSON. `python -m archcalc.lexers` writes it where it is shipped."""
    patterns = [{"name": rule.scope, "match": rule.pattern} for rule in rules()]
    whole = {"name": "archcalc", "scopeName": "source.arch", "fileTypes": ["arch"], "patterns": patterns}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
