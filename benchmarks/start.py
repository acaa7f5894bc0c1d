"""Starting: what a user waits for between the command and the table."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import onnx

from .measure import Result, on_terminal, process, race_by_clock

ROOT = Path(__file__).parent.parent
MAIN = "import sys; from archcalc.cli import main; sys.exit(main())"
"""What the installed command runs; -P keeps the checkout out of it."""


def results() -> Iterator[Result]:
    """Whole processes against importing lark alone, which nothing that uses it can undercut."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPATH": str(installed(Path(folder)))}
        lark = process([sys.executable, "-P", "-c", "import lark"], environment)
        for arguments in ("show vgg16", "show vgg16 --json", "check vgg16"):
            command = process([sys.executable, "-P", "-c", MAIN, *arguments.split()], environment)
            ours, theirs = race_by_clock(command, lark, rounds=40)
            yield Result(f"archcalc {arguments}", ours, "python -c 'import lark'", theirs, 2.5)
        shown = on_terminal([sys.executable, "-P", "-c", MAIN, "show", "vgg16"], environment)
        ours, theirs = race_by_clock(shown, lark, rounds=40)
        yield Result("archcalc show vgg16, on a terminal", ours, "python -c 'import lark'", theirs, 2.5)
        yield reading(environment)


def reading(environment: dict[str, str]) -> Result:
    """A model of 1,746 nodes, whole, against only importing the library that others read it with."""
    model = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light" / "light_densenet121.onnx"
    command = process([sys.executable, "-P", "-c", MAIN, "show", str(model)], environment)
    library = process([sys.executable, "-P", "-c", "import onnx"], environment)
    ours, theirs = race_by_clock(command, library, rounds=20)
    return Result("archcalc show densenet121.onnx", ours, "python -c 'import onnx'", theirs, 3)


def installed(folder: Path) -> Path:
    """The files of a wheel of this checkout, as an installation lays them out."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "installed")
    compileall.compile_dir(folder, quiet=2)  # as pip does
    return folder / "installed"
