"""Slides as specs: what a listing means, and what is refused in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import archcalc
from archcalc import SpecError
from archcalc.cli import main
from archcalc.load import parse_spec, read_spec, shipped
from archcalc.slides import is_slide
from archcalc.slides.writing import to_slide

from .slides import LISTING, SPEC, spec_of

ROWS = LISTING.splitlines()


# The listing


def test_the_listing_is_alexnet() -> None:
    """62,378,344 parameters are the usual sum over it."""
    slide, spec = archcalc.parse(LISTING), archcalc.parse(SPEC)
    assert slide.totals.params == 62_378_344
    assert [row.as_dict() | {"line": 0, "column": 0} for row in slide.table().rows] == [
        row.as_dict() | {"line": 0, "column": 0} for row in spec.table().rows
    ]


def test_layers_stand_where_the_slide_has_them() -> None:
    layers = archcalc.parse(LISTING).as_dict()["layers"]
    assert [(layer["name"], layer["line"]) for layer in layers][:3] == [("conv1", 2), ("pool1", 3), ("norm1", 4)]
    assert layers[0]["column"] == ROWS[1].index("CONV1") + 1


def bumped(text: str, match: re.Match[str]) -> str:
    return text[: match.start()] + str(int(match[0]) + 1) + text[match.end() :]


SIZES = [(line, match) for line, row in enumerate(ROWS[1:], 2) for match in re.finditer(r"\d+(?=[^\]]*\])", row)]


@pytest.mark.parametrize(("line", "size"), SIZES, ids=lambda item: item[0] if isinstance(item, re.Match) else None)
def test_every_stated_size_is_checked(line: int, size: re.Match[str]) -> None:
    """A wrong one is told where it stands, and nothing else is."""
    rows = [*ROWS]
    rows[line - 1] = bumped(rows[line - 1], size)
    with pytest.raises(SpecError) as refused:
        archcalc.parse("\n".join(rows))
    (mistake,) = refused.value.diagnostics
    assert mistake.place is not None
    volume, right = rows[line - 1].split("]")[0] + "]", ROWS[line - 1][1:].split("]")[0]
    assert (mistake.code, mistake.place.line, mistake.place.marked) == ("E401", line, volume)
    assert mistake.note == f"{volume[1:-1]} claimed, {right} computed"


NUMBERS = [(line, match) for line, row in enumerate(ROWS) for match in re.finditer(r"(?<![A-Z\d])\d+", row)]


@pytest.mark.parametrize(("line", "number"), NUMBERS, ids=[f"{line + 1}: {match[0]}" for line, match in NUMBERS])
def test_every_number_counts(line: int, number: re.Match[str]) -> None:
    """No number can be another one without being noticed; only a name's may, and the channels of the input."""
    rows = [*ROWS]
    rows[line] = bumped(rows[line], number)
    if rows[line] == "[227x227x4] INPUT":
        assert archcalc.parse("\n".join(rows)).totals.params == 62_378_344 + 96 * 11 * 11
        return
    with pytest.raises(SpecError):
        archcalc.parse("\n".join(rows))


# Ways to say it

CONV = "CONV 96 11x11 s4"

WORDINGS = [
    # a row of a listing that goes on from 227x227x3, and what it means
    ("CONV1: 96 11x11 filters at stride 4, pad 0", CONV),
    ("CONV1: filters 11x11, 96 of them, stride=4", CONV),
    ("conv1: 96 filters of size 11x11 with a stride of 4 and no padding", CONV),
    ("Conv1: 96 11 x 11 kernels, s4, p0", CONV),
    ("Convolution 1: 96 filters (11×11), stride: 4, padding: 0", CONV),
    ("CONV1 96 11X11 filter, strides 4", CONV),
    ("CONV: 11-by-11 filters, 96 of them, stride-4", CONV),
    ("CONV1: 96 11x11, /4", CONV),
    ("CONV1: K=96, F=11, S=4, P=0", "CONV 96 11 s4"),
    ("CONV1: number of filters: 96, filter size: 11, stride: 4, zero padding: 0", "CONV 96 11 s4"),
    ("CONV1: 96 filters, kernel size 11x11, stride 4, valid padding", CONV),
    ("CONV1: 96 filters of 11x11x3 at stride 4", CONV),
    ("CONV1: 96 11x11 filters (to be learned) at stride 4", CONV),
    ("CONV1: 96 11x11 filters at stride 4 # the largest ones", CONV),
    ("C1: convolution, 96 11x11 filters at stride 4", CONV),
    ("CONV1: we have 96 filters, each 11x11, with a stride of 4 pixels in both directions and no padding", CONV),
    ("CONV1: 6 3x3 filters, zero padding of 1 on all sides", "CONV 6 3x3 p1"),
    ("FC: fully connected to all inputs, 4096-dimensional output vector", "FC 4096"),
    ("CONV1: six 5x5 filters", "CONV 6 5x5"),
    ("CONV1: 1,024 1x1 filters", "CONV 1024 1x1"),
    ("CONV1: 6 3x3 filters at stride 1, pad 1, 3 groups", "CONV 6 3x3 p1 g3"),
    ("CONV1: 6 3x3 filters in groups of 3", "CONV 6 3x3 g3"),
    ("CONV1: 6 3x3x1 filters, groups 3", "CONV 6 3x3 g3"),
    ("CONV1: 6 3x3 filters, dilation 2, no bias", "CONV 6 3x3 d2 nobias"),
    ("CONV1: 6 3x3 filters, same padding", "CONV 6 3x3 same"),
    ("CONV1: 6 3x3 filters, padding='same'", "CONV 6 3x3 same"),
    ("CONV1: 6 3x5 filters, stride 2x1, pad 1x2", "CONV 6 3x5 s2x1 p1x2"),
    ("CONV1: 6 4x4 filters at stride 2, pad 0:1", "CONV 6 4x4 s2 p0:1"),
    ("CONV1: 6 4x4 filters, s2, p0:1x1:0", "CONV 6 4x4 s2 p0:1x1:0"),
    ("CONV1: 6 4x4 filters at stride 2, rounded down", "CONV 6 4x4 s2 floor"),
    ("MAX POOL1: 3x3 filters at stride 2", "POOL 3x3 s2"),
    ("Max-pooling: 3x3 windows, stride 2", "POOL 3x3 s2"),
    ("maxpool1: filter size 3, stride 2", "POOL 3 s2"),
    ("MAXPOOL 3x3, stride 2", "POOL 3x3 s2"),
    ("POOL1: 3x3 max pooling, stride 2", "POOL 3x3 s2"),
    ("AVG POOL: 3x3 at stride 2", "POOL avg 3x3 s2"),
    ("Average pooling, 3x3, stride 2", "POOL avg 3x3 s2"),
    ("mean-pool 1: 3x3 filters, s2", "POOL avg 3x3 s2"),
    ("Subsampling: 3x3, stride 2", "POOL 3x3 s2"),
    ("S2: sum pooling, 3x3 with stride 2", "POOL sum 3x3 s2"),
    ("GLOBAL AVERAGE POOL", "GAP"),
    ("global max pooling layer", "GMP"),
    ("NORM1: Normalization layer", "LRN 5"),
    ("NORM1: local response normalisation over 7 channels", "LRN 7"),
    ("NORM1: Batch normalization", "BN"),
    ("BatchNorm1", "BN"),
    ("Layer normalization", "LN"),
    ("FC1: 4096 neurons", "FC 4096"),
    ("FC1: fully connected, 4,096 hidden units", "FC 4096"),
    ("Fully-connected layer: 10 outputs (class scores)", "FC 10"),
    ("dense 1: 10 units, no bias", "FC 10 nobias"),
    ("ReLU", "RELU"),
    ("relu layer", "RELU"),
    ("RELU6: applied to each", "RELU"),  # the sixth
    ("Softmax", "SOFTMAX"),
    ("sigmoid", "SIGMOID"),
    ("tanh", "TANH"),
    ("DROPOUT: rate 0.5", "DROP 0.5"),
    ("Dropout layer with p=0.25", "DROP 0.25"),
    ("flatten", "FLATTEN"),
]


def listed(row: str) -> archcalc.Network:
    return archcalc.parse(f"[227x227x3] INPUT\n[?] {row}")


@pytest.mark.parametrize(("row", "means"), WORDINGS, ids=[row[0] for row in WORDINGS])
def test_wordings(row: str, means: str) -> None:
    assert [str(node.op) for node in listed(row).graph.nodes] == ["INPUT 227x227x3", means]


NAMES = [
    ("CONV1: 6 5x5 filters", "conv1"),
    ("CONV 1: 6 5x5 filters", "conv1"),
    ("Conv layer 1: 6 5x5 filters", "conv1"),
    ("conv3_2: 6 5x5 filters", "conv3_2"),
    ("CONV2a: 6 5x5 filters", "conv2a"),
    ("C1: convolution, 6 5x5 filters", "c1"),
    ("stem: convolution, 6 5x5 filters", "stem"),
    ("MAX POOL5: 2x2 filters at stride 1", "pool5"),
    ("FC8: 1000 neurons", "fc8"),
    ("CONV: 6 5x5 filters", "conv1"),  # the first
    ("RELU6", "relu6"),
]


@pytest.mark.parametrize(("row", "name"), NAMES, ids=[row[0] for row in NAMES])
def test_names(row: str, name: str) -> None:
    assert listed(row).graph.nodes[-1].name == name


FORMS = [
    # whole listings in other forms, and the operations
    ("[32x32x3] INPUT; [28x28x6] CONV: 6 5x5 filters", ["CONV 6 5x5"]),
    ("[32 x 32 x 3] INPUT\r\n\r\n[28×28×6] CONV: 6 5x5 filters\r\n", ["CONV 6 5x5"]),
    ("[32, 32, 3] input image\n[28,28,6] CONV: 6 5x5 filters", ["CONV 6 5x5"]),
    ("INPUT: [32x32x3]\nCONV1: 6 5x5 filters [28x28x6]", ["CONV 6 5x5"]),
    ("  - [32x32x3] INPUT\n  - [28x28x6] CONV: 6 5x5 filters", ["CONV 6 5x5"]),
    ("# the input\n[32x32x3] INPUT\n# then\n[28x28x6] CONV: 6 5x5 filters", ["CONV 6 5x5"]),
    ("[32x32x3] INPUT\n[28x28x6] CONV1: 6 5x5 filters, ReLU", ["CONV 6 5x5", "RELU"]),
    ("[32x32x3] INPUT\n[1x1x10] FC: 10 neurons, ReLU, dropout 0.5", ["FC 10", "RELU", "DROP 0.5"]),
    ("[32x32x3] INPUT\n[1x1x10] FC: 10 neurons\n[1x1x10] softmax", ["FC 10", "SOFTMAX"]),
    ("[100x8] INPUT\n[96x4] CONV: 4 filters of size 5", ["CONV 4 5"]),
    ("[32x32x3] INPUT\nCONV: 6 5x5 filters\n[14x14x6] POOL: 2x2 filters at stride 2", ["CONV 6 5x5", "POOL 2x2 s2"]),
]


@pytest.mark.parametrize(("text", "operations"), FORMS, ids=[row[0] for row in FORMS])
def test_forms(text: str, operations: list[str]) -> None:
    assert [str(node.op) for node in archcalc.parse(text).graph.nodes[1:]] == operations


def test_lines_above_the_listing_are_its_title_and_its_source() -> None:
    heading = "Case Study: AlexNet\n[Krizhevsky et al. 2012]\n\nFull (simplified) AlexNet architecture:\n"
    net = archcalc.parse(heading + LISTING)
    assert net.graph.title == "Case Study: AlexNet, Full (simplified) AlexNet architecture"
    assert net.graph.settings["source"] == "Krizhevsky et al. 2012"
    assert net.totals.params == 62_378_344
    assert to_slide(net.graph).splitlines()[:2] == [f"{net.graph.title}:", "[Krizhevsky et al. 2012]"]


@pytest.mark.parametrize("name", archcalc.shipped_names()[:40])
def test_titles_and_sources_survive(name: str) -> None:
    settings = read_spec(name).settings
    quoted = " ".join(f'{key}="{settings[key]}"' for key in ("title", "source"))
    again = parse_spec(to_slide(parse_spec(f"set {quoted}; INPUT 3"))).settings
    assert again == {key: settings[key] for key in ("title", "source")}


def test_questions() -> None:
    net = archcalc.parse("[227x227x3] INPUT\n[?] CONV1: 96 11x11 filters at stride 4, pad 0\n[27x?x96] POOL: 3x3, s2")
    assert [net.graph.nodes[question.node].shape for question in net.graph.questions] == [(55, 55, 96)]


def test_unknowns(capsys: pytest.CaptureFixture[str]) -> None:
    """F=5, S=1, P=? as lectures ask."""
    assert spec_of("[227x227x3] INPUT; [55x55x96] CONV1: ? ?x? filters, S=4, P=?").endswith(
        "CONV ? ?x? s4 p? => 55x55x96\n"
    )
    assert main(["solve", "[32x32x3] INPUT; [32x32x10] CONV1: K=10, F=5, S=1, P=?"]) == 0
    assert "conv1.p = 2\n" in capsys.readouterr().out
    assert main(["solve", "[?x?x3] INPUT; [55x55x96] CONV1: 96 11x11 filters at stride 4, pad 0"]) == 0
    assert "input.h = 227" in capsys.readouterr().out


# What is refused

REFUSED = [
    # a row that goes on from 227x227x3: the code, and what is marked
    ("CONV1: 96 11x11 filters at strid 4", "E120", "strid"),
    ("CONV1: 96 11x11 filters at stride 4px", "E120", "4px"),
    ("CONV1: 96 11x11 filters at stride 4, pad -1", "E120", "-1"),
    ("CONV1: 96 11x11 filters at stride 4, 50% dropout", "E120", "50%"),
    ("CONV1: 96 11x11 depthwise filters at stride 4", "E120", "depthwise"),
    ("CONV1: 96 11x11 max filters at stride 4", "E120", "max"),
    ("MAX AVG POOL: 3x3 filters at stride 2", "E120", "AVG"),
    ("POOL: 3x3 filters at stride 2, no bias", "E120", "no bias"),
    ("CONV1: 96 11x11 filters at stride 4, pad 0, 7", "E121", "7"),
    ("CONV1: 96 11x11 filters, 3x3 filters", "E121", "3x3"),
    ("CONV1: 96 11x11 filters at stride 4, stride 3", "E121", "stride 3"),
    ("CONV1: 96 11x11 filters at stride 4, pad 2, no padding", "E121", "no padding"),
    ("CONV1: 96 11x11 filters at stride, pad 0", "E121", "stride"),
    ("CONV1: 96 11x11 filters, zero padding", "E121", "zero padding"),
    ("POOL1: 96 3x3 filters at stride 2", "E121", "96"),
    ("CONV1: 96 11x11 filters at stride 4, 0:1", "E121", "0:1"),
    ("FC6: 4096 neurons, stride 2", "E121", "stride 2"),
    ("NORM1: Normalization layer, pad 1", "E121", "pad 1"),
    ("RELU: 3", "E121", "3"),
    ("CONV1: 96 filters at stride 4", "E122", "CONV1"),
    ("CONV1: 11x11 filters at stride 4", "E122", "CONV1"),
    ("POOL1: 3x3 filters", "E122", "POOL1"),
    ("FC6", "E122", "FC6"),
    ("Dropout", "E122", "Dropout"),
    ("FC6: 10 neurons, dropout", "E122", "dropout"),
    ("CONV1: 96 11x11 filters, pool 2x2", "E123", "pool"),
    ("96 11x11 filters at stride 4", "E123", "[?] 96 11x11 filters at stride 4"),
    ("CNV1: 96 11x11 filters", "E123", "[?] CNV1: 96 11x11 filters"),
    ("CONV1: 96 11x11 filters at stride 4 [55x55x96]", "E123", "[?] CONV1: 96 11x11 filters at stride 4 [55x55x96]"),
    ("CONV1: 96 11x11 filters at stride 4, pad 1", "E301", "CONV1: 96 11x11 filters at stride 4, pad 1"),
    ("CONV1: 0 11x11 filters", "E214", "0"),
]


@pytest.mark.parametrize(("row", "code", "marked"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(row: str, code: str, marked: str) -> None:
    with pytest.raises(SpecError) as refused:
        listed(row)
    (mistake,) = refused.value.diagnostics
    assert mistake.place is not None
    assert (mistake.code, mistake.place.line, mistake.place.marked) == (code, 2, marked)
    assert mistake.help


def test_the_depth_of_filters_is_the_channels_before() -> None:
    with pytest.raises(SpecError) as refused:
        archcalc.parse("[227x227x3] INPUT\n[55x55x96] CONV1: 96 11x11x4 filters at stride 4")
    (mistake,) = refused.value.diagnostics
    assert mistake.place is not None
    assert (mistake.code, mistake.place.marked) == ("E401", "11x11x4")
    assert mistake.note == "?x?x4 claimed, 227x227x3 computed"


def test_all_mistakes_are_told_at_once() -> None:
    text = LISTING.replace("pad 2", "pdd 2").replace("[4096] FC7", "[4095] FC7").replace("[55x55x96]", "[56x56x96]")
    with pytest.raises(SpecError) as refused:
        archcalc.parse(text + "Details/Retrospectives:\n")
    places = [(mistake.code, mistake.place.line) for mistake in refused.value.diagnostics if mistake.place]
    assert places == [("E401", 2), ("E120", 5), ("E401", 13), ("E123", 15)]


def test_fixes_can_be_pasted() -> None:
    """What a misfit offers is in the language, which rows understand as well."""
    row = "CONV1: 96 11x11 filters at stride 4, pad 1"
    with pytest.raises(SpecError) as refused:
        listed(row)
    fixes = refused.value.diagnostics[0].fixes
    assert len(fixes) >= 3
    for fix in fixes:
        assert listed(fix.replace).graph.nodes[-1].op.word == "CONV"


# What is a slide

SLIDES = [LISTING, "[227x227x3] INPUT", "[?] INPUT", "AlexNet:\n[227x227x3] INPUT", "INPUT [227x227x3]", "[4096] fc"]
OTHERS = [
    SPEC,
    "",
    "INPUT 32x32x3",
    "[CONV 8 3x3 -> RELU]*2",
    "INPUT 8x1; CONV 1 3 w=[1,1,1]/3 nobias",
    "INPUT 8x1\nCONV 1 3 w=[1,1,1]",
    "INPUT 8x1\nCONV 1 1 w=\n[1] nobias",
    "INPUT 8x8x1\nCONV 1 2x2 w=[\n  [1,2],\n  [3,4]\n] nobias",
    "# [227x227x3] INPUT\nINPUT 227x227x3",
    "[227x227x3] INPUT -> CONV 96 11x11 s4",
]


@pytest.mark.parametrize("text", SLIDES)
def test_slides_are_known_as_such(text: str) -> None:
    assert is_slide(text)


@pytest.mark.parametrize("text", OTHERS)
def test_specs_are_no_slides(text: str) -> None:
    assert not is_slide(text)


def test_no_shipped_spec_is_a_slide() -> None:
    paths = [shipped(name) for name in archcalc.shipped_names()]
    assert not any(is_slide(Path(path).read_text("utf-8")) for path in paths if path)
