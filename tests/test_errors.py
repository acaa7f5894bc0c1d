"""Diagnostics, held against files that people can read: tests/errors/*.txt.

Each case is a title, a wrong spec, and what archcalc says of it. `python -m tests.test_errors` writes the answers anew;
read the difference aloud before it is committed: does every message name the place, and what to type instead?
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import archcalc
from archcalc import ArchcalcError, Diagnostic, Place

FOLDER = Path(__file__).parent / "errors"
ROOT = FOLDER.parent.parent


class Case(NamedTuple):
    """One wrong spec, and the answer."""

    file: str
    title: str
    spec: str
    answer: str


def read(path: Path) -> Iterator[Case]:
    """The cases of a file."""
    for piece in path.read_text(encoding="utf-8").split("=== ")[1:]:
        title, _, rest = piece.partition("\n")
        spec, _, answer = rest.partition("\n---\n")
        yield Case(path.stem, title, spec, answer.strip("\n"))


CASES = [case for path in sorted(FOLDER.glob("*.txt")) for case in read(path)]


def mistakes(spec: str) -> tuple[Diagnostic, ...]:
    """What archcalc says of a spec."""
    try:
        archcalc.parse(spec).check()
    except ArchcalcError as error:
        return error.diagnostics
    return ()


def answer(spec: str) -> str:
    return "\n\n".join(mistake.render() for mistake in mistakes(spec))


named = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}: {case.title}")


@named
def test_the_answer(case: Case) -> None:
    assert answer(case.spec) == case.answer


@named
def test_every_mistake_has_a_place_and_a_cure(case: Case) -> None:
    found = mistakes(case.spec)
    assert found
    for mistake in found:
        assert mistake.help, mistake
        assert mistake.place or not case.spec.strip()
        assert not re.search(r"token|terminal|lark|None|Traceback|Error\b", mistake.render())
    assert len({(mistake.code, mistake.place) for mistake in found}) == len(found)


@named
def test_a_fix_mends_the_mistake(case: Case) -> None:
    """What stands in place of the mistake makes it go away, and brings no other of its kind."""
    for mistake in mistakes(case.spec):
        for fix in mistake.fixes:
            mended = replace(case.spec, fix.place or mistake.place, fix.replace)
            after = mistakes(mended)
            assert (mistake.code, spot(mistake)) not in [(other.code, spot(other)) for other in after], mended


def spot(mistake: Diagnostic) -> tuple[int, int] | None:
    """Line and column."""
    return mistake.place and mistake.place[1:3]


def replace(spec: str, place: Place | None, text: str) -> str:
    """The spec with a text in the place of a mistake."""
    assert place is not None
    lines = spec.split("\n")
    start = sum(len(line) + 1 for line in lines[: place.line - 1]) + place.column - 1
    end = sum(len(line) + 1 for line in lines[: place.end_line - 1]) + place.end_column - 1
    return spec[:start] + text + spec[end:]


def test_there_are_many_cases_of_every_kind() -> None:
    """Every code of the text and of what it means, but those of imports and the command line."""
    shown = set(re.findall(r"^[EW]\d{3}", "\n".join(case.answer for case in CASES), re.M))
    assert len(CASES) >= 60
    elsewhere = {"E228", "E241", "E242", "E243"}
    assert {code for code in raised("syntax", "build") if code[1] in "124"} - elsewhere <= shown


def documented() -> set[str]:
    """The codes that the docs explain."""
    return set(re.findall(r"^\| ([EW]\d{3}) ", (ROOT / "docs" / "errors.md").read_text(encoding="utf-8"), re.M))


def raised(*folders: str) -> set[str]:
    """The codes of errors that the sources hold."""
    paths = [path for folder in folders or ("",) for path in (ROOT / "archcalc" / folder).rglob("*.py")]
    return set(re.findall(r'"(E\d{3})"', "\n".join(path.read_text(encoding="utf-8") for path in paths)))


def test_the_docs_explain_every_code_and_no_other() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "archcalc").rglob("*.py"))
    assert documented() == set(re.findall(r'"([EW]\d{3})"', sources))


def test_no_code_says_two_things() -> None:
    rows = re.findall(r"^\| ([EWL]\d{3}) \|", (ROOT / "docs" / "errors.md").read_text(encoding="utf-8"), re.M)
    assert [code for code, times in Counter(rows).items() if times > 1] == []


if __name__ == "__main__":
    for path in sorted(FOLDER.glob("*.txt")):
        pieces = [f"=== {case.title}\n{case.spec}\n---\n{answer(case.spec)}\n" for case in read(path)]
        path.write_text("\n".join(pieces), encoding="utf-8")
