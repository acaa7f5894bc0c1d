"""match: does a network follow a pattern, and patterns written out."""

from __future__ import annotations

import sys

from ..errors import UsageError
from ..load import read_spec
from ..patterns import instantiate, mismatch
from ..patterns import match as match_pattern
from ..report import json
from .arguments import options_of, parse
from .words import values_of


def match(words: list[str]) -> int:
    """SPEC PATTERN: the counts with which the spec follows it, 1 if it does not. PATTERN --set N=2: the spec."""
    given = parse("match", words)
    if len(given.spec) == 1:
        values = {name: value for name, value in values_of(given.set).items() if isinstance(value, int)}
        sys.stdout.write(instantiate(given.spec[0], values) + "\n")
        return 0
    if len(given.spec) != 2:
        raise UsageError.of("E620", "match takes a SPEC and a PATTERN", help=("each in quotes",))
    spec, pattern = given.spec
    graph = read_spec(spec, options_of(given))
    found = match_pattern(graph, pattern)
    reason = "" if found else mismatch(graph, pattern)
    if given.json:
        answer = {
            "matches": found is not None,
            "counts": found.counts if found else {},
            "passed": found.passed if found else [],
            "reason": reason or None,
        }
        sys.stdout.write(json.document(answer))
    elif found is None:
        sys.stdout.write(f"no match: {reason}\n")
    else:
        counts = ", ".join(f"{name} = {_said(count)}" for name, count in found.counts.items())
        passed = f" (passing over {', '.join(found.passed)})" if found.passed else ""
        sys.stdout.write(f"matches: {counts}{passed}\n")
    return 0 if found else 1


def _said(count: int | tuple[int, ...]) -> str:
    return str(count) if isinstance(count, int) else " ".join(map(str, count))
