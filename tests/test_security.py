"""SECURITY.md names a test for every promise: they are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_promise_has_its_test() -> None:
    rows = re.findall(r"^\| (.*) \| (.*) \|$", (ROOT / "SECURITY.md").read_text(encoding="utf-8"), re.M)[1:]
    assert len(rows) >= 10, "the first row is the head"
    for promise, held in rows:
        files = re.findall(r"`(tests/\w+\.py)`", held)
        assert files, promise
        texts = "".join((ROOT / file).read_text(encoding="utf-8") for file in files)
        for name in re.findall(r"`(test_\w+)`", held):
            assert f"def {name}(" in texts, name
