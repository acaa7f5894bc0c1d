"""AlexNet as the lectures list it, and the same in the language."""

from __future__ import annotations

from archcalc.fmt import canonical
from archcalc.slides.spec import to_spec
from archcalc.source import Source

LISTING = """\
[227x227x3] INPUT
[55x55x96] CONV1: 96 11x11 filters at stride 4, pad 0
[27x27x96] MAX POOL1: 3x3 filters at stride 2
[27x27x96] NORM1: Normalization layer
[27x27x256] CONV2: 256 5x5 filters at stride 1, pad 2
[13x13x256] MAX POOL2: 3x3 filters at stride 2
[13x13x256] NORM2: Normalization layer
[13x13x384] CONV3: 384 3x3 filters at stride 1, pad 1
[13x13x384] CONV4: 384 3x3 filters at stride 1, pad 1
[13x13x256] CONV5: 256 3x3 filters at stride 1, pad 1
[6x6x256] MAX POOL3: 3x3 filters at stride 2
[4096] FC6: 4096 neurons
[4096] FC7: 4096 neurons
[1000] FC8: 1000 neurons (class scores)
"""
"""AlexNet as cs231n lists it (2016, lecture 7)."""

SPEC = """\
INPUT 227x227x3
conv1: CONV 96 11x11 s4 => 55x55x96
pool1: POOL 3x3 s2      => 27x27x96
norm1: LRN 5            => 27x27x96
conv2: CONV 256 5x5 p2  => 27x27x256
pool2: POOL 3x3 s2      => 13x13x256
norm2: LRN 5            => 13x13x256
conv3: CONV 384 3x3 p1  => 13x13x384
conv4: CONV 384 3x3 p1  => 13x13x384
conv5: CONV 256 3x3 p1  => 13x13x256
pool3: POOL 3x3 s2      => 6x6x256
fc6: FC 4096            => 4096
fc7: FC 4096            => 4096
fc8: FC 1000            => 1000  # class scores
"""
"""The same in the language."""


def spec_of(slide: str) -> str:
    """The spec of a listing, in the one layout."""
    return canonical(Source(to_spec(Source(slide))))
