"""What importing pulls in: start-up time is part of the answer, and the layers are part of the design."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = {"numpy", "onnx", "onnxruntime", "rich", "sympy", "PIL"}
SLOW_STDLIB = {"importlib.metadata", "difflib", "email", "socket", "json", "unittest"}


def modules_after(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after running the code."""
    script = f"import sys, io; out, sys.stdout = sys.stdout, io.StringIO()\n{code}\nprint(*sys.modules, file=out)"
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(run.stdout.split())


COUNTING = """
import archcalc
net = archcalc.load("alexnet")
net.check()
net.table().as_dict()
archcalc.conv2d((227, 227, 3), 96, 11, stride=4).macs
"""


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import archcalc", HEAVY | SLOW_STDLIB | {"argparse"}),
        (COUNTING, HEAVY | SLOW_STDLIB | {"argparse"}),
        ("from archcalc.cli import main; main(['show', 'alexnet'])", HEAVY | {"json", "pathlib", "difflib"}),
        ("from archcalc.cli import main; main(['check', 'alexnet'])", HEAVY),
        ("from archcalc.cli import main; main(['list'])", HEAVY),
    ],
    ids=["import", "count", "show", "check", "list"],
)
def test_light(code: str, absent: set[str]) -> None:
    assert modules_after(code) & absent == set()


def test_nothing_is_printed_by_the_library() -> None:
    run = subprocess.run([sys.executable, "-c", COUNTING], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("", "")


def test_layers() -> None:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", code, "--no-cache"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
