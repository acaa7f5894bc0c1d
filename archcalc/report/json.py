"""JSON for programs: one object, ASCII only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import Diagnostic


def document(content: Mapping[str, Any]) -> str:
    """An object in JSON, a key a line; of a list of objects each has a line of its own.

    >>> print(document({"schema": 1, "layers": [{"name": "conv1"}, {"name": "fc1"}]}), end="")
    {"schema": 1,
     "layers": [
      {"name": "conv1"},
      {"name": "fc1"}]}
    """
    return "{" + ",\n ".join(f"{json.dumps(key)}: {_value(value)}" for key, value in content.items()) + "}\n"


def _value(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n  " + ",\n  ".join(map(json.dumps, value)) + "]"
    return json.dumps(value)


def errors(diagnostics: Iterable[Diagnostic]) -> str:
    """What went wrong, as {"errors": [...]}; an empty list where nothing did."""
    return document({"errors": [diagnostic.as_dict() for diagnostic in diagnostics]})
