"""What changed between two networks. Totals are those that papers and torchvision publish."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archcalc
from archcalc import Network
from archcalc.analysis.align import align, kind, likeness
from archcalc.analysis.diff import COSTS, Change, Diff
from archcalc.analysis.table import Row

LINE = "INPUT 16x16x3 -> CONV 8 3x3 p1 -> BN -> RELU -> CONV 16 3x3 p1 -> RELU -> POOL 2 s2 -> FC 10"


def net(spec: str) -> Network:
    """The network of a text, or of a shipped spec."""
    return archcalc.parse(spec) if " " in spec else archcalc.load(spec)


def diff(before: str, after: str) -> Diff:
    """What changed, with what must hold for any two networks."""
    found = net(before).diff(net(after))
    one, other = found.before, found.after
    for key in COSTS:
        assert sum(change.cost(key) for change in found.changes) == found.totals[key]
        assert found.totals[key] == getattr(other.totals, key) - getattr(one.totals, key)
    assert sorted(_names(found, "before")) == sorted(row.name for row in one.rows)
    assert _names(found, "after") == [row.name for row in other.rows]
    return found


def _names(found: Diff, side: str) -> list[str]:
    rows = [getattr(change, side) for change in found.changes]
    return [row.name for row in rows if row is not None]


def of(found: Diff, *statuses: str) -> list[Change]:
    """The changes of some statuses."""
    return [change for change in found.changes if change.status in statuses]


# Published networks: torchvision's parameters, multiply-adds from the papers' arithmetic


@pytest.mark.parametrize(
    ("before", "after", "counts", "params", "macs"),
    [
        # 8 blocks of two convolutions, and the first networks' layers are all there
        ("torchvision/resnet18", "torchvision/resnet34", (68, 0, 56, 0), 21797672 - 11689512, None),
        # a BN behind each of 13 convolutions, two numbers for each of 4,224 channels; all names shift
        ("torchvision/vgg16", "torchvision/vgg16_bn", (39, 0, 13, 0), 138365992 - 138357544, 0),
        # three convolutions and their RELUs; automatic names shift
        ("vgg16", "vgg19", (39, 0, 6, 0), 143667240 - 138357544, None),
        # v1 to v1.5: the stride goes from a 1x1 to the 3x3 behind it in three blocks, and a softmax goes;
        # the 1x1 then has four times as many positions: 3 of 28*28*128*512 each instead of a quarter
        ("resnet50", "torchvision/resnet50", (162, 12, 0, 1), 0, 3 * (56 * 56 - 28 * 28) * 256 * 128),
        # twice the width inside bottlenecks: 16 blocks of 6 layers, with 4 in the first of each stage unchanged outside
        ("torchvision/resnet50", "torchvision/wide_resnet50_2", (62, 112, 0, 0), 68883240 - 25557032, None),
        # 12 more blocks of ten layers; all that is there is wider
        ("transformers/gpt2", "transformers/gpt2-medium", (0, 124, 120, 0), 354823168 - 124439808, None),
        ("torchvision/resnet50", "torchvision/resnet50", (174, 0, 0, 0), 0, 0),
        # nothing in common but order
        ("lenet5", "transformers/gpt2", None, 124439808 - 60000, None),
        ("torchvision/mobilenet_v2", "torchvision/mobilenet_v3_large", None, 5483032 - 3504872, None),
    ],
)
def test_published_networks(
    before: str, after: str, counts: tuple[int, ...] | None, params: int, macs: int | None
) -> None:
    found = diff(before, after)
    if counts is not None:
        assert tuple(found.counts[status] for status in ("same", "changed", "added", "removed")) == counts
        assert found.counts["moved"] == 0
    assert found.totals["params"] == params
    assert macs is None or found.totals["macs"] == macs
    back = diff(after, before)
    assert {key: -number for key, number in back.totals.items()} == found.totals


@pytest.mark.parametrize(
    ("before", "after", "added"),
    [
        ("torchvision/resnet18", "torchvision/resnet34", {"layer1.2", "layer2.2", "layer2.3", "layer3.2", "layer3.3",
                                                          "layer3.4", "layer3.5", "layer4.2"}),
        ("transformers/gpt2", "transformers/gpt2-medium", {f"h.{block}" for block in range(12, 24)}),
    ],
)  # fmt: skip
def test_whole_blocks_are_added(before: str, after: str, added: set[str]) -> None:
    found = diff(before, after)
    assert {".".join(change.shown.name.split(".")[:2]) for change in of(found, "added")} == added


# One edit at a time


@pytest.mark.parametrize("place", range(1, 8))
@pytest.mark.parametrize("layer", ["GELU", "CONV 16 1x1", "DROP 0.5"])
def test_what_is_put_in_is_found_there(place: int, layer: str) -> None:
    """Automatic names shift behind it, and volumes perhaps; every other layer is still known."""
    stages = LINE.split(" -> ")
    text = " -> ".join([*stages[:place], layer, *stages[place:]])
    found = diff(LINE, text)
    added = of(found, "added")
    assert [change.shown.text for change in added] == [layer]
    assert found.changes.index(added[0]) == place - 1
    assert not of(found, "removed", "moved")
    gone = diff(text, LINE)
    assert [change.shown.text for change in of(gone, "removed")] == [layer]
    assert not of(gone, "added", "moved")


@pytest.mark.parametrize(
    ("before", "after", "status", "name", "aspects"),
    [
        ("RELU", "GELU", "changed", "gelu1", [("operation", "RELU", "GELU")]),
        ("BN", "LN", "changed", "ln1", [("operation", "BN", "LN")]),
        ("POOL 2 s2", "POOL avg 2 s2", "changed", "pool1", [("operation", "POOL 2 s2", "POOL avg 2 s2")]),
        ("FC 10", "FC 12", "changed", "fc1", [("operation", "FC 10", "FC 12"), ("output", "10", "12")]),
        ("CONV 16 3x3 p1", "CONV 16 5x5 p2", "changed", "conv2",
         [("operation", "CONV 16 3x3 p1", "CONV 16 5x5 p2")]),
        ("CONV 16 3x3 p1", "CONV 16 3x3", "changed", "conv2",
         [("operation", "CONV 16 3x3 p1", "CONV 16 3x3"), ("output", "16x16x16", "14x14x16")]),
        ("BN -> RELU", "RELU -> BN", "moved", None, None),
    ],
)  # fmt: skip
def test_an_edit_is_named(
    before: str, after: str, status: str, name: str | None, aspects: list[tuple[str, str, str]] | None
) -> None:
    found = diff(LINE, LINE.replace(before, after, 1))
    changes = of(found, status)
    assert not of(found, "added", "removed")
    if aspects is None:
        assert len(changes) == 1
        return
    first = changes[0]
    assert (first.shown.name, [tuple(aspect) for aspect in first.aspects]) == (name, aspects)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        # the same layers in the same order, one of them reads something else
        ("INPUT 8x8x4 -> a: CONV 4 1x1 -> b: CONV 4 1x1 -> ADD @a",
         "INPUT 8x8x4 -> a: CONV 4 1x1 -> b: CONV 4 1x1 -> ADD @b",
         ("add1", "sources", "b, a", "b, b")),
        # a weight of its own instead of a shared one
        ("INPUT 4 int -> e: EMBED 9 6 -> LINEAR 6 -> LINEAR 9 tie=@e nobias",
         "INPUT 4 int -> e: EMBED 9 6 -> LINEAR 6 -> LINEAR 9 nobias", ("linear2", "weights", "those of e", "its own")),
        # what only training uses
        ("INPUT 8x8x4 -> a: CONV 4 1x1; CONV 2 1x1 -> OUTPUT; @a -> FC 3 -> OUTPUT",
         "INPUT 8x8x4 -> a: CONV 4 1x1; CONV 2 1x1 -> OUTPUT; @a -> FC 3 -> OUTPUT train",
         ("fc1", "runs", "always", "only stored")),
    ],
)  # fmt: skip
def test_what_is_not_written_in_the_layer(before: str, after: str, said: tuple[str, ...]) -> None:
    found = diff(before, after)
    (change,) = of(found, "changed")
    assert (change.shown.name, *change.aspects[-1]) == said
    assert not found.same


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (LINE, LINE.replace("CONV 8", "first: CONV 8").replace("FC", "head: FC")),
        ("INPUT 8x8x4 -> ADD [CONV 4 1x1, ID]", "INPUT 8x8x4 -> ADD [ID, CONV 4 1x1]"),
        ("set fit=floor; INPUT 8x8x4 -> CONV 4 2x2 s2", "INPUT 8x8x4 -> CONV 4 2x2 s2"),
        ("set fit=floor; INPUT 9x9x4 -> CONV 4 2x2 s2", "INPUT 9x9x4 -> CONV 4 2x2 s2 floor"),
        ("let n=4; INPUT 8x8x4 -> [CONV n 3x3 p1]*2", "INPUT 8x8x4 -> CONV 4 3x3 p1 -> CONV 4 3 p1"),
        ("INPUT HxWx4 -> CONV 4 3x3", "INPUT HxWx4 -> c: CONV 4 3"),
    ],
)
def test_the_same_network_in_other_words(before: str, after: str) -> None:
    found = diff(before, after)
    assert found.same
    assert set(found.counts) - {"same"} and found.counts["same"] == len(found.after.rows)
    assert not any(found.totals.values())


@pytest.mark.parametrize(
    ("before", "after", "ends"),
    [
        ("INPUT 8x8x4 -> RELU", "INPUT 9x9x4 -> RELU", [("input", "input 8x8x4", "input 9x9x4")]),
        ("INPUT 8 -> RELU", "INPUT 8 int -> EMBED 4 2", [("input", "input 8", "input 8 int")]),
        ("INPUT 8 -> a: RELU -> b: TANH", "INPUT 8 -> a: RELU -> OUTPUT -> b: TANH -> OUTPUT",
         [("output", "b 8", "a 8, b 8")]),
        ("a: INPUT 8 -> RELU", "a: INPUT 8; b: INPUT 9; @a -> RELU; @b -> OUTPUT", None),
    ],
)  # fmt: skip
def test_the_ends(before: str, after: str, ends: list[tuple[str, str, str]] | None) -> None:
    found = diff(before, after)
    if ends is None:
        assert ("input", "", "b 9") in [tuple(end) for end in found.ends]
        return
    assert [tuple(end) for end in found.ends if end.what == ends[0][0]] == ends


# The alignment, against trying everything


TEXTS = st.lists(st.sampled_from(["CONV 4 1x1", "CONV 8 1x1", "CONV 4 3x3 p1", "BN", "RELU", "GELU"]), max_size=6)


@given(TEXTS, TEXTS)
def test_no_alignment_is_better(before: list[str], after: list[str]) -> None:
    ones, others = (net(" -> ".join(["INPUT 8x8x4", *texts])).table().rows for texts in (before, after))
    pairs = [(one, other) for one, other in align(ones, others) if one is not None and other is not None]
    assert pairs == sorted(pairs) and sorted({b for _, b in pairs}) == [b for _, b in pairs]
    assert sum(_worth(ones[one], others[other]) for one, other in pairs) == _best(ones, others)


def _worth(one: Row, other: Row) -> int:
    """What a pair counts, as the docstring of the module has it."""
    alike = likeness(kind(one), kind(other))
    return alike + (alike > 0 and one.name == other.name) * (6 if one.params and other.params else 2)


def _best(ones: tuple[Row, ...], others: tuple[Row, ...]) -> int:
    """The best sum by trying everything."""

    @cache
    def best(i: int, j: int) -> int:
        if i == len(ones) or j == len(others):
            return 0
        return max(best(i + 1, j), best(i, j + 1), best(i + 1, j + 1) + _worth(ones[i], others[j]))

    return best(0, 0)


@pytest.mark.parametrize("seed", range(20))
def test_random_edits_add_up(seed: int) -> None:
    """Networks with branches and repeats, edited at random; `diff` checks the sums."""
    random = Random(seed)
    layers = ["CONV 8 3x3 p1", "CONV 8 1x1", "BN", "RELU", "ADD [CONV 8 3x3 p1 -> BN, ID]", "MUL [GAP -> SIGMOID, ID]"]
    chain = ["INPUT 8x8x8", *random.choices(layers, k=30)]
    edited = chain.copy()
    for _ in range(4):
        place = random.randrange(1, len(edited))
        edited[place : place + random.randrange(3)] = random.choices(layers, k=random.randrange(3))
    found = diff(" -> ".join(chain), " -> ".join(edited))
    assert found.counts["same"] + found.counts["changed"] + found.counts["moved"] >= 20


def test_long_networks_are_cut_into_pieces() -> None:
    """5,600 layers each: too many to compare all; what was put in at three places is found nevertheless."""
    widths = Random(7).choices([4, 8, 16, 32], k=5600)
    stages = [f"CONV {n} 1x1" for n in widths]
    before = "\n".join(["INPUT 1x1x4", *stages])
    for place in (5000, 3000, 500):
        stages.insert(place, "RELU")
    found = archcalc.parse(before).diff(archcalc.parse("\n".join(["INPUT 1x1x4", *stages])))
    assert {change.shown.op for change in of(found, "added")} == {"RELU"}
    assert found.counts == {"same": 5600, "changed": 0, "added": 3, "removed": 0, "moved": 0}
