"""fmt: one layout, which means the same and is its own layout."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archcalc
from archcalc.build import Options, build
from archcalc.cli import main
from archcalc.fmt import canonical
from archcalc.graph import Graph
from archcalc.load import parse_source, parse_spec, source_of
from archcalc.resources import folder
from archcalc.source import Source

LAYOUTS = [
    # what is written, and its layout
    ("INPUT   8x8x3->CONV 4 3x3=>6x6x4", "INPUT 8x8x3 -> CONV 4 3x3 => 6x6x4\n"),
    ("INPUT 8x8x3;RELU;\n", "INPUT 8x8x3\nRELU\n"),
    ("\ufeffINPUT 3\r\nRELU\r\n\r\n\r\nTANH\r\n", "INPUT 3\nRELU\n\nTANH\n"),
    ("INPUT 8×8×1 → CONV 1 1x1 ⇒ 8x8x1", "INPUT 8x8x1 -> CONV 1 1x1 => 8x8x1\n"),
    ("INPUT 8x8x1\nCONV 1 1x1 => 8x8x1\nRELU -> TANH\nRELU => 8x8x1",
     "INPUT 8x8x1\nCONV 1 1x1 => 8x8x1\nRELU -> TANH\nRELU       => 8x8x1\n"),
    ("INPUT 3\nRELU => 3\n\nSOFTMAX => 3", "INPUT 3\nRELU => 3\n\nSOFTMAX => 3\n"),
    ("INPUT 3\nRELU->\nTANH", "INPUT 3\nRELU\n  -> TANH\n"),
    ("INPUT 3\nRELU\n=> 3", "INPUT 3\nRELU => 3\n"),
    ("a :INPUT 3 -> b:RELU\nADD@a@b", "a: INPUT 3 -> b: RELU\nADD @a @b\n"),
    ("INPUT 3\nx:[[RELU] * 2->TANH] * ( 1 + 1 )", "INPUT 3\nx: [[RELU]*2 -> TANH]*(1+1)\n"),
    ("INPUT 8x8x3\nADD[ RELU,ID ]", "INPUT 8x8x3\nADD [RELU, ID]\n"),
    ("INPUT 8x8x3\nADD [RELU,\nID]", "INPUT 8x8x3\nADD [\n  RELU,\n  ID\n]\n"),
    ("INPUT 3\n[RELU;TANH]*2", "INPUT 3\n[\n  RELU\n  TANH\n]*2\n"),
    ("def f n k = 3{CONV n k->RELU}", "def f n k=3 { CONV n k -> RELU }\n"),
    ("def f\n n\n{let a=n b = (n * 2)\n CONV a b}", "def f n {\n  let a=n b=(n*2)\n  CONV a b\n}\n"),
    ("set   title=\"a # b -> c\"  fit =floor", 'set title="a # b -> c" fit=floor\n'),
    ("import   \"a.arch\"  as r", 'import "a.arch" as r\n'),
    ("let w=[ [ 1, 1 ],[2 ,2] ] / 4", "let w=[[1,1],[2,2]]/4\n"),
    ("let w=[[1, 1],[1, 2],\n[2, 1],[2, 2]]", "let w=[\n  [1,1], [1,2],\n  [2,1], [2,2]\n]\n"),
    ("let a=( 2*(3 - 1) ) b=(min ( 1 , 2 ))", "let a=(2*(3-1)) b=(min(1,2))\n"),
    ("INPUT (a)x( b )x3 -> CONV(2 * a) 3x( k ) p0:( n - 1 ) s( 2 ) d =( d)x1",
     "INPUT (a)x(b)x3 -> CONV (2*a) 3x(k) p0:(n-1) s(2) d=(d)x1\n"),
    ("INPUT 3x3x1 -> CONV 4(n) =>( n )x(n)x4", "INPUT 3x3x1 -> CONV 4(n) => (n)x(n)x4\n"),
    # comments
    ("", ""),
    ("#only", "#only\n"),
    ("INPUT 3 # in\nRELU   # out\n\nTANH # end", "INPUT 3  # in\nRELU     # out\n\nTANH  # end\n"),
    ("\n\n# a\n\n\n\n# b\nINPUT 3", "# a\n\n# b\nINPUT 3\n"),
    ("INPUT 3 -> # why\nRELU", "INPUT 3  # why\n  -> RELU\n"),
    ("INPUT 3\n# why\n-> RELU", "INPUT 3\n  # why\n  -> RELU\n"),
    ("INPUT 3 # a\n=> 3", "INPUT 3  # a\n  => 3\n"),
    ("INPUT 8x8x3\nADD [\n\n# first\nRELU,\n\n# second\nID\n# last\n]\n# end",
     "INPUT 8x8x3\nADD [\n  # first\n  RELU,\n\n  # second\n  ID\n  # last\n]\n# end\n"),
    ("let a=( 2 * # two\n3 )", "let a=(2*  # two\n  3)\n"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "layout"), LAYOUTS, ids=[row[0] for row in LAYOUTS])
def test_layouts(text: str, layout: str) -> None:
    assert canonical(Source(text)) == layout
    assert canonical(Source(layout)) == layout


# It means the same


def facts(graph: Graph) -> Any:
    """All that a spec says, without places."""
    nodes = [(node.name, node.op, node.inputs, node.shape, node.tie, node.active) for node in graph.nodes]
    pins = [(pin.key, pin.value) for pin in graph.pins]
    return nodes, graph.outputs, graph.settings, pins, [question.node for question in graph.questions]


@pytest.mark.parametrize("name", archcalc.shipped_names())
def test_shipped_specs_stay_what_they_are(name: str) -> None:
    source, options, _ = source_of(name, Options())
    layout = Source(canonical(source), source.file)
    assert canonical(layout) == layout.text
    before, after = (build(parse_source(text, options).spec or (), text, options) for text in (source, layout))
    assert facts(before) == facts(after)


FILES = sorted(Path(folder("specs")).rglob("*.arch"))


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(folder("specs"))) for path in FILES])
def test_shipped_files_are_laid_out(path: Path) -> None:
    """Those that only define blocks too."""
    text = path.read_text("utf-8")
    assert canonical(Source(text)) == text, f"run archcalc fmt {path.name}"


@pytest.mark.parametrize("path", FILES[::8], ids=[str(path.relative_to(folder("specs"))) for path in FILES[::8]])
def test_files_without_blanks_and_with_more_get_their_layout_back(path: Path) -> None:
    """Spaces, indents and columns come from the layout alone; line ends, comments and texts in quotes stay."""
    text = path.read_text("utf-8")
    wider = re.sub(r'("[^"\n]*"|#.*)| ', lambda match: match[1] or "  \t", text)
    tighter = re.sub(r'("[^"\n]*"|#.*)|(?<![^\n])[ ]+|[ ]*(->|=>|[\[\]{},])[ ]*', lambda m: m[1] or m[2] or "", text)
    assert canonical(Source(wider)) == text
    assert canonical(Source(tighter)) == text


def comments(text: str) -> list[str]:
    return [match[0].rstrip() for match in re.finditer(r'"[^"\n]*"|(#.*)', text) if match[1]]


# Generated specs, badly laid out

NAMES = st.sampled_from(["a", "n2", "conv_bn", "x1"])
SIZES = st.sampled_from(["1", "3", "64", "N", "?", "(n)", "( 2 * n )", "(n-1)", "(min( 1 ,n ))", "(-n)"])
GLUED = st.lists(SIZES, min_size=1, max_size=3).map("x".join)
ARRAYS = st.sampled_from(["[1,2]", "[ -1 , 0.5]/ 4", "[[1],\n[2] ]", "[(1/3),( n )]*2"])
BLANK = st.sampled_from([" ", "  ", "\t", " "])
ARGUMENTS = st.one_of(
    GLUED,
    NAMES,
    st.sampled_from(
        ["@a", "@a.b", '"h w -> w h"', "same", "s2", "p0:1", "p1x( n )", "p( n ):2", "d=( d)x1", "-3", "1e-5"]
    ),
    st.tuples(st.sampled_from(["k", "eps", "axis"]), st.sampled_from(["=", " =", "= "]), GLUED | NAMES | ARRAYS).map(
        "".join
    ),
)
LINE_END = st.sampled_from(["\n", "\n\n\n", ";", " # why\n", "\n# why\n", "\r\n", "\n  "])
THEN = st.one_of(LINE_END, st.sampled_from(["->", " -> ", "->\n", "\n-> ", " -> # then\n", "→"]))
COMMA = st.sampled_from([",", " , ", ",\n", ", # or\n", "\n,"])


def listed(items: Any, between: Any) -> Any:
    """Texts with others between them."""
    return st.lists(st.tuples(items, between), min_size=1, max_size=3).map(
        lambda pairs: "".join(text for pair in pairs for text in pair)[: -len(pairs[-1][1])]
    )


def stages(chains: Any) -> Any:
    """Stages with chains in their brackets."""
    words = st.sampled_from(["CONV", "RELU", "H2", "block", "_b"])
    label = st.sampled_from(["", "", "c1:", "x : ", "y: ", "z:\n"])
    claim = st.one_of(st.just(""), st.tuples(st.sampled_from([" =>", "=> ", "\n=> ", " ⇒ "]), GLUED).map("".join))
    call = st.tuples(words, st.lists(st.tuples(BLANK, ARGUMENTS).map("".join), max_size=3).map("".join)).map("".join)
    groups = st.tuples(listed(chains, COMMA), st.sampled_from(["", "*2", " * n", "*( n )", "*\n3"])).map(
        lambda parts: f"[{parts[0]}]{parts[1]}"
    )
    branches = st.tuples(words, listed(chains, COMMA)).map(lambda parts: f"{parts[0]} [ {parts[1]} ]")
    head = st.one_of(call, st.just("@a"), groups, branches)
    return listed(st.tuples(label, head, claim).map("".join), THEN)


CHAINS = st.recursive(st.sampled_from(["RELU", "CONV 8 3x3", "ID"]), stages, max_leaves=8)
LINES = st.one_of(
    CHAINS,
    st.tuples(NAMES, BLANK, CHAINS).map(lambda parts: f"def {parts[0]}{parts[1]}k n = 3{{{parts[2]}}}"),
    st.tuples(NAMES, ARRAYS | GLUED).map(lambda parts: f"let  {parts[0]} ={parts[1]}"),
    st.sampled_from(
        ['set title = "a -> b" fit=floor', "check params = 5", 'import "x.arch" as r', "def f {let a=1; RELU }"]
    ),
)
SPECS = listed(LINES, LINE_END)


@given(SPECS)
def test_generated_specs(text: str) -> None:
    """canonical refuses to give what has another tree; here it must also be its own layout."""
    layout = canonical(Source(text))
    assert canonical(Source(layout)) == layout
    assert comments(layout) == comments(text)
    assert not re.search(r"[ \t\r]$|\n\n\n|\t", layout, re.M)


STEPS = st.sampled_from(
    ["CONV 8 3x3 p1", "RELU", "POOL 2 s1", "[RELU->BN]*2", "ADD[ID ,TANH]", "x:BN", "u 3", "[TANH]*0"]
)


@given(listed(STEPS, THEN))
def test_generated_networks(text: str) -> None:
    """Names, operations and volumes are those of the layout."""
    text = f"def u n {{CONV n 1x1;RELU }}\nINPUT 32x32x8\n{text}"
    assert facts(parse_spec(text)) == facts(parse_spec(canonical(Source(text))))


@given(SPECS, st.sampled_from(["  ", "\t", " \t  "]))
def test_blanks_do_not_matter(text: str, blanks: str) -> None:
    """More of them, where there are some, change nothing."""
    wider = re.sub(r'("[^"\n]*"|#.*)| ', lambda match: match[1] or blanks, text)
    assert canonical(Source(wider)) == canonical(Source(text))


# The command


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad, wrong = (tmp_path / name for name in ("good.arch", "bad.arch", "wrong.arch"))
    good.write_text("INPUT 3 -> RELU\n")
    bad.write_text("INPUT 3->RELU # end")
    wrong.write_text("INPUT 3 -> \n")
    assert main(["fmt", "--check", str(good)]) == 0
    assert capsys.readouterr() == ("", "")
    assert main(["fmt", "--check", str(good), str(bad)]) == 1
    assert capsys.readouterr() == (f"{bad}\n", "")
    assert bad.read_text() == "INPUT 3->RELU # end"
    assert main(["fmt", str(good), str(bad), str(wrong)]) == 1
    said = capsys.readouterr()
    assert said.out == f"{bad}\n"
    assert said.err.startswith("E101 ")
    assert bad.read_text() == "INPUT 3 -> RELU  # end\n"
    assert wrong.read_text() == "INPUT 3 -> \n"
    assert main(["fmt", "--check", str(good), str(bad)]) == 0


def test_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"INPUT 3->RELU")))
    assert main(["fmt", "-"]) == 0
    assert capsys.readouterr() == ("INPUT 3 -> RELU\n", "")


REFUSALS = [
    # the words behind fmt, the exit code, and what is said
    (["none.arch"], 3, "E601"),
    (["--wide", "x.arch"], 2, "E620"),
    ([], 2, "E620"),
    (["slide.txt"], 1, "E126"),
    (["."], 3, "E602"),
]


@pytest.mark.parametrize(("words", "code", "error"), REFUSALS)
def test_refusals(
    words: list[str], code: int, error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("slide.txt").write_text("[3] INPUT\n")
    assert main(["fmt", *words]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(error)
