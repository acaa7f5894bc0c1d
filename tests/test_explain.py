"""Explanations: the arithmetic that is printed gives the numbers of the table, for every layer."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archcalc
from archcalc.analysis.explain import Account, Explanation
from archcalc.analysis.steps import AXES, Step
from archcalc.errors import UsageError
from archcalc.ops import WORDS
from archcalc.report import explain as forms
from archcalc.report.explain import equation, report
from archcalc.report.explain_tex import document, escape
from archcalc.report.formula import LATEX, PYTHON, TEXT
from archcalc.screen import width
from archcalc.shape import show
from archcalc.worked import Worked, tree_of

from .cases import CASES, Case
from .commands import process

GOLDEN = Path(__file__).parent / "golden"

every_case = pytest.mark.parametrize("case", CASES, ids=[f"{i}-{case.spec[:60]}" for i, case in enumerate(CASES)])


def explained(spec: str, layer: str = "") -> Explanation:
    return archcalc.load(spec).explain(layer)


def last(case: Case) -> Account | None:
    """What is said of the layer that the case is about; INPUT alone is not explained."""
    accounts = explained(case.spec).accounts
    return accounts[-1] if accounts else None


def found(account: Account, what: str) -> Any:
    """The value of a step, 0 if there is none."""
    return next((step.value for step in account.steps if step.what == what), 0)


def sizes(account: Account) -> tuple[Any, ...]:
    """The output, with what was worked out in the place of its sizes."""
    rank = len(account.row.output)
    names = [*AXES.get(rank, ()), *["channels"] * (rank in AXES)]
    told = {name: step.value for step in account.steps if "(" not in step.what for name in step.what.split(", ")}
    labels = [("size",)] if rank == 1 else [(*names[axis : axis + 1], f"axis {axis}") for axis in range(rank)]
    return tuple(
        next((told[name] for name in known if name in told), size)
        for known, size in zip(labels, account.row.output, strict=True)
    )


@every_case
def test_what_is_worked_out_is_what_the_table_says(case: Case) -> None:
    account = last(case)
    if account is None:
        return
    assert (sizes(account), found(account, "parameters"), found(account, "multiply-adds")) == (
        case.output, case.params, case.macs,
    )  # fmt: skip
    assert found(account, "memory") == account.row.activation_bytes
    assert found(account, "buffers") == account.row.cost.buffers
    for what, key in (("receptive field", "receptive_field"), ("jump", "effective_stride")):
        if what in {step.what for step in account.steps}:
            assert {str(found(account, what))} == set(map(str, account.row.as_dict()[key]))


def worth(text: str, **names: Any) -> Any:
    """What printed arithmetic comes to: an x multiplies, separators count for nothing, fractions are exact."""
    code = text.replace(" x ", "*").replace(" mod ", "%").replace("·", "*")
    code = re.sub(r"(?<=\d),(?=\d{3})", "", code)
    code = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda match: "**" + match[0].translate(_DIGITS), code)
    exact = re.sub(r"(?<![\w])(\d+)\b", r"Fraction(\1)", code)
    return eval(exact, {**FUNCTIONS, **names})


FUNCTIONS = {
    "Fraction": Fraction, "floor": floor, "ceil": ceil, "ceiling": ceil, "max": max, "Max": max, "min": min, "Min": min,
}  # fmt: skip
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def from_latex(text: str) -> str:
    """The formula in LaTeX as text."""
    text = text.replace("{,}", "").replace(r"\left\lfloor", "floor(").replace(r"\left\lceil", "ceil(")
    text = re.sub(r"\\right(\)|\\r(floor|ceil))", ")", text.replace(r"\left(", "("))
    text = text.replace(r"\cdot", "*").replace(r"\times", "*").replace(r"\bmod", "%")
    while r"\frac" in text:
        text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", text)
    return re.sub(r"\^\{([^{}]*)\}", r"**(\1)", text)


def all_steps(explanation: Explanation) -> list[Step]:
    return [*(step for account in explanation.accounts for step in account.steps), *explanation.totals]


@every_case
def test_printed_arithmetic_gives_the_printed_result(case: Case) -> None:
    for step in all_steps(explained(case.spec)):
        arithmetic, value = equation(step, TEXT)
        assert worth(value) == step.value
        assert not arithmetic or worth(arithmetic) == step.value, (step.what, arithmetic)
        assert worth(PYTHON.write(step.tree)) == step.value
        assert worth(from_latex(LATEX.write(step.tree))) == step.value, LATEX.write(step.tree)


STEPS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "/": lambda a, b: Fraction(a, b) if isinstance(a, int) and isinstance(b, int) else a / b,
    "up": lambda a, b: -(-a // b),
    "max": lambda a, b: max(a, b),
}


@given(
    st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 12), st.booleans(), st.booleans()), max_size=8)
)
def test_any_arithmetic_is_remembered(steps: list[tuple[str, int, bool, bool]]) -> None:
    """Numbers that remember come to what numbers come to, and so does what they remember."""
    plain: Any = 5
    worked: Any = Worked(5)
    for sign, number, is_constant, turned in steps:
        other = number if is_constant else Worked(number)
        if sign in ("//", "%", "/", "up") and not (plain if turned else number):
            continue
        if turned:
            plain, worked = STEPS[sign](number, plain), STEPS[sign](other, worked)
        else:
            plain, worked = STEPS[sign](plain, number), STEPS[sign](worked, other)
    assert worked == plain
    assert worth(PYTHON.write(tree_of(worked))) == plain
    assert worth(TEXT.write(tree_of(worked))) == plain
    assert worth(from_latex(LATEX.write(tree_of(worked)))) == plain


def test_every_layer_is_explained() -> None:
    words = {account.row.op for case in CASES for account in explained(case.spec).accounts}
    assert set(WORDS) - words == {"INPUT", "OUTPUT", "ID"}


# cs231n 2016, lecture 7, and the other lectures: what they write on the board
BOARD = [
    ("INPUT 227x227x3 -> CONV 96 11x11 s4", "height, width", "(227 - 11 + 2*0)/4 + 1 = 55"),
    ("INPUT 227x227x3 -> CONV 96 11x11 s4", "parameters", "96 x (11*11*3 + 1) = 34,944"),
    ("INPUT 227x227x3 -> CONV 96 11x11 s4", "multiply-adds", "55*55*96 x 11*11*3 = 105,415,200"),
    ("INPUT 227x227x3 -> CONV 96 11x11 s4", "receptive field", "1 + (11 - 1)*1 = 11"),
    ("INPUT 32x32x3 -> CONV 10 5x5 p2", "parameters", "10 x (5*5*3 + 1) = 760"),
    ("INPUT 7x7x1 -> CONV 1 3x3 s2", "height, width", "(7 - 3 + 2*0)/2 + 1 = 3"),
    ("INPUT 55x55x96 -> POOL 3 s2", "height, width", "(55 - 3 + 2*0)/2 + 1 = 27"),
    ("INPUT 224x224x3 -> CONV 64 7x7 s2 p3 floor", "height, width", "floor((224 - 7 + 2*3)/2) + 1 = 112"),
    ("INPUT 224x224x3 -> CONV 64 7x7 s2 p3 floor", "dropped", "(224 - 7 + 2*3) mod 2 = 1"),
    ("INPUT 10x10x3 -> CONV 4 3x3 s2 ceil", "height, width", "ceil((10 - 3 + 2*0)/2) + 1 = 5"),
    ("INPUT 224x224x3 -> CONV 32 3x3 s2 same", "padding", "(224/2 - 1)*2 + 3 - 224 = 1"),
    ("INPUT 27x27x96 -> CONV 256 5x5 p2 g2", "parameters", "256 x (5*5*(96/2) + 1) = 307,456"),
    ("INPUT 112x112x32 -> DWCONV 3x3 p1", "parameters", "32 x (3*3 + 1) = 320"),
    ("INPUT 6x6x16 -> TCONV 16 3 s2 p1 o1", "height, width", "(6 - 1)*2 + 3 + 1 - 2*1 = 12"),
    ("INPUT 6x6x256 -> FC 4096", "parameters", "4096 x (6*6*256 + 1) = 37,752,832"),
    ("INPUT 197x768 -> LINEAR 3072", "multiply-adds", "197*3072 x 768 = 464,781,312"),
    ("INPUT 32x32x64 -> BN", "parameters", "2*64 = 128"),
    ("INPUT 32x32x64 -> BN", "buffers", "2*64 = 128"),
    ("INPUT 10x4096 -> LSTM 256", "parameters", "4*256 x (4096 + 256 + 1) = 4,457,472"),
    ("INPUT 10x16 -> GRU 32 biases=2 bi", "parameters",
     "3*32 x (16 + 32 + 1 + 1 + 16 + 32 + 1 + 1) = 9,600"),
    ("INPUT 197x768 -> ATTN 12", "head, value", "768/12 = 64"),
    ("INPUT 197x768 -> ATTN 12", "multiply-adds",
     "12*197*197*(64 + 64) + 2*197*768*768 + 2*197*768*768 = 524,391,936"),
    ("INPUT 1024x2304 -> ATTEND 12 causal", "multiply-adds", "12*1024*1024 x (64 + 64) = 1,610,612,736"),
    ("INPUT 1024 int -> EMBED 50257 768", "parameters", "50,257 x 768 = 38,597,376"),
    ("INPUT 8x8x4 -> CONCAT [ID, CONV 6 1x1, TANH]", "channels", "4 + 6 + 4 = 14"),
    ("INPUT 6x6x256 -> FLATTEN", "size", "6*6*256 = 9,216"),
    ("INPUT 8x8x64 -> [CONV 8 3x3]*2", "receptive field", "3 + (3 - 1)*1 = 5"),
    ("INPUT 8x8x64 -> CONV 8 3x3 s2 floor -> CONV 8 3x3", "receptive field", "3 + (3 - 1)*2 = 7"),
    ("INPUT 8x8x64 -> ADD [CONV 64 3x3 p1, ID]", "receptive field", "-1 + 3 - (-1) = 3"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "what", "written"), BOARD, ids=[f"{spec} {what}" for spec, what, _ in BOARD])
def test_reads_as_on_the_board(spec: str, what: str, written: str) -> None:
    account = explained(spec).accounts[-1]
    assert [" = ".join(equation(step, TEXT)) for step in account.steps if step.what == what] == [written]


# W2 = (W1 - F + 2P)/S + 1, D2 = K, F*F*D1*K weights and K biases
FORMULAS = [
    ("CONV K FxF s=S p=P", "height", "(H - F + 2*P)/S + 1"),
    ("CONV K FxF s=S p=P", "width", "(W - F + 2*P)/S + 1"),
    ("CONV K FxF s=S p=P", "parameters", "K x (F*F*C + 1)"),
    ("POOL k=F s=S", "height", "(H - F + 2*0)/S + 1"),
    ("CONV C 7x7 p3 nobias", "parameters", "C x 7*7*C"),
    ("INPUT N -> FC M nobias", "parameters", "M x N"),
    ("INPUT TxC -> LSTM N", "parameters", "4*N x (C + N + 1)"),
    ("INPUT HxWxC -> CONV 8 3x3 s2 floor", "height", "floor((H - 3 + 2*0)/2) + 1"),
]


@pytest.mark.parametrize(("spec", "what", "written"), FORMULAS)
def test_formulas_of_the_lectures(spec: str, what: str, written: str) -> None:
    assert [TEXT.write(step.tree) for step in explained(spec).accounts[-1].steps if step.what == what] == [written]


SIZES = {"H": 30, "W": 22, "C": 8, "K": 6, "F": 2, "S": 2, "P": 1, "M": 5, "N": 7, "T": 9}
SYMBOLIC = [
    "INPUT HxWxC -> CONV K FxF s=S p=P -> RELU -> POOL 2 s2 floor -> CONV M 3x3 s2 same -> FC N",
    "INPUT HxWxC -> CONV C 3x3 p1 s2 ceil -> BN -> ADD [ID, GAP -> LINEAR C] -> TCONV K 3 s2",
    "INPUT TxC -> LN -> ATTN 4 -> LSTM N bi -> RMSNORM",
]


@pytest.mark.parametrize("spec", SYMBOLIC)
def test_formulas_come_to_the_numbers(spec: str) -> None:
    net = archcalc.parse(spec)
    binding = {name: SIZES[name] for name in net.graph.free}
    formulas, numbers = net.explain(), archcalc.parse(spec, set=binding).explain()
    exact = {name: Fraction(value) for name, value in binding.items()}
    for general, special in zip(formulas.accounts, numbers.accounts, strict=True):
        values = {name: step.value for step in special.steps for name in names_in(step.what)}
        for step in general.steps:
            for text in filter(None, (*equation(step, TEXT), PYTHON.write(step.tree))):
                for name in names_in(step.what):
                    assert worth(text, **exact) == values[name], (general.row.name, name, text)


def names_in(what: str) -> list[str]:
    """What a label is about, an axis each: field (height, width) is the field along both; so is field, in a plane."""
    kind, _, axes = what.partition(" (")
    if kind in ("field", "receptive field", "jump", "padding", "pad before", "pad after"):
        return [f"{kind} {axis}" for axis in axes.rstrip(")").split(", ") if axis] or [
            f"{kind} height",
            f"{kind} width",
        ]
    return what.split(", ")


GOLDENS = [
    ("explain-alexnet", "alexnet", "conv1", "relu1", "pool1"),
    ("explain-gpt2", "transformers/gpt2", "h.0.attn"),
    ("explain-attention", "INPUT 10x512 -> ATTN 8 causal"),
    ("explain-lstm", "INPUT 20x128 -> LSTM 256"),
    ("explain-bn", "INPUT 56x56x64 -> BN"),
    ("explain-add", "INPUT 8x8x64 -> ADD [ID, GAP]"),
    ("explain-pool", "INPUT 112x112x64 -> POOL 3 s2 p1 floor"),
    ("explain-same", "INPUT 224x224x3 -> CONV 32 3x3 s2 same nobias"),
    ("explain-tconv", "INPUT 28x28x64 -> TCONV 32 3x3 s2 p1 o1"),
    ("explain-formulas", "CONV K FxF s=S p=P"),
    ("explain-lenet5", "lenet5"),
]


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda golden: golden[0])
def test_golden(golden: tuple[str, ...]) -> None:
    """GOLDEN=write python -m pytest tests/test_explain.py writes the files anew: read what has changed."""
    file, spec, *layers = golden
    parts = [report(explained(spec, layer)) for layer in layers or [""]]
    lines = [line for part in parts for line in (*part, ())][:-1]
    written = "".join("".join(piece for piece, _ in line).rstrip() + "\n" for line in lines)
    if os.environ.get("GOLDEN") == "write":
        (GOLDEN / f"{file}.txt").write_text(written, encoding="utf-8")
    assert written == (GOLDEN / f"{file}.txt").read_text(encoding="utf-8")


WIDE = [
    "alexnet",
    "torchvision/resnet50",
    "torchvision/maxvit_t",
    "transformers/gpt2",
    "CONV K FxF s=S p=P -> POOL 2 s2",
]


@pytest.mark.parametrize("room", [80, 100, 60])
@pytest.mark.parametrize("spec", WIDE)
def test_fits_the_screen(spec: str, room: int) -> None:
    lines = ["".join(piece for piece, _ in line).rstrip() for line in report(explained(spec), room)]
    assert max(map(width, lines)) <= room


def test_what_was_said_is_not_said_again() -> None:
    text = forms.markdown(explained("INPUT 8x8x4 -> [CONV 4 1x1 -> RELU]*2"))
    assert "8x8x4 -> 8x8x4, as relu1" in text
    assert text.count("max(x, 0)") == 1


def test_a_path_chooses_a_layer_or_a_block() -> None:
    names = [account.row.name for account in explained("transformers/gpt2", "h.3.mlp").accounts]
    assert names == ["h.3.mlp.c_fc", "h.3.mlp.0", "h.3.mlp.c_proj"]
    with pytest.raises(UsageError, match=r"E627 there is no layer h\.3\.mpl\n  did you mean h\.3"):
        explained("transformers/gpt2", "h.3.mpl")


def test_markdown() -> None:
    text = forms.markdown(explained("INPUT 227x227x3 -> CONV 96 11x11 s4"))
    assert "### conv1: `CONV 96 11x11 s4`" in text
    assert "| parameters | `96 x (11*11*3 + 1)` | 34,944 |" in text


def test_json_formulas_are_python() -> None:
    layers = json.loads(process("explain 'INPUT HxWx3 -> CONV 96 11x11 s=S floor' --json").out)["layers"]
    (height,) = [step for step in layers[0]["steps"] if step["what"] == "height"]
    assert height["formula"] == "floor((H - 11 + 2*0)/S) + 1"
    assert worth(height["value"], H=Fraction(228), S=Fraction(4)) == 55


@pytest.mark.parametrize("form", ["", "--md", "--tex", "--json"])
def test_the_command(form: str) -> None:
    said = process(f"explain alexnet conv1 {form}")
    assert (said.code, said.err) == (0, "")
    assert "34944" in said.out.replace(",", "").replace("{}", "")
    assert "conv2" not in said.out


def test_the_command_says_what_it_does_not_know() -> None:
    said = process("explain alexnet conv9")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("E627")


def test_a_claim_that_does_not_hold_is_told() -> None:
    said = process("explain 'INPUT 4x4x1 -> CONV 1 3x3 -> GAP; check params=9'")
    assert said.code == 1 and "E402" in said.err and "1 x (3*3*1 + 1) = 10" in said.out


HOSTILE = 'set title="50% of #1 {x}_y ~ \\\\ $ & ^ < > | Müller 卷积 → ×"; INPUT 8x8x3 -> a_b: CONV 4 3x3'


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a_b & 50% #1 {x}", r"a\_b \& 50\% \#1 \{x\}"),
        ("\\ ~ ^ $", r"\textbackslash{} \textasciitilde{} \textasciicircum{} \$"),
        ("a < b > c | d", r"a \textless{} b \textgreater{} c \textbar{} d"),
        ("Müller, Noël → 3×3", r"M\"{u}ller, No\"{e}l $\to$ 3$\times$3"),
        ("卷积\x1b[2J", "???[2J"),
    ],
)
def test_latex_escapes(text: str, written: str) -> None:
    assert escape(text) == written


@pytest.mark.parametrize("spec", ["alexnet", "torchvision/densenet121", "CONV K FxF s=S p=P -> LINEAR M", HOSTILE])
def test_latex_is_well_formed(spec: str) -> None:
    text = document(explained(spec))
    assert text.isascii()
    bare = re.sub(r"\\[{}]", "", text)
    assert bare.count("{") == bare.count("}")
    assert text.count(r"\begin{align*}") == text.count(r"\end{align*}") > 0
    assert not re.search(r"\n\s*\n[^\\]*\\end\{align\*\}", text.replace("\\end{align*}\n\n", ""))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
@pytest.mark.parametrize("spec", ["alexnet", "torchvision/densenet121", "CONV K FxF s=S p=P -> LINEAR M", HOSTILE])
def test_latex_compiles(spec: str, tmp_path: Path) -> None:
    (tmp_path / "net.tex").write_text(document(explained(spec)), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "net.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert run.returncode == 0, run.stdout[-2000:]
    assert (tmp_path / "net.pdf").stat().st_size > 1000


def test_volumes_are_those_of_the_table() -> None:
    account = explained("INPUT 8x8x4 -> ADD [ID, GAP]").accounts[-1]
    assert forms.volumes(account) == f"8x8x4, 1x1x4 -> {show((8, 8, 4))}"


@pytest.mark.slow
@pytest.mark.parametrize("name", archcalc.shipped_names())
def test_every_shipped_network(name: str) -> None:
    explanation = explained(name)
    for account in explanation.accounts:
        row = account.row
        assert [found(account, what) for what in ("parameters", "multiply-adds", "memory", "buffers")] == [
            row.params, row.macs, row.activation_bytes, row.cost.buffers,
        ]  # fmt: skip
    for step in dict.fromkeys(all_steps(explanation)):
        assert worth(PYTHON.write(step.tree)) == step.value
    assert max(width("".join(piece for piece, _ in line).rstrip()) for line in report(explanation)) <= 80
