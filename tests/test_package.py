"""What a wheel and a source archive carry, and that the parser tables of the wheel read what the grammars read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GRAMMARS = sorted(path.stem for path in (ROOT / "grammars").glob("*.lark"))
SPECS = sorted((ROOT / "specs").rglob("*.arch"))


def run(*command: str, path: Path = ROOT) -> str:
    """What a Python command prints, with the package taken from `path`."""
    environment = {**os.environ, "PYTHONPATH": str(path), "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [sys.executable, *command], cwd=path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the wheel and the source archive that this checkout builds."""
    folder = tmp_path_factory.mktemp("dist")
    run("-m", "hatchling", "build", "-d", str(folder))
    return folder


@pytest.fixture(scope="module")
def installed(archives: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the wheel, as an installation lays them out."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(next(archives.glob("*.whl"))) as wheel:
        wheel.extractall(folder)
    return folder


def tracked(*folders: str) -> set[str]:
    """The files that git knows in some folders, or all that lie there if this is no checkout."""
    listed = subprocess.run(["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        return {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}
    found = (path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file())
    return {path.as_posix() for path in found if not re.search(r"__pycache__|^\.(?!ci)|^PKG-INFO", path.as_posix())}


def test_wheel_holds_the_package_with_grammars_and_specs(installed: Path) -> None:
    held = {path.relative_to(installed).as_posix() for path in installed.rglob("*") if path.is_file()}
    assert {name for name in tracked("archcalc") if name.endswith((".py", ".typed", ".css", ".js"))} <= held
    assert {f"archcalc/{name}" for name in tracked("grammars", "schemas", "specs")} <= held
    assert {name.partition("/")[0] for name in held if ".dist-info/" not in name} == {"archcalc"}


def test_wheel_names_its_command_and_its_license(installed: Path) -> None:
    information = next(installed.glob("*.dist-info"))
    assert "archcalc = archcalc.cli:main" in (information / "entry_points.txt").read_text()
    assert (information / "licenses" / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


def test_extras_never_ask_for_both_runtimes(installed: Path) -> None:
    needs = (next(installed.glob("*.dist-info")) / "METADATA").read_text().splitlines()
    extras = {line.rpartition("extra == ")[2] for line in needs if line.startswith("Requires-Dist: onnxruntime>")}
    assert extras == {"'cpu'"}
    extras = {line.rpartition("extra == ")[2] for line in needs if line.startswith("Requires-Dist: onnxruntime-gpu")}
    assert extras == {"'cuda'"}


def test_source_archive_is_complete(archives: Path) -> None:
    with tarfile.open(next(archives.glob("*.tar.gz"))) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert tracked(".") - {".gitignore"} <= held


READ = """
from pathlib import Path
from archcalc import SpecError
from archcalc.source import Source
from archcalc.syntax import parse
import sys
for name in sys.argv[1:]:
    print(parse(Source(Path(name).read_text(encoding="utf-8"), name)))
for text in ("CONV 8 3 x 3", "[RELU", "conv 8", "POOL 2 s2 ->"):
    try:
        print(parse(Source(text)))
    except SpecError as error:
        print(error)
"""
BUILT = """
import sys
import lark
from archcalc.syntax.grammar import parser
print([hasattr(parser(name, lark.Transformer), "grammar") for name in sys.argv[1:]])
"""


def test_tables_read_what_the_grammar_reads(installed: Path) -> None:
    specs = [str(path) for path in SPECS]
    assert run("-c", READ, *specs, path=installed) == run("-c", READ, *specs)


def test_tables_are_used_where_they_fit(installed: Path) -> None:
    assert "True" not in run("-c", BUILT, *GRAMMARS, path=installed)
    assert "False" not in run("-c", BUILT, *GRAMMARS)


def test_tables_of_another_grammar_are_not_used(installed: Path) -> None:
    grammar = installed / "archcalc" / "grammars" / "spec.lark"
    text = grammar.read_text(encoding="utf-8")
    grammar.write_text(text + "\n// changed\n", encoding="utf-8")
    try:
        assert run("-c", BUILT, "spec", path=installed) == "[True]\n"
    finally:
        grammar.write_text(text, encoding="utf-8")
