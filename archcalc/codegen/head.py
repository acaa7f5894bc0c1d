"""Heads of generated files."""

from __future__ import annotations

import re
from textwrap import wrap

from ..analysis.table import tabulate
from ..graph import Graph
from .code import WIDTH

_STANDARD = {
    "math": "import math", "OrderedDict": "from collections import OrderedDict", "cache": "from functools import cache",
    "product": "from itertools import product",
}  # fmt: skip
"""What the standard library has, by the name that is used."""


def head(graph: Graph, framework: str, code: str, imports: list[str]) -> str:
    """What the network is, and the imports of its code."""
    title = f'"""{_plain(graph.title) or "A network"} in {framework}: {tabulate(graph).totals.params:,} parameters.'
    source = wrap(_plain(str(graph.settings.get("source", ""))), WIDTH)
    lines = [title, "", *source, '"""'] if source else [f'{title}"""']
    standard = [line for name, line in _STANDARD.items() if re.search(rf"(?<!\.)\b{name}\b[.(\n]", code)]
    return "\n".join([*lines, "", *standard, *([""] if standard else []), *imports])


def _plain(words: str) -> str:
    """What may stand in a docstring."""
    return " ".join(words.replace("\\", "/").replace('"', "'").split())
