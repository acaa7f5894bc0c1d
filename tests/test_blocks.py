"""Blocks, labels and arithmetic: what names reach, how stages are numbered, what numbers come to."""

from __future__ import annotations

import pytest

import archcalc

OUTPUTS = [
    # a label inside a labelled block, also of a block inside that block
    ("def a { low: CONV 4 1x1 -> CONV 8 1x1 }\nINPUT 6x6x3 -> body: a -> @body.low", (6, 6, 4)),
    (
        "def a { low: CONV 4 1x1 }\ndef b { inner: a -> CONV 8 1x1 }\nINPUT 6x6x3 -> body: b -> @body.inner.low",
        (6, 6, 4),
    ),
    # sizes of another volume, of one labelled around a block, and of one given to it
    ("INPUT 6x8x3 -> big: ID -> POOL 2 s2 -> UP like=@big", (6, 8, 3)),
    ("def a x { CROP like=@x }\nbig: INPUT 6x8x3 -> POOL 2 s2 -> small: ID\n@big -> a @small", (3, 4, 3)),
    ("def a { POOL 2 s2 -> UP like=@in bilinear }\nINPUT 6x8x3 -> a", (6, 8, 3)),
    # square roots
    ('INPUT 49x5 -> REARRANGE "(h w) c -> h w c" h=(sqrt(49))', (7, 7, 5)),
    ("INPUT 49x5 -> LINEAR (8*sqrt(9/4))", (49, 12)),
]


@pytest.mark.parametrize(("spec", "output"), OUTPUTS)
def test_outputs(spec: str, output: tuple[int, ...]) -> None:
    assert archcalc.parse(spec).output == output


def test_labelled_identities_take_no_number() -> None:
    """As all that is labelled; without a label they keep a place free."""
    net = archcalc.parse("INPUT 6x6x3 -> body: [ID -> CONV 4 1x1 -> low: ID -> RELU]")
    assert [node.name for node in net.graph.nodes] == ["input", "body.1", "body.2"]


MISTAKES = [
    ("INPUT 6x6x3 -> CONV (sqrt(-1)) 3", "E232"),
    ("INPUT 6x6x3 -> CONV (sqrt(2)) 3", "E214"),
    ("def a { low: CONV 4 1x1 }\nINPUT 6x6x3 -> body: a -> @body.high", "E220"),
    ("def a { low: CONV 4 1x1 }\nINPUT 6x6x3 -> body: a -> @low", "E220"),
    ("INPUT 6x6x3 -> POOL 2 s2 -> UP like=@big", "E220"),
]


@pytest.mark.parametrize(("spec", "code"), MISTAKES)
def test_mistakes(spec: str, code: str) -> None:
    with pytest.raises(archcalc.SpecError) as caught:
        archcalc.parse(spec)
    assert [mistake.code for mistake in caught.value.diagnostics] == [code]
