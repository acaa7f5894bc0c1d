"""AlexNet as the lectures list it, and the same in the language."""

from __future__ import annotations

from archcalc.fmt import canonical
from archcalc.slides.spec import to_spec
from archcalc.source import Source

VGG16 = """
INPUT:     [224x224x3]   memory: 224*224*3=150K    params: 0
CONV3-64:  [224x224x64]  memory: 224*224*64=3.2M   params: (3*3*3)*64 = 1,728
CONV3-64:  [224x224x64]  memory: 224*224*64=3.2M   params: (3*3*64)*64 = 36,864
POOL2:     [112x112x64]  memory: 112*112*64=800K   params: 0
CONV3-128: [112x112x128] memory: 112*112*128=1.6M  params: (3*3*64)*128 = 73,728
CONV3-128: [112x112x128] memory: 112*112*128=1.6M  params: (3*3*128)*128 = 147,456
POOL2:     [56x56x128]   memory: 56*56*128=400K    params: 0
CONV3-256: [56x56x256]   memory: 56*56*256=800K    params: (3*3*128)*256 = 294,912
CONV3-256: [56x56x256]   memory: 56*56*256=800K    params: (3*3*256)*256 = 589,824
CONV3-256: [56x56x256]   memory: 56*56*256=800K    params: (3*3*256)*256 = 589,824
POOL2:     [28x28x256]   memory: 28*28*256=200K    params: 0
CONV3-512: [28x28x512]   memory: 28*28*512=400K    params: (3*3*256)*512 = 1,179,648
CONV3-512: [28x28x512]   memory: 28*28*512=400K    params: (3*3*512)*512 = 2,359,296
CONV3-512: [28x28x512]   memory: 28*28*512=400K    params: (3*3*512)*512 = 2,359,296
POOL2:     [14x14x512]   memory: 14*14*512=100K    params: 0
CONV3-512: [14x14x512]   memory: 14*14*512=100K    params: (3*3*512)*512 = 2,359,296
CONV3-512: [14x14x512]   memory: 14*14*512=100K    params: (3*3*512)*512 = 2,359,296
CONV3-512: [14x14x512]   memory: 14*14*512=100K    params: (3*3*512)*512 = 2,359,296
POOL2:     [7x7x512]     memory: 7*7*512=25K       params: 0
FC:        [1x1x4096]    memory: 4096              params: 7*7*512*4096 = 102,760,448
FC:        [1x1x4096]    memory: 4096              params: 4096*4096 = 16,777,216
FC:        [1x1x1000]    memory: 1000              params: 4096*1000 = 4,096,000
TOTAL memory: 24M * 4 bytes ~= 93MB / image (only forward! ~*2 for bwd)
TOTAL params: 138M parameters
"""
"""The sizes and counts of cs231n 2016, lecture 7: 22 rows are right, and so are the parameters; the memory is not."""

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
