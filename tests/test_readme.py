"""The examples of the README and of the pages in docs/ do what they show.

`console` blocks hold commands after "$ " and what they print (... stands for anything), `python` blocks are sessions,
`arch` blocks are whole specs.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import archcalc
from archcalc.ops import WORDS

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = f"""#!/bin/sh
exec "{sys.executable}" -c 'import sys; from archcalc.cli import main; sys.exit(main())' "$@"
"""


class Block(NamedTuple):
    """A fenced block of a page."""

    page: str
    line: int
    language: str
    text: str


def _blocks() -> list[Block]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S):
            found.append(Block(page.name, text.count("\n", 0, match.start()) + 2, match[1], match[2]))
    return found


BLOCKS = _blocks()


def having(language: str) -> pytest.MarkDecorator:
    """Run a test with every block in a language."""
    chosen = [pytest.param(block, id=f"{block.page}:{block.line}") for block in BLOCKS if block.language == language]
    return pytest.mark.parametrize("block", chosen)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the examples work; the files of one serve the next."""
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which archcalc is a command."""
    command = tmp_path_factory.mktemp("bin") / "archcalc"
    command.write_text(COMMAND)
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "NO_COLOR": "1"}


@pytest.mark.skipif(sys.platform == "win32", reason="the examples are written for a POSIX shell")
@having("console")
def test_console(block: Block, folder: Path, environment: dict[str, str]) -> None:
    examples = re.findall(r"^\$ (.*\n(?:> .*\n)*)((?:(?!\$ ).*\n)*)", block.text, re.M)
    assert examples
    for command, expected in examples:
        done = subprocess.run(
            ["sh", "-c", re.sub("^> ", "", command, flags=re.M)],
            cwd=folder, env=environment, text=True, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert doctest.OutputChecker().check_output(expected, done.stdout, doctest.ELLIPSIS), done.stdout


@pytest.mark.parametrize("page", sorted({block.page for block in BLOCKS if block.language == "python"}))
def test_python(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    text = "\n".join(block.text for block in BLOCKS if (block.page, block.language) == (page, "python"))
    session = doctest.DocTestParser().get_doctest(text, {}, page, page, 0)
    report: list[str] = []
    outcome = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(session, out=report.append)
    assert outcome.attempted and not outcome.failed, "".join(report)


@having("arch")
def test_spec(block: Block) -> None:
    net = archcalc.parse(block.text)
    net.check()
    assert net.table().rows


def test_other_languages_are_left_alone() -> None:
    assert {block.language for block in BLOCKS} <= {"console", "python", "arch", "text", "sh"}


def test_every_layer_is_explained() -> None:
    page = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    cells = " ".join(re.findall(r"^\| (.*?) \|", page, re.M))
    explained = set(re.findall(r"\b[A-Z][A-Z0-9]+\b", cells))
    assert set(WORDS) - explained == set()


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
