"""Converting slides to specs and back, word for word where there are words."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archcalc
from archcalc import ArchcalcError, SpecError
from archcalc.cli import main
from archcalc.load import parse_spec, read_spec
from archcalc.slides.writing import to_slide

from .slides import LISTING, SPEC, spec_of


def test_the_listing_converts_word_for_word() -> None:
    assert spec_of(LISTING) == SPEC
    assert to_slide(parse_spec(SPEC)) == LISTING
    assert to_slide(parse_spec(LISTING)) == LISTING


@pytest.mark.parametrize(("given", "wanted", "to"), [(LISTING, SPEC, "arch"), (SPEC, LISTING, "slide")])
def test_the_command(
    given: str, wanted: str, to: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (["convert", "-"], ["convert", "-", "--to", to], ["convert", given]):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        assert main(words) == 0
        assert capsys.readouterr() == (wanted, "")


def test_every_report_works_on_pasted_text(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "slide.txt"
    file.write_text(LISTING)
    for words in ([LISTING], [str(file)], ["show", LISTING, "--json"], [LISTING, "--csv"], [str(file), "--md"]):
        assert main(words) == 0
        assert "105415200" in capsys.readouterr().out.replace(",", "")
    assert main(["check", str(file), LISTING]) == 0


def test_wrong_volumes_do_not_keep_a_listing_from_being_converted() -> None:
    assert spec_of(LISTING.replace("[55x55x96]", "[56x56x96]")) == SPEC.replace("=> 55x55x96", "=> 56x56x96")


def test_comments_notes_and_headings_are_kept() -> None:
    slide = "LeNet:\n# as in 1998\n[32x32x1] INPUT\n\n[28x28x6] C1: convolution, 6 5x5 filters (small) # six\n"
    spec = 'set title="LeNet"\n# as in 1998\nINPUT 32x32x1\n\nc1: CONV 6 5x5 => 28x28x6  # small, six\n'
    assert spec_of(slide) == spec
    assert to_slide(parse_spec(spec)) == (
        "LeNet:\n[32x32x1] INPUT\n[28x28x6] C1: convolution, 6 5x5 filters at stride 1, pad 0 (small, six)\n"
    )


CONVERTIBLE = [
    "alexnet", "alexnet-grouped", "zfnet", "vgg16", "lenet5-max", "keras-mnist-cnn", "convnetjs-cifar10", "mlp-9x9",
    "cnn-9x9", "alphago-policy", "plain18", "scanning-1d", "cifar/plain20", "filters/max-pool",
]  # fmt: skip


@pytest.mark.parametrize("name", CONVERTIBLE)
def test_specs_convert_and_stay_what_they_are(name: str) -> None:
    """Every layer has the same weights and the same ONNX, through a slide and through the spec made of it."""
    graph = read_spec(name)
    slide = to_slide(graph)
    for again in (parse_spec(slide), parse_spec(spec_of(slide))):
        for node, other in zip(graph.nodes, again.nodes, strict=True):
            x = graph.shapes(node)
            assert node.shape == other.shape
            assert not x or node.op.onnx(*x) == other.op.onnx(*x)
            assert node.op.weights(*x) == other.op.weights(*x)


UNTOLD = [
    # a spec that slides have no words for: the code, what is marked
    ("INPUT 8x8x3 -> CONV 3 3x3 w=[[1,1,1],[1,1,1],[1,1,1]]", "E124", "CONV 3 3x3 w=[[1,1,1],[1,1,1],[1,1,1]]"),
    ("INPUT 8x8x3 -> TCONV 3 3x3", "E124", "TCONV 3 3x3"),
    ("INPUT 8x8x3 -> BN eps=1e-3", "E124", "BN eps=1e-3"),
    ("INPUT 8x8x3 -> POOL avg 3 s1 p1 inner", "E124", "POOL avg 3 s1 p1 inner"),
    ("INPUT 10 int", "E124", "INPUT 10 int"),
    ("INPUT 8x8x3 -> ADD [CONV 3 1x1, ID]", "E125", "ADD [CONV 3 1x1, ID]"),
    ("INPUT 8x8x3 -> a: RELU -> CONV 3 1x1; @a -> TANH -> OUTPUT", "E125", "TANH"),
    ("a: INPUT 8x8x3; b: INPUT 8x8x3 -> CONCAT @a", "E125", "INPUT 8x8x3"),
]


@pytest.mark.parametrize(("spec", "code", "marked"), UNTOLD, ids=[row[0] for row in UNTOLD])
def test_what_slides_cannot_tell_is_refused(spec: str, code: str, marked: str) -> None:
    with pytest.raises(SpecError) as refused:
        to_slide(parse_spec(spec))
    (mistake,) = refused.value.diagnostics
    assert mistake.place is not None
    assert (mistake.code, mistake.place.marked) == (code, marked)


# Whatever is pasted

PIECES = """
[227x227x3]|[?]|[55x55x96 ]|INPUT|CONV1:|CONV|MAX|POOL1:|FC6:|NORM|ReLU|dropout|softmax|96|11x11|4096|0.5|3|at|stride|
stride=2|pad|2,|s4|p|groups|filters|neurons|of|them|same|floor|(class scores)|(|)|#|;|%|no|bias|layer|-1|4px
"""


@given(st.lists(st.sampled_from(["\n", *PIECES.replace("\n", "").split("|")]), max_size=30).map(" ".join))
def test_any_text_is_understood_or_refused_with_help(text: str) -> None:
    try:
        archcalc.parse("[32x32x3] INPUT\n" + text)
    except ArchcalcError as error:
        assert all(mistake.code != "E900" for mistake in error.diagnostics)


LAYERS = st.one_of(
    st.builds("CONV {0} {1}x{2} same".format, *[st.integers(1, 9)] * 3),
    st.builds("CONV {0} {1}x{2} p{3} s{4} floor".format, *[st.integers(1, 3)] * 5),
    st.builds("CONV {0} 4 p{1}:{2}x{3} s{4} floor".format, *[st.integers(1, 3)] * 5),
    st.builds("POOL {0} {1} s{2} ceil".format, st.sampled_from(["max", "avg", "sum"]), *[st.integers(1, 2)] * 2),
    st.builds("LRN {0}".format, st.sampled_from([1, 3, 5, 7])),
    st.builds("DROP {0}".format, st.sampled_from(["0", "0.125", "0.5"])),
    st.sampled_from(["BN", "LN", "RELU", "TANH", "SOFTMAX", "GELU", "CONV 4 1x1 nobias", "CONV 4 3x3 d2 same"]),
)


@given(st.lists(LAYERS, min_size=1, max_size=6), st.sampled_from(["", "; FC 10 -> SOFTMAX", "; GAP -> FC 7 nobias"]))
def test_chains_survive_both_ways(layers: list[str], end: str) -> None:
    graph = parse_spec("INPUT 997x883x4 -> " + " -> ".join(layers) + end)
    again = parse_spec(spec_of(to_slide(graph)))
    assert [(node.name, node.shape) for node in graph.nodes] == [(node.name, node.shape) for node in again.nodes]
    facts = [node.op.onnx(*graph.shapes(node)) for node in graph.nodes[1:]]
    assert facts == [node.op.onnx(*again.shapes(node)) for node in again.nodes[1:]]
