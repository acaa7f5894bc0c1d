"""Shapes of the outputs of ONNX's operators, a function each: from a Site to the values that leave it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module

from ..site import Site
from ..value import Value

Rule = Callable[[Site], list[Value]]

HOMES = ("elementwise", "moves", "windows", "reduce", "dense", "pick", "makers", "others", "contrib")
"""The files of rules."""


@cache
def rules() -> dict[tuple[str, str], Rule]:
    """The rule of every operator, by its domain and name."""
    found: dict[tuple[str, str], Rule] = {}
    for home in HOMES:
        module = import_module(f".{home}", __name__)
        for key, rule in module.RULES.items():
            found[("", key) if isinstance(key, str) else key] = rule
    return found


def rule_of(domain: str, op: str) -> Rule | None:
    """The rule of an operator, or None."""
    return rules().get((domain, op))
