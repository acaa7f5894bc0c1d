"""Slides that state memory and parameters beside their volumes."""

from __future__ import annotations

from time import process_time

import pytest

import archcalc
from archcalc import SpecError

from .slides import VGG16, spec_of

HEADED = [
    VGG16,
    f"(not counting biases){VGG16}",
    VGG16.replace("params:", "weights:"),
    VGG16.replace("memory", "Memory"),
]


@pytest.mark.parametrize("listing", HEADED, ids=["as it is", "with its heading", "weights", "capitals"])
def test_the_listing_of_vgg16_is_right_but_for_its_memory(listing: str) -> None:
    """LECTURES: its own rows sum to 15.2M values, 58 MiB, input included."""
    grade = archcalc.grade(listing)
    assert (grade.right, grade.wrong, grade.mistakes) == (66, 1, ())
    (wrong,) = (answer for answer in grade.answers if not answer.right)
    assert (wrong.asked, wrong.claimed) == ("total memory", "24M * 4 bytes ~= 93MB")
    assert wrong.actual == "15,237,608 * 4 bytes = 61.0 MB (58.1 MiB)"
    net = archcalc.parse(listing)
    assert net.totals.params == 138_357_544
    with pytest.raises(archcalc.SpecError) as refused:
        net.check()
    (mistake,) = refused.value.diagnostics
    assert mistake.code == "E402"
    assert mistake.help == ("total memory: 15,237,608",)


def test_the_listing_of_vgg16_converts_to_the_network() -> None:
    spec = spec_of(VGG16)
    rows = archcalc.load("vgg16").table().rows
    net = archcalc.parse(spec)
    net.check()
    assert [row.output for row in net.table().rows] == [row.output for row in rows if row.op in ("CONV", "POOL", "FC")]


COUNTS = [
    # what stands behind CONV1: 10 5x5 filters on 32x32x3, and whether it is so: 760 parameters, 10,240 numbers, 40 KiB
    ("params: 760", True), ("params: 750", True), ("weights: 750", True), ("weights: 760", False),
    ("parameters = 10 * (5*5*3 + 1) = 760", True), ("params: (5*5*3)*10 + 10", True), ("params: 761", False),
    ("memory: 32*32*10 = 10K", True), ("memory: 10.2K", True), ("memory: 10.3K", False), ("memory: 10,240", True),
    ("memory: 40KB", True), ("memory: 41KB", True), ("memory: 40.96 kB", True), ("memory: 40 KiB", True),
    ("memory: 42KB", False), ("memory: 32x32x10 * 4 bytes = 40,960 bytes", True), ("memory: 32*32*11", False),
    ("Params: 0.76K", True), ("params: 1K", True), ("params: 2K", False), ("params: 0.8K", True),
]  # fmt: skip


@pytest.mark.parametrize(("count", "right"), COUNTS, ids=[row[0] for row in COUNTS])
def test_counts_are_held_as_exactly_as_they_are_written(count: str, right: bool) -> None:
    grade = archcalc.grade(f"[32x32x3] INPUT\n[32x32x10] CONV1: 10 5x5 filters at stride 1, pad 2  {count}")
    assert not grade.mistakes
    assert [answer.right for answer in grade.answers] == [True, right]


@pytest.mark.parametrize(
    "count", ["params: many", "memory: 3*", "params: (3*3", "memory: 3.2Q", "params:", "memory: 1.5*3"]
)
def test_counts_that_are_none_are_refused(count: str) -> None:
    with pytest.raises(archcalc.SpecError) as refused:
        archcalc.parse(f"[32x32x3] INPUT\n[32x32x10] CONV1: 10 5x5 filters at stride 1, pad 2  {count}")
    assert [mistake.code for mistake in refused.value.diagnostics] == ["E121"]


PACKED = [
    # names that say what a layer is (Simonyan and Zisserman 2014, table 1), unless the row says it
    ("[8x8x64] CONV3-64", "CONV 64 3x3 p1"),
    ("[8x8x256] conv1-256", "CONV 256 1x1"),
    ("[4x4x3] POOL2", "POOL 2x2 s2"),
    ("[4096] FC-4096", "FC 4096"),
    ("[1x1x10] FC", "FC 10"),
    ("[6x6x5] conv3-1: 5 3x3 filters", "CONV 5 3x3"),
    ("[4x4x3] POOL2: 2x2 filters at stride 2", "POOL 2x2 s2"),
]


@pytest.mark.parametrize(("row", "layer"), PACKED, ids=[row[0] for row in PACKED])
def test_names_that_say_what_a_layer_is(row: str, layer: str) -> None:
    net = archcalc.parse(f"[8x8x3] INPUT\n{row}")
    assert [str(node.op) for node in net.graph.nodes[1:]] == [layer]


def test_blanks_at_the_end_of_a_row_do_not_matter() -> None:
    assert archcalc.parse("[8x8x3] INPUT   \n[4x4x3] POOL2 \t\n\n").output == (4, 4, 3)


HUGE = [
    # statements without end are refused or answered as quickly as they are read
    "[8x8x3] INPUT\n[8x8x4] CONV1: 4 3x3 filters, pad 1 " + "memory: " * 50_000,
    "[8x8x3] INPUT\n[8x8x4] CONV1: 4 3x3 filters, pad 1 memory: (" + "a" * 200_000,
    "[8x8x3] INPUT\n[8x8x4] CONV1: 4 3x3 filters, pad 1 memory: " + "9*" * 100_000 + "9",
    "[8x8x3] INPUT\n" + "[8x8x3] RELU\n" * 500 + "TOTAL memory: 5K\n" * 500,
]


@pytest.mark.parametrize("listing", HUGE, ids=["keys", "letters", "products", "totals"])
def test_statements_without_end(listing: str) -> None:
    before = process_time()
    with pytest.raises(SpecError):
        archcalc.parse(listing).check()
    assert process_time() - before < 5
