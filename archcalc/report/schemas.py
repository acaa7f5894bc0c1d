"""The published JSON Schemas (draft 2020-12): what --json prints, for programs that read it."""

from __future__ import annotations

import json
import re
from os import listdir
from os.path import join
from typing import Any

from ..errors import UsageError
from ..resources import folder
from ..words import nearest

_COMMON = "common"
_SHARED = f"{_COMMON}.json#/$defs/"


def names() -> tuple[str, ...]:
    """The schemas that there are, by the commands that print such objects.

    >>> "show" in names(), "errors" in names()
    (True, True)
    """
    found = (name.removesuffix(".json") for name in listdir(folder("schemas")) if name.endswith(".json"))
    return tuple(sorted(name for name in found if name != _COMMON))


def schema(name: str) -> dict[str, Any]:
    """One schema, with everything in it that it refers to. UsageError if there is none of that name."""
    if name not in names():
        near = nearest(name, names(), 1)
        help = f"did you mean {near[0]}?" if near else f"there are {', '.join(names())}"
        raise UsageError.of("E675", f"there is no schema {name}", help=(help,))
    found: dict[str, Any] = json.loads(_read(name).replace(_SHARED, "#/$defs/"))
    shared = json.loads(_read(_COMMON))["$defs"]
    needed = found.setdefault("$defs", {})
    while missing := _referred(found) - set(needed):
        needed |= {one: shared[one] for one in sorted(missing)}
    if not needed:
        del found["$defs"]
    return found


def _read(name: str) -> str:
    with open(join(folder("schemas"), f"{name}.json"), encoding="utf-8") as file:  # noqa: PTH118, PTH123 - see resources
        return file.read()


def _referred(schema: dict[str, Any]) -> set[str]:
    return set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(schema)))
