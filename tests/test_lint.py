"""Lint: each finding with a spec that has it and one that does not."""

from __future__ import annotations

import pytest

import archcalc

FINDINGS = [
    ("L101", "INPUT 8x8x3 -> CONV 4 3x3 s2 floor", "INPUT 9x9x3 -> CONV 4 3x3 s2 floor"),
    # what is lost must be of the image: of ResNet's layers only padding is, and its shortcuts skip on purpose
    ("L101", "INPUT 32x33x3 -> CONV 8 5x5 s3 floor", "INPUT 224x224x3 -> CONV 64 7x7 s2 p3 floor"),
    ("L101", "INPUT 13x13x8 -> POOL 2 s2 floor", "INPUT 56x56x64 -> CONV 64 1x1 s2 floor"),
    ("L101", "INPUT 13x13x8 -> POOL 2 s2 floor", "INPUT 13x13x8 -> POOL 2 s2 ceil"),
    ("L102", "INPUT 8x8x3 -> CONV 4 3x3 -> BN", "INPUT 8x8x3 -> CONV 4 3x3 nobias -> BN"),
    ("L102", "INPUT 8x8x3 -> c: CONV 4 3x3 -> BN", "INPUT 8x8x3 -> c: CONV 4 3x3 -> BN -> ADD @c"),
    ("L103", "INPUT 8x8x3 -> CONV 4 2x2 same", "INPUT 8x8x3 -> CONV 4 3x3 same"),
    ("L104", "INPUT 3x3x3 -> POOL 5 s1 p2", "INPUT 5x5x3 -> POOL 5 s1 p2"),
    ("L105", "INPUT 64x64x3 -> CONV 4 3x3 -> CONV 4 3x3", "INPUT 5x5x3 -> CONV 4 3x3 -> CONV 4 3x3"),
    ("L106", "INPUT 8x8x3 -> [CONV 4 3x3 s2 p1 ceil]*6", "INPUT 128x128x3 -> [CONV 4 3x3 s2 p1 ceil]*6"),
    ("L107", "INPUT 8 -> [FC 8 -> RELU]*3 -> FC 8 -> ELU", "INPUT 8 -> [FC 8 -> RELU]*4"),
    ("L108", "INPUT 7x7x512 -> FC 4096 -> FC 10", "INPUT 7x7x512 -> GAP -> FC 4096 -> FC 10"),
]


def _codes(spec: str) -> set[str]:
    return {finding.code for finding in archcalc.parse(spec).lint()}


@pytest.mark.parametrize(("code", "has", "has_not"), FINDINGS)
def test_findings(code: str, has: str, has_not: str) -> None:
    assert code in _codes(has)
    assert code not in _codes(has_not)


def test_what_global_average_pooling_saves_in_vgg() -> None:
    """LECTURES.md: VGG's 7x7x512 averaged to 1x1x512; 25,088 x 4,096 weights become 512 x 4,096."""
    finding = next(finding for finding in archcalc.load("vgg16").lint() if finding.code == "L108")
    assert finding.help == (f"GAP -> FC 4096 has {513 * 4096:,} and saves {(25088 - 512) * 4096:,}",)


def test_a_finding_stands_where_the_layer_stands() -> None:
    finding = archcalc.parse("INPUT 8x8x3\nCONV 4 3x3\nBN").lint()[0]
    assert finding.place is not None
    assert (finding.place.line, finding.place.column) == (2, 1)
