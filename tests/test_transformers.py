"""The transformers: published figures, small versions executed, and the cost of counting large ones."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

import archcalc
from archcalc.shape import show

FOLDER = "transformers"
TABLE = Path(__file__).parent / "data" / "transformers.csv"
ROWS = list(csv.DictReader(TABLE.read_text("utf-8").splitlines()))

SMALL = {"T": 9, "layers": 2, "heads": 4, "width": 64, "vocab": 101}
"""Sizes for running; each spec names its own with let."""

MORE: dict[str, dict[str, int]] = {
    "llama-2-7b": {"kv": 4, "hidden": 96},
    "llama-3-8b": {"kv": 2, "hidden": 96},
    "llama-3-70b": {"kv": 2, "hidden": 96, "layers": 3},
    "mixtral-8x7b": {"kv": 2, "hidden": 96, "experts": 4},
    "bloom": {"heads": 6, "width": 96},
    "t5-small": {"S": 150, "hidden": 96},
    "transformer-base": {"S": 11, "hidden": 96},
    "whisper-large-v2": {"F": 101},
    "gpt2-xl": {"heads": 5, "width": 100},
}


def small(name: str) -> dict[str, int]:
    """The sizes of a small version."""
    return SMALL | MORE.get(name, {})


def names() -> list[str]:
    """The shipped transformers."""
    return [name.removeprefix(f"{FOLDER}/") for name in archcalc.shipped_names() if name.startswith(f"{FOLDER}/")]


def test_every_spec_has_published_figures() -> None:
    assert sorted(row["model"] for row in ROWS) == names()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["model"]))
def test_figures(row: dict[str, str]) -> None:
    totals = archcalc.load(f"{FOLDER}/{row['model']}").totals
    assert (totals.params, totals.macs) == (int(row["params"]), int(row["macs"]))


@pytest.mark.parametrize("name", names())
def test_small_versions_run_as_predicted(name: str) -> None:
    net = archcalc.load(f"{FOLDER}/{name}", set=small(name))
    verification = net.verify()
    assert verification.ok, [check for check in verification.rows if not check.ok]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bert-base", "bert-large", "gpt2", "gpt2-medium", "t5-small", "transformer-base"])
def test_whole_ones_run_as_predicted(name: str) -> None:
    assert archcalc.load(f"{FOLDER}/{name}").verify().ok


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["gpt2-large", "gpt2-xl", "whisper-large-v2"])
def test_the_largest_that_a_workstation_holds_run_as_predicted(name: str) -> None:
    """Weights of 3 to 6 GB; zeros take no time to make, and no shape depends on them."""
    assert archcalc.load(f"{FOLDER}/{name}").verify(batch=1, weights="zeros").ok


def test_experts_are_stored_and_only_the_chosen_run() -> None:
    """Jiang et al. 2024: 47B parameters, of which each token uses 13B."""
    sizes = {"layers": 1, "T": 1}
    one = archcalc.load(f"{FOLDER}/mixtral-8x7b", set={**sizes, "experts": 2}).totals
    all_eight = archcalc.load(f"{FOLDER}/mixtral-8x7b", set=sizes).totals
    assert all_eight.params - one.params == 6 * (3 * 4096 * 14336 + 4096)
    assert all_eight.macs - one.macs == 6 * 4096
    assert all_eight.activations == one.activations
    assert all_eight.peak_bytes == one.peak_bytes


def test_a_longer_text_costs_attention_its_square() -> None:
    short, long = (archcalc.load(f"{FOLDER}/gpt2", set={"T": length}).totals.macs for length in (512, 1024))
    assert long - 2 * short == 12 * 2 * 768 * (1024**2 - 2 * 512**2)


LLAMA = """
import time
start = time.process_time()
import archcalc
assert archcalc.load("transformers/llama-3-70b").totals.params == 70_553_706_496
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
print(time.process_time() - start, peak)  # getrusage would tell the peak of the process that started this one
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is told in other units elsewhere")
def test_seventy_billion_parameters_cost_nothing() -> None:
    """Parsed and counted in under 1 s and 200 MB, as a process of its own."""
    found = subprocess.run([sys.executable, "-c", LLAMA], capture_output=True, text=True, check=True)
    seconds, kilobytes = map(float, found.stdout.split())
    assert seconds < 1
    assert kilobytes < 200_000


# Mistakes, the numbers that disagree, and what the runtime or PyTorch says to the same

MISTAKES = [
    ("INPUT 5 -> EMBED 9 4", "E349"),  # PyTorch: indices must be integers
    ("INPUT 5 int -> LINEAR 4", "E349"),  # PyTorch: expected a floating point tensor
    ("INPUT 5 int -> e: EMBED 9 4 -> LINEAR 8 tie=@e", "E350"),  # PyTorch: the shapes cannot be multiplied
    ("INPUT 5 -> e: RELU -> LINEAR 5 tie=@e", "E350"),  # there is no weight
    ("INPUT 5x12 -> POSEMB 4", "E340"),  # PyTorch: sizes 5 and 4 must match
    ("INPUT 5x12 -> ATTN 5", "E341"),  # PyTorch: embed_dim must be divisible by num_heads
    ("INPUT 5x13 -> ATTEND 2", "E341"),  # PyTorch: unflatten cannot divide 13
    ("INPUT 5x12 -> ATTN 4 kv=3", "E341"),  # PyTorch: the number of heads must be divisible
    ("INPUT 5x9 -> ROPE 3", "E341"),  # an odd head has no pairs
    # causal between different lengths: PyTorch aligns the first positions, others the last; so neither is guessed
    ("INPUT 5x12 -> ATTEND 2 causal [ID, PARAM 3x12, PARAM 3x12]", "E342"),
    ("INPUT 5x12 -> ATTEND 2 [ID, LINEAR 10, ID]", "E343"),  # PyTorch: sizes of matrices don't agree
    ("INPUT 5x12 -> ATTEND 2 [ID, PARAM 4x12, PARAM 3x12]", "E343"),
    ("INPUT 5x12 -> x: ID -> ALIBI 3 -> a: ID -> @x -> ATTEND 2 bias=@a [ID, ID, ID]", "E344"),
    ("INPUT 1 -> PARAM 8x2 -> RELPOS 4", "E345"),  # row 8 would never be read
    ("INPUT 1 -> PARAM 7x2 -> BUCKETS 4 4 bi", "E345"),  # 7 rows are no two halves
    ("INPUT 4x5x6 -> SHIFTMASK 2 1", "E346"),
    ("INPUT 4x4x6 -> SHIFTMASK 2 2", "E346"),
    ('INPUT 4x6 -> EINSUM "t d, s d -> t x" [ID, ID]', "E347"),  # PyTorch: output subscript not in the inputs
    ('INPUT 4x6 -> EINSUM "t d, s d -> t s" [ID, LINEAR 7]', "E347"),  # PyTorch: sizes don't broadcast
    ('INPUT 4x6 -> EINSUM "t, s d -> t s" [ID, ID]', "E347"),  # PyTorch: number of subscripts
    ("INPUT 4x6 -> MOE 4 top=5 [ID]", "E348"),  # PyTorch: selected index k out of range
    ("INPUT 4x6x8 -> MOE 4 [CONV 8 3x3]", "E348"),
    ("INPUT 4x6 -> MOE 4 [ID, ID]", "E229"),
    ("INPUT 4x6 -> ATTEND 2 causal=2", "E214"),
]


@pytest.mark.parametrize(("text", "code"), MISTAKES)
def test_mistakes_are_refused(text: str, code: str) -> None:
    with pytest.raises(archcalc.SpecError) as caught:
        archcalc.parse(text)
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == [code]


def test_a_swin_v2_table_of_coordinates() -> None:
    """Liu et al. 2021, equation 4: logarithmic, from -1 to 1 over the window."""
    coordinates = archcalc.parse("COORDS 3x2", input=(1,)).run().outputs.popitem()[1][0]
    assert show(coordinates.shape) == "5x3x2"
    assert coordinates[0, 0].tolist() == pytest.approx([-1.0566416, -1.0566416])  # -log2(9)/3
    assert coordinates[3, 1].tolist() == pytest.approx([0.7739760, 0])  # log2(5)/3


def test_what_is_pinned_holds_for_the_sizes_in_the_text() -> None:
    archcalc.load(f"{FOLDER}/gpt2").check()
    longer = archcalc.load(f"{FOLDER}/gpt2", set={"T": 1024})
    longer.check()
    assert longer.graph.pins == ()
