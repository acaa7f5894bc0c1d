"""Budgets: totals held against the most that is allowed. The totals are torchvision's."""

from __future__ import annotations

import json

import pytest

import archcalc
from archcalc import SpecError, UsageError

from .commands import process

MOBILENET = "torchvision/mobilenet_v2"  # 3,504,872 parameters, 300,774,272 multiply-adds
PEAK = "INPUT 8x8x4 -> CONV 16 3x3 p1 -> GAP"  # alive while CONV runs: 8*8*4 + 8*8*16 numbers of 4 bytes = 5 KiB


@pytest.mark.parametrize(
    ("spec", "budget"),
    [
        (MOBILENET, {"max_params": 3504872}),
        (MOBILENET, {"max_params": "3504.872k", "max_macs": "0.300774272G"}),
        (PEAK, {"max_peak": "5KiB"}),
        (PEAK, {"max_peak": "5120"}),
        (PEAK, {"max_peak": "5.12kB"}),
        (PEAK, {"max_peak": 5120}),
    ],
)
def test_what_a_budget_allows(spec: str, budget: dict[str, int | str]) -> None:
    net = archcalc.parse(spec) if " " in spec else archcalc.load(spec)
    net.check(**budget)
    what, most = next(iter(budget.items()))
    with pytest.raises(SpecError) as caught:
        one_less = {what: 1} if isinstance(most, str) else {what: most - 1}
        net.check(**one_less)
    (found,) = caught.value.diagnostics
    assert found.code == "E403"


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ({"max_params": "3M"}, "3,000,000 allowed, 3,504,872 needed (+504,872)"),
        ({"max_macs": "300M"}, "300,000,000 allowed, 300,774,272 needed (+774,272)"),
        ({"max_params": 0}, "0 allowed, 3,504,872 needed (+3,504,872)"),
    ],
)
def test_both_numbers_are_told(budget: dict[str, int | str], said: str) -> None:
    with pytest.raises(SpecError) as caught:
        archcalc.load(MOBILENET).check(**budget)
    assert [found.note for found in caught.value.diagnostics] == [said]


@pytest.mark.parametrize(
    "budget",
    [
        {"max_params": "5MiB"}, {"max_params": "5MB"}, {"max_macs": "5X"}, {"max_macs": "-5M"}, {"max_macs": ""},
        {"max_peak": "64Mib"}, {"max_peak": "64 MiB"}, {"max_params": "1.5"}, {"max_macs": "1e6"}, {"max_peak": "1Mi"},
    ],
)  # fmt: skip
def test_unknown_units_are_refused(budget: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="E628"):
        archcalc.parse(PEAK).check(**budget)


def test_free_dimensions_have_no_number() -> None:
    with pytest.raises(SpecError, match="E404"):
        archcalc.parse("INPUT HxWx3 -> CONV 8 3x3").check(max_macs="1M")


@pytest.mark.parametrize(
    ("words", "code", "codes"),
    [
        (f"check {MOBILENET} alexnet --max-params 70M --max-macs 2G --max-peak 64MiB", 0, []),
        (f"check {MOBILENET} alexnet --max-params 5M --max-macs 310M", 1, ["E403", "E403"]),
        (f"check {MOBILENET} --max-params 5Q", 2, ["E628"]),
        (f"check '{PEAK}' --max-peak 5119", 1, ["E403"]),
        (f"check '{PEAK}; check params=1' --max-peak 5119", 1, ["E402"]),
    ],
)
def test_the_command(words: str, code: int, codes: list[str]) -> None:
    said = process(words + " --json")
    assert said.code == code
    assert [found["code"] for found in json.loads(said.out)["errors"]] == codes
