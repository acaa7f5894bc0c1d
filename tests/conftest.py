"""What all tests share: the same examples in every run, and a runtime that writes and sends nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from archcalc.cli import main

from .commands import Sweep

# read when onnxruntime is first imported, by whichever test that is
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

# HYPOTHESIS_PROFILE=search looks for new examples, the default repeats the known ones
settings.register_profile("repeat", deadline=None, derandomize=True, database=None)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))


@pytest.fixture
def call_sweep(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sweep:
    """Calls sweep in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["sweep", *words])
        return code, *capsys.readouterr()

    return run
