"""The data files beside the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def read(name: str) -> dict[str, Any]:
    """The tables of a file."""
    import tomllib  # noqa: PLC0415 - only who compares waits for it

    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))
