"""PyTorch and Keras code without the frameworks: what has words there, that it is Python, and how it reads.

What the code computes is compared in test_torch_codegen.py, which needs PyTorch and Keras.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import archcalc
from archcalc.cli import main
from archcalc.codegen.keras.context import TABLE as KERAS
from archcalc.codegen.torch.context import TABLE as TORCH
from archcalc.codegen.words import identifier
from archcalc.ops import WORDS

from .cases import CASES

GOLDEN = Path(__file__).parent / "golden" / "code"

Write = Callable[[archcalc.Network], str]
FRAMEWORKS: dict[str, Write] = {"torch": archcalc.Network.to_torch, "keras": archcalc.Network.to_keras}

ELSEWHERE = {
    "torch": {
        "INPUT": "an argument of forward",
        "OUTPUT": "marks volumes, adds no layer",
        "PARAM": "an nn.Parameter, which no step computes",
        "COORDS": "a buffer, which no step computes",
    },
    "keras": {"INPUT": "keras.Input", "OUTPUT": "marks volumes, adds no layer"},
}
"""The words without a row of their own, and what they become."""

every_framework = pytest.mark.parametrize("framework", FRAMEWORKS)


@pytest.mark.parametrize(("framework", "table"), [("torch", TORCH), ("keras", KERAS)])
def test_every_layer_has_a_translation(framework: str, table: dict[str, object]) -> None:
    assert set(table) | set(ELSEWHERE[framework]) == set(WORDS)
    assert not set(table) & set(ELSEWHERE[framework])


REFUSED = [
    ("torch", "INPUT 8x8x4 -> half: CONV 4 3x3", "half: its modules have a half of their own"),
    ("torch", "INPUT 8 -> a: [FC 4 -> train: FC 2]", "a.train: its modules have a train of their own"),
    ("keras", "INPUT 8 -> a: [b: FC 4] -> a_b: FC 2", "a_b: a_b and a.b are one name there"),
]


@pytest.mark.parametrize(("framework", "spec", "what"), REFUSED, ids=[what for _, _, what in REFUSED])
def test_what_has_no_code_is_named(framework: str, spec: str, what: str) -> None:
    with pytest.raises(archcalc.SpecError, match=what) as caught:
        FRAMEWORKS[framework](archcalc.parse(spec))
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "E450"
    assert diagnostic.place is not None


@every_framework
def test_free_dimensions_are_no_code(framework: str) -> None:
    with pytest.raises(archcalc.SpecError, match="without free dimensions") as caught:
        FRAMEWORKS[framework](archcalc.parse("INPUT HxWx3 -> CONV 4 3x3"))
    assert "--set H=... --set W=..." in str(caught.value)


@every_framework
def test_shipped_specs_are_written_as_a_formatter_leaves_them(framework: str, tmp_path: Path) -> None:
    """Code that a linter finds nothing in: no unused import, no undefined name, no line too long."""
    for name in archcalc.shipped_names():
        text = FRAMEWORKS[framework](archcalc.load(name))
        ast.parse(text)
        (tmp_path / f"{identifier(name)}.py").write_text(text, encoding="utf-8")
    pytest.importorskip("ruff", reason="without ruff only Python's own parser reads the code")
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--isolated", "--no-cache", "--line-length=100", str(tmp_path)]
    for words in (["check", "-q", "--select=E,F,W,I,UP,N8,C4", "--ignore=N801,N812"], ["format", "-q", "--check"]):
        done = subprocess.run([*ruff, *words, *options], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")


@every_framework
def test_every_layer_and_option_is_written_as_python(framework: str) -> None:
    for case in CASES:
        compile(FRAMEWORKS[framework](archcalc.parse(case.spec)), case.spec, "exec")


AWKWARD = [
    # words of Python and of the frameworks as labels, blocks and inputs
    "in: INPUT 4; ops: INPUT 4; ADD [@in, @ops] -> lambda: FC 3 -> is: [FC 3 -> RELU -> class: FC 2]",
    "def range n { ADD [FC n, FC n] -> RELU }\nINPUT 4 -> [range 4]*3 -> map: FC 4 -> ADD @map -> name: FC 3",
    "def is { as: [FC 8 -> RELU -> FC 8] }\nINPUT 8 -> if: is -> [in: is]*2 -> ADD @if",
    "INPUT 8 -> in: [FC 3 -> class: [is: PARAM 3; ADD [@is, FC 3]]]; not: PARAM 3; ADD [@in, @not]",
    "def sub heads { heads: [LINEAR 8 -> CONCAT [ID, ID]] -> LINEAR heads }\nINPUT 5x8 -> a: sub 8 -> b: sub 4",
    'set title="3 words in two \\"\nset source="a \\ b, Müller\'s"\nINPUT 4 -> FC 2',
    # blocks that parts of others come between
    "INPUT 4 -> a: [x: FC 4] -> b: FC 4 -> ADD @a -> a2: FC 4",
    "def f { p: FC 4 -> @q -> r: FC 4 }\nINPUT 4 -> q: FC 4 -> g: [s: FC 4 -> u: ID] -> ADD @q",
    # modules whose names count up
    "def more n { ADD [LINEAR n, ID] -> RELU }\nINPUT 3x4 -> [more 4]*5 -> FC 2",
    "def wider n { ADD [FC n, FC n] -> RELU }\nINPUT 4 -> wider 6 -> wider 8 -> wider 10 -> wider 12 -> FC 2",
    "def mixed n x { ADD [LINEAR n, @x] -> RELU }\nINPUT 3x4 -> m: LINEAR 4 -> [mixed 4 @m]*5 -> FC 2",
    # a vector for a classifier, of what is the same for all examples
    "INPUT 4 -> FC 2\np: PARAM 2x3x4 -> c: [DROP 0.5 -> FC 3]",
    # nothing at all
    "INPUT 7x7x5",
    "INPUT 7x7x5 -> ID",
    "INPUT 1 -> PARAM 3x4",
]


@every_framework
@pytest.mark.parametrize("spec", AWKWARD)
def test_awkward_names_and_shapes_are_python(framework: str, spec: str) -> None:
    try:
        net = archcalc.parse(spec)
    except archcalc.SpecError as error:
        pytest.fail(f"the case is no spec: {error}")
    compile(FRAMEWORKS[framework](net), spec, "exec")


@every_framework
def test_the_command_prints_the_code(framework: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "lenet5", "--to", framework]) == 0
    assert capsys.readouterr() == (FRAMEWORKS[framework](archcalc.load("lenet5")), "")


EINSUM = """\
INPUT 5x6x4 -> EINSUM "n t d, n s d -> n t s" [ID, ID]
LINEAR 3 -> EINSUM "row col in, in out -> row col out" [ID, PARAM 3x2]
"""


@every_framework
def test_the_same_code_in_every_process(framework: str) -> None:
    """Whatever order Python gives to sets."""
    words = [sys.executable, "-m", "archcalc", "convert", EINSUM, "--to", framework]
    printed = {
        subprocess.run(words, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in "123"
    }
    assert len(printed) == 1


def test_the_command_writes_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "net.py"
    assert main(["convert", "lenet5", "--to", "PyTorch", "-o", str(file)]) == 0
    assert capsys.readouterr().out.startswith(f"wrote {file}: ")
    assert file.read_text(encoding="utf-8") == FRAMEWORKS["torch"](archcalc.load("lenet5"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--to jax", "there is no notation jax, only arch, spec, slide, torch, keras"),
        ("-o net.py", "--to torch or --to keras"),
        ("--to keras -o nowhere/net.py", "its folder doesn't exist"),
    ],
)
def test_the_command_says_what_to_type(words: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "lenet5", *words.split()]) != 0
    assert said in capsys.readouterr().err


SMALL_VGG = """\
set title="Small VGG"
def two n { [CONV n 3x3 p1 -> RELU]*2 -> POOL 2 s2 }
INPUT 32x32x3
features: [two 32 -> two 64 -> two 128] => 4x4x128
classifier: [FC 256 -> RELU -> DROP 0.5 -> FC 10]
"""

CHAIN = """\
set title="Keras's example for MNIST"
INPUT 28x28x1
CONV 32 3x3 -> RELU -> CONV 64 3x3 -> RELU -> POOL 2 s2 -> DROP 0.25
FC 128 -> RELU -> DROP 0.5 -> FC 10 -> SOFTMAX
"""

RESIDUAL = """\
set title="Small residual network"
def body n s=1 {
  conv1: CONV n 3x3 s=s p1 nobias -> bn1: BN -> RELU
  conv2: CONV n 3x3 p1 nobias -> bn2: BN
}
def basic n { ADD [body n, ID] -> RELU }
def down n { ADD [body n s2, downsample: [CONV n 1x1 s2 nobias -> BN]] -> RELU }
set fit=floor
INPUT 32x32x3
conv1: CONV 16 3x3 p1 nobias -> bn1: BN -> RELU
layer1: [[basic 16]*2]
layer2: [down 32 -> [basic 32]*3]
layer3: [down 64 -> [basic 64]*3]
GAP -> aux: FC 4 -> OUTPUT train
@layer3 -> GAP -> fc: FC 10
"""

REPEATS = """\
set title="Nine residual blocks"
def residual { ADD [CONV cin 3x3 p1 nobias -> BN -> RELU -> CONV cin 3x3 p1 nobias -> BN, ID] -> RELU }
INPUT 32x32x3
CONV 16 3x3 p1 nobias -> BN -> RELU
[residual]*9
GAP -> FC 10
"""

PRINTED = {"lenet5": "", "small-vgg": SMALL_VGG, "chain": CHAIN, "residual": RESIDUAL, "repeats": REPEATS}


@every_framework
@pytest.mark.parametrize("name", PRINTED)
def test_printed(framework: str, name: str) -> None:
    net = archcalc.parse(PRINTED[name]) if PRINTED[name] else archcalc.load(name)
    golden = GOLDEN / f"{name}.{framework}.txt"
    assert FRAMEWORKS[framework](net) == golden.read_text(encoding="utf-8")


class Alike(NamedTuple):
    """A layer in a framework's words and in ours, from docs/frameworks.md."""

    framework: str
    there: str
    here: str
    volume: str
    gives: str

    @property
    def spec(self) -> str:
        """The spec that claims what the page says."""
        return f"INPUT {self.volume} -> {self.here} => {self.gives}"


PAGE = Path(__file__).parent.parent / "docs" / "frameworks.md"
ALIKE = [
    Alike(*(cell.strip().strip("`") for cell in line.strip("|").split("|")))
    for line in PAGE.read_text(encoding="utf-8").split("## The same layer")[1].split("## ")[0].splitlines()
    if line.startswith("|") and "`" in line
]


@pytest.mark.parametrize("row", ALIKE, ids=lambda row: row.there)
def test_the_words_of_frameworks(row: Alike) -> None:
    """Every claim of the page holds here; those of Keras and PyTorch are held against them in the torch group."""
    net = archcalc.parse(row.spec)
    assert row.gives == "x".join(map(str, net.output))


def test_the_page_has_every_framework() -> None:
    assert {row.framework for row in ALIKE} == {"Torch7", "Caffe", "Lasagne", "Keras", "PyTorch"}


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, spec in PRINTED.items():
        for framework, write in FRAMEWORKS.items():
            net = archcalc.parse(spec) if spec else archcalc.load(name)
            (GOLDEN / f"{name}.{framework}.txt").write_text(write(net), encoding="utf-8")
