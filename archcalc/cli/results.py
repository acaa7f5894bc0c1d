"""What a command found, as the options want it: a table for people, JSON or CSV for programs."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from typing import Any, Protocol

from ..errors import Styled
from ..report import json, records, text
from ..report.layout import Signs


class Found(Protocol):
    """An analysis with a line for every layer."""

    def as_dict(self) -> dict[str, Any]:
        """All of it, for programs."""


Form = Callable[[Any, "int | None", "int | None", Signs], list[Styled]]
"""What draws it for people: of the room that there is, folded to a depth."""


def hand_out(found: Found, given: Namespace, form: Form) -> int:
    """Print what was found; the exit code."""
    if given.json:
        sys.stdout.write(json.document(found.as_dict()))
        return 0
    if given.csv:
        sys.stdout.write(records.document(found.as_dict()["layers"]))
        return 0
    room, signs = text.screen(sys.stdout)
    text.write(form(found, room, given.depth, signs), sys.stdout)
    return 0
