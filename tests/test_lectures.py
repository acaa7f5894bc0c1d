"""What the lectures ask and answer: rows quote the question, the command or the spec that asks it, and the answer."""

from __future__ import annotations

import shlex

import pytest

import archcalc
from archcalc.cli import main

from .slides import LISTING, VGG16

BINOMIAL = "1,2,3,4,12,9,8,5,2,3,4,12,9,8,5,2,1,4,10,9,8,7,2,1,4,12,7,8,7,2,1,4,14,9,8,5,2,3,4,12,7,8,5,2,1,4,12,9,8"

IMAGE = "INPUT 32x32x3"

COMMANDS: list[tuple[str, str, list[tuple[str, list[str]]]]] = [
    # what is asked, the answer, and the commands: each line of the lectures' list, with what must be printed
    ("32x32x3, six 5x5 filters", "28x28x6", [(f"'{IMAGE} -> CONV 6 5x5 => ?'", ["gives 28x28x6"])]),
    (
        "7x7, 3x3: stride 1 / 2 / 3",
        "5x5 / 3x3 / 2.33, does not fit",
        [
            ("'INPUT 7x7x1 -> CONV 1 3x3 s1 => ?'", ["gives 5x5x1"]),
            ("'INPUT 7x7x1 -> CONV 1 3x3 s2 => ?'", ["gives 3x3x1"]),
            ("'INPUT 7x7x1 -> CONV 1 3x3 s3 => ?'", ["E301 the stride doesn't fit", "= 2.33"]),
        ],
    ),
    ("7x7, 3x3, s1, pad 1", "7x7", [("'INPUT 7x7x1 -> CONV 1 3x3 s1 p1 => ?'", ["gives 7x7x1"])]),
    (
        "pad that keeps the size at stride 1",
        "(F-1)/2: 3 -> 1, 5 -> 2, 7 -> 3",
        [
            ("solve 'INPUT HxWxC -> CONV C FxF p? => HxWxC'", ["conv1.p = (F - 1)/2\n"]),
            ("solve 'INPUT HxWxC -> CONV C 3x3 p? => HxWxC'", ["conv1.p = 1\n", "1 solution, complete"]),
            ("solve 'INPUT HxWxC -> CONV C 5x5 p? => HxWxC'", ["conv1.p = 2\n", "1 solution, complete"]),
            ("solve 'INPUT 32x32x3 -> CONV 8 7x7 p? => 32x32x8'", ["conv1.p = 3\n", "1 solution, complete"]),
        ],
    ),
    (
        "32x32 through 5x5 again and again",
        "32 -> 28 -> 24 ...",
        [(f"'{IMAGE} -> [CONV 6 5x5]*3' --csv", ["28x28x6", "24x24x6", "20x20x6"])],
    ),
    (
        "32x32x3, ten 5x5 filters, s1 p2",
        "32x32x10, 760 parameters (76 a filter)",
        [(f"explain '{IMAGE} -> CONV 10 5x5 s1 p2'", ["32x32x3 -> 32x32x10", "10 x (5*5*3 + 1) = 760"])],
    ),
    (
        "common settings F=3 S=1 P=1; F=5 S=1 P=2; F=1 S=1 P=0; F=5 S=2 P=?",
        'the last: "whatever fits"',
        [
            (f"'{IMAGE} -> CONV 8 3x3 s1 p1 -> CONV 8 5x5 s1 p2 -> CONV 8 1x1 s1 p0 => ?'", ["gives 32x32x8"]),
            ("solve 'INPUT 33x33x3 -> CONV 8 5x5 s2 p? => 17x17x8'", ["conv1.p = 2\n"]),
            ("solve 'INPUT 32x32x3 -> CONV 8 5x5 s2 p? => 16x16x8' --asymmetric", ["conv1.p = 1:2\n"]),
        ],
    ),
    (
        "W2=(W1-F+2P)/S+1, D2=K, F·F·D1·K weights, K biases",
        "as formulas",
        [
            (
                "explain 'INPUT WxWxD -> CONV K FxF s=S p=P'",
                ["(W - F + 2*P)/S + 1\n", "K x (F*F*D + 1) = D·F²·K + K\n", "xK\n"],
            )
        ],
    ),
    (
        "1x1 CONV, 32 filters, on depth 64",
        "64-dimensional dot products",
        [("explain 'INPUT 56x56x64 -> CONV 32 1x1'", ["56*56*32 x 1*1*64 = 6,422,528"])],
    ),
    (
        "pool 2x2 s2 three times from 32",
        "32 -> 16 -> 8 -> 4; 4x4x10 into the FC; pooling has 0 parameters",
        [
            (
                "'INPUT 32x32x10 -> [POOL 2 s2]*3 -> FC 10' --columns name,inputs,output,params --csv",
                ["pool1,32x32x10,16x16x10,0", "pool2,16x16x10,8x8x10,0", "pool3,8x8x10,4x4x10,0", "fc1,4x4x10,10,1610"],
            )
        ],
    ),
    (
        "AlexNet CONV1: 227x227x3, 96 11x11 s4 p0",
        "55x55x96, 34,848 weights + 96; 224 does not fit",
        [
            (
                "explain 'INPUT 227x227x3 -> CONV 96 11x11 s4 p0'",
                ["(227 - 11 + 2*0)/4 + 1 = 55", "96 x (11*11*3 + 1) = 34,944"],
            ),
            ("explain 'INPUT 227x227x3 -> CONV 96 11x11 s4 nobias'", ["= 34,848"]),
            ("'INPUT 224x224x3 -> CONV 96 11x11 s4 p0'", ["E301", "= 54.25"]),
        ],
    ),
    (
        "AlexNet POOL1: 3x3 s2",
        "27x27x96, 0 parameters",
        [("explain 'INPUT 55x55x96 -> POOL 3x3 s2'", ["55x55x96 -> 27x27x96", "No parameters and no\n"])],
    ),
    (
        "two / three stacked 3x3 convolutions see",
        "5x5 / 7x7 of the input",
        [("explain 'INPUT 32x32x3 -> [CONV 8 3x3]*3'", ["3 + (3 - 1)*1 = 5\n", "5 + (3 - 1)*1 = 7\n"])],
    ),
    (
        "HxWxC kept: one 7x7 with C filters against three 3x3",
        "49C² against 27C² weights; 49HWC² against 27HWC² multiply-adds",
        [
            ("'INPUT HxWxC -> CONV C 7x7 p3 nobias => HxWxC'", ["49·C²  ", "49·C²·H·W"]),
            ("'INPUT HxWxC -> [CONV C 3x3 p1 nobias -> RELU]*3 => HxWxC'", ["27·C²  ", "27·C²·H·W"]),
        ],
    ),
    (
        "perceptron on 32x32x3; on 200x200x3",
        "3,072; 120,000 weights",
        [("'INPUT 32x32x3 -> FC 1 nobias'", [" 3,072 "]), ("'INPUT 200x200x3 -> FC 1 nobias'", [" 120,000 "])],
    ),
    ("fully connected N -> M", "N·M weights", [("'INPUT N -> FC M nobias'", ["M·N  "])]),
    (
        "KxK image, 20 hidden, 10 out, no bias",
        "20K² + 200; K=9: 1,820",
        [
            ("'INPUT KxKx1 -> FC 20 nobias -> FC 10 nobias'", ["20·K² + 200"]),
            ("'INPUT KxKx1 -> FC 20 nobias -> FC 10 nobias' --set K=9", [" 1,820 "]),
        ],
    ),
    (
        "9x9 image, three 3x3 filters, pooled by 3, 20 hidden, 10 out, no bias",
        "27 + 27·20 + 20·10 = 767",
        [("explain cnn-9x9", ["27 + 540 + 200 = 767"])],
    ),
    (
        "VGG-16: parameters; forward memory; where",
        "138 M; mostly early convolutions hold memory, late FC layers parameters",
        [
            (
                "vgg16",
                [
                    "138,357,544",
                    "224x224x64        1,792      86,704,128   12.3 MiB",
                    "4096  102,764,544     102,760,448   16.0 KiB",
                ],
            )
        ],
    ),
    (
        "VGG's 7x7x512 averaged to 1x1x512 instead of FC",
        "what it saves",
        [("check --lint vgg16", ["GAP -> FC 4096 has 2,101,248 and saves 100,663,296"])],
    ),
    (
        "a batch of images",
        "4-D volumes; one image 3-D",
        [
            (
                "verify 'INPUT 32x32x3 -> CONV 6 5x5' --batch 7 --json",
                ['"predicted": [7, 28, 28, 6]', '"actual": [7, 28, 28, 6]'],
            )
        ],
    ),
    (
        "dropout p at test time",
        "scale by 1-p; no parameters",
        [("explain 'INPUT 4096 -> DROP 0.5'", ["Zeros a share 0.5", "at test time it is the", "No parameters"])],
    ),
    (
        "LeNet-5 ([CONV-POOL-CONV-POOL-CONV-FC]), AlexNet, ZFNet, VGG, GoogLeNet, ResNet, AlphaGo, ConvNetJS, Keras",
        "what the lectures and papers say holds",
        [
            ("match lenet5-max 'INPUT -> [CONV -> POOL]*2 -> CONV -> [FC]*K'", ["matches: K = 2"]),
            ("check lenet5 alexnet alexnet-grouped zfnet vgg11 vgg13 vgg16 vgg19 googlenet", [""]),
            ("check resnet18 resnet34 resnet50 resnet101 resnet152 plain18 plain34", [""]),
            (
                "check cifar/resnet20 cifar/plain110 alphago-policy convnetjs-cifar10 keras-mnist-cnn mlp-9x9 cnn-9x9",
                [""],
            ),
            ("check scanning-1d scanning-2d", [""]),
            ("googlenet --csv", ["7x7x1024", "1x1x1024"]),
            ("alphago-policy --csv", ["CONV 192 5x5 p2", "19x19x192", "19x19x1"]),
        ],
    ),
    (
        "the 14 rows of AlexNet's slide",
        "every volume is right",
        [(f"grade '{LISTING}'", ["13 right, 0 wrong"])],
    ),
    (
        "x = 1 5 3 7 5 9 7 14 with [1/3 1/3 1/3]",
        "3 5 5 7 7 10",
        [("run 'INPUT 8x1 -> CONV 1 3 w=[1,1,1]/3 nobias' --input 1 5 3 7 5 9 7 14", ["\n  3 5 5 7 7 10\n"])],
    ),
    (
        "max pool 2 of 0 0 5 1 / 0 2 4 0 / 1 0 1 0 / 0 0 0 3",
        "2 5 / 1 3",
        [("run filters/max-pool --input 0,0,5,1,0,2,4,0,1,0,1,0,0,0,0,3", ["\n  2 5\n  1 3\n"])],
    ),
    (
        "average pool 2 of 1 3 2 1 / 2 9 1 1 / 1 4 2 3 / 5 6 1 2",
        "3.75 1.25 / 4 2",
        [("run filters/average-pool --input 1,3,2,1,2,9,1,1,1,4,2,3,5,6,1,2", ["3.75 1.25\n", "4    2\n"])],
    ),
    (
        "max pool 2 of 0 55 0 0 / 20 0 41 33 / 0 90 0 0 / 0 57 0 95",
        "55 41 / 90 95",
        [("run filters/max-pool --input 0,55,0,0,20,0,41,33,0,90,0,0,0,57,0,95", ["\n  55 41\n  90 95\n"])],
    ),
    (
        "7x7 image ..., pad 1, with [1 2 1; 2 4 2; 1 2 1]",
        "first row 20 28 36 ...: the slide's 21 is wrong",
        [(f"run filters/binomial --input {BINOMIAL}", ["\n   20  28  36"])],
    ),
    (
        'the VGG slide\'s "24M activations, 93MB"',
        "its own rows sum to 15.2M values, 58 MiB, input included",
        [(f"check '{VGG16}'", ["E402", "15,237,608 * 4 bytes = 61.0 MB (58.1 MiB)"])],
    ),
    (
        "AlexNet's 224 input",
        "does not fit",
        [("check '[224x224x3] INPUT; [55x55x96] CONV1: 96 11x11 filters at stride 4'", ["E301"])],
    ),
    ('LeNet-5\'s pooling "max" (the paper averages)', "sums, with a weight", [("lenet5 --csv", ["POOL sum 2 s2"])]),
]


@pytest.mark.parametrize(("question", "answer", "commands"), COMMANDS, ids=[row[0][:40] for row in COMMANDS])
def test_one_command_answers(
    question: str, answer: str, commands: list[tuple[str, list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    for words, printed in commands:
        main(shlex.split(words))
        said = "".join(capsys.readouterr())
        assert all(text in said for text in printed), (question, answer, said)
        assert said == "" or printed != [""], said


VOLUMES: list[tuple[str, str, tuple[int, ...]]] = [
    ("32x32x3, six 5x5 filters", "INPUT 32x32x3 -> CONV 6 5x5", (28, 28, 6)),
    ("7x7, 3x3, stride 1", "INPUT 7x7x1 -> CONV 1 3x3 s1", (5, 5, 1)),
    ("7x7, 3x3, stride 2", "INPUT 7x7x1 -> CONV 1 3x3 s2", (3, 3, 1)),
    ("7x7, 3x3, stride 1, pad 1", "INPUT 7x7x1 -> CONV 1 3x3 s1 p1", (7, 7, 1)),
    ("F=3 keeps the size with pad 1", "INPUT 32x32x8 -> CONV 8 3x3 s1 p1", (32, 32, 8)),
    ("F=5 keeps the size with pad 2", "INPUT 32x32x8 -> CONV 8 5x5 s1 p2", (32, 32, 8)),
    ("F=7 keeps the size with pad 3", "INPUT 32x32x8 -> CONV 8 7x7 s1 p3", (32, 32, 8)),
    ("F=1 keeps the size without pad", "INPUT 32x32x8 -> CONV 8 1x1 s1 p0", (32, 32, 8)),
    ("32x32 through 5x5 once: 28", "INPUT 32x32x3 -> [CONV 6 5x5]*1", (28, 28, 6)),
    ("32x32 through 5x5 twice: 24", "INPUT 32x32x3 -> [CONV 6 5x5]*2", (24, 24, 6)),
    ("32x32x3, ten 5x5 filters, s1 p2", "INPUT 32x32x3 -> CONV 10 5x5 s1 p2", (32, 32, 10)),
    ("1x1 CONV, 32 filters, on 56x56x64", "INPUT 56x56x64 -> CONV 32 1x1", (56, 56, 32)),
    ("pool 2x2 s2 from 32: 16", "INPUT 32x32x10 -> [POOL 2 s2]*1", (16, 16, 10)),
    ("pool 2x2 s2 from 32: 16, 8", "INPUT 32x32x10 -> [POOL 2 s2]*2", (8, 8, 10)),
    ("pool 2x2 s2 from 32: 16, 8, 4", "INPUT 32x32x10 -> [POOL 2 s2]*3", (4, 4, 10)),
    ("AlexNet's CONV1 on 227x227x3", "INPUT 227x227x3 -> CONV 96 11x11 s4 p0", (55, 55, 96)),
    ("AlexNet's POOL1, 3x3 s2", "INPUT 55x55x96 -> POOL 3 s2", (27, 27, 96)),
    ("a hidden layer sees the image as a vector", "INPUT 32x32x3 -> FLATTEN", (3072,)),
]


@pytest.mark.parametrize(("question", "spec", "answer"), VOLUMES, ids=[row[0] for row in VOLUMES])
def test_volume(question: str, spec: str, answer: tuple[int, ...]) -> None:
    assert archcalc.parse(spec).output == answer


MISFITS = [
    ("7x7, 3x3, stride 3", "INPUT 7x7x1 -> CONV 1 3x3 s3", "2.33"),
    ("AlexNet's CONV1 on 224x224x3", "INPUT 224x224x3 -> CONV 96 11x11 s4", "54.25"),
]


@pytest.mark.parametrize(("question", "spec", "fraction"), MISFITS, ids=[row[0] for row in MISFITS])
def test_does_not_fit(question: str, spec: str, fraction: str) -> None:
    with pytest.raises(archcalc.SpecError) as refused:
        archcalc.parse(spec)
    (diagnostic,) = refused.value.diagnostics
    assert diagnostic.code == "E301"
    assert diagnostic.note.endswith(f"= {fraction}")


TOTALS: list[tuple[str, str, str, int]] = [
    ("32x32x3, ten 5x5 filters: 760 parameters", "INPUT 32x32x3 -> CONV 10 5x5 p2", "params", 760),
    ("... 76 a filter", "INPUT 32x32x3 -> CONV 1 5x5 p2", "params", 76),
    ("AlexNet's CONV1: 34,848 weights", "INPUT 227x227x3 -> CONV 96 11x11 s4 nobias", "params", 34_848),
    ("... and 96 biases", "INPUT 227x227x3 -> CONV 96 11x11 s4", "params", 34_848 + 96),
    ("AlexNet's POOL1 has no parameters", "INPUT 55x55x96 -> POOL 3 s2", "params", 0),
    ("dropout has no parameters", "INPUT 4096 -> DROP 0.5", "params", 0),
    ("a perceptron on 32x32x3: 3,072 weights", "INPUT 32x32x3 -> FC 1 nobias", "params", 3_072),
    ("a perceptron on 200x200x3: 120,000 weights", "INPUT 200x200x3 -> FC 1 nobias", "params", 120_000),
    ("fully connected N -> M: N·M weights", "INPUT 9216 -> FC 4096 nobias", "params", 9216 * 4096),
    ("1x1 CONV, 32 filters: 64-dimensional products", "INPUT 1x1x64 -> CONV 1 1x1 nobias", "macs", 64),
    ("one 7x7, C=64: 49C² weights", "INPUT 56x56x64 -> CONV 64 7x7 p3 nobias", "params", 49 * 64**2),
    ("three 3x3, C=64: 27C² weights", "INPUT 56x56x64 -> [CONV 64 3x3 p1 nobias]*3", "params", 27 * 64**2),
    ("one 7x7: 49HWC² multiply-adds", "INPUT 56x48x64 -> CONV 64 7x7 p3", "macs", 49 * 56 * 48 * 64**2),
    ("three 3x3: 27HWC² multiply-adds", "INPUT 56x48x64 -> [CONV 64 3x3 p1]*3", "macs", 27 * 56 * 48 * 64**2),
    ("9x9 image, 20 hidden, 10 out: 1,820", "INPUT 9x9x1 -> FC 20 nobias -> FC 10 nobias", "params", 1_820),
    (
        "9x9 image, three 3x3 filters, pooled by 3, 20 hidden, 10 out: 767",
        "INPUT 9x9x1 -> CONV 3 3x3 p1 nobias -> POOL 3 s3 -> FC 20 nobias -> FC 10 nobias",
        "params",
        27 + 27 * 20 + 20 * 10,
    ),
]


@pytest.mark.parametrize(("question", "spec", "total", "answer"), TOTALS, ids=[row[0] for row in TOTALS])
def test_total(question: str, spec: str, total: str, answer: int) -> None:
    assert getattr(archcalc.parse(spec).totals, total) == answer


FIELDS = [("two stacked 3x3 see 5x5", 2, 5), ("three stacked 3x3 see 7x7", 3, 7)]


@pytest.mark.parametrize(("question", "layers", "size"), FIELDS, ids=[row[0] for row in FIELDS])
def test_receptive_field(question: str, layers: int, size: int) -> None:
    last = archcalc.parse(f"INPUT 32x32x3 -> [CONV 8 3x3]*{layers}").as_dict()["layers"][-1]
    assert last["receptive_field"] == [size, size]


# AlexNet's listing, row by row

ALEXNET = [
    (55, 55, 96), (27, 27, 96), (27, 27, 96), (27, 27, 256), (13, 13, 256), (13, 13, 256), (13, 13, 384),
    (13, 13, 384), (13, 13, 256), (6, 6, 256), (4096,), (4096,), (1000,),
]  # fmt: skip
ELEMENTWISE = {"RELU", "DROP", "SOFTMAX"}
"""Layers that the slides do not list."""


def test_alexnet_listing() -> None:
    rows = archcalc.load("alexnet").table().rows
    assert [row.output for row in rows if row.op not in ELEMENTWISE] == ALEXNET


# VGG-16: where the memory and the parameters are

VGG = archcalc.load("vgg16").table()
LISTED = [row for row in VGG.rows if row.op not in ELEMENTWISE]


def test_vgg16_forward_memory() -> None:
    """The slide says 24M values and 93 MB; its own rows, input included, sum to 15.2M values and 58 MiB."""
    slide = [
        224 * 224 * 3, 2 * 224 * 224 * 64, 112 * 112 * 64, 2 * 112 * 112 * 128, 56 * 56 * 128, 3 * 56 * 56 * 256,
        28 * 28 * 256, 3 * 28 * 28 * 512, 14 * 14 * 512, 3 * 14 * 14 * 512, 7 * 7 * 512, 4096, 4096, 1000,
    ]  # fmt: skip
    values = 224 * 224 * 3 + sum(row.activations for row in LISTED)
    assert values == sum(slide) == 15_237_608
    assert 4 * values // 2**20 == 58


def test_vgg16_parameters() -> None:
    """138M, most of them late; most of the memory is early."""
    assert round(VGG.totals.params / 1e6) == 138
    late = sum(row.params for row in LISTED if row.op == "FC")
    assert late == 102_764_544 + 16_781_312 + 4_097_000  # 89 % of all
    early = sum(row.activations for row in LISTED[:3])  # up to the first pool
    assert early / sum(row.activations for row in LISTED) > 0.45


def test_vgg16_averaged_instead_of_fully_connected() -> None:
    """Keras' VGG16 without its top has 14,714,688 parameters; a classifier on the average adds 513,000."""
    body = "; ".join(str(row.node.op) for row in VGG.rows[: [row.op for row in VGG.rows].index("FC")])
    net = archcalc.parse(f"INPUT 224x224x3; {body}; GAP -> FC 1000")
    assert net.table().rows[-2].output == (1, 1, 512)
    assert net.totals.params == 14_714_688 + 513_000
