"""The language: texts and the networks that they mean. What is expected follows from the page of the language alone."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from lark import Lark
from lark.exceptions import GrammarError
from lark.utils import logger

import archcalc
from archcalc import Network, SpecError
from archcalc.resources import read_grammar
from archcalc.shape import show
from archcalc.source import Source
from archcalc.syntax import parse as parse_tree


def described(net: Network) -> str:
    """A network in one line: every layer's path and volume."""
    return "  ".join(f"{node.name} {show(node.shape)}" for node in net.graph.nodes)


def layers(text: str) -> list[tuple[object, ...]]:
    """All that a text means: paths, layers, what they read and give."""
    return [(node.name, str(node.op), node.inputs, node.shape) for node in archcalc.parse(text).graph.nodes]


# Line ends, blanks, comments, signs

SAME = {
    "a line end is an arrow": ("INPUT 9x9x3\nCONV 8 3x3\nRELU", "INPUT 9x9x3 -> CONV 8 3x3 -> RELU"),
    "a semicolon is a line end": ("INPUT 9x9x3; CONV 8 3x3;RELU;;", "INPUT 9x9x3 -> CONV 8 3x3 -> RELU"),
    "blank lines and comments": ("\n\n# one\nINPUT 9x9x3 # two\n\n  # three\nRELU # four", "INPUT 9x9x3 -> RELU"),
    "comments hold anything": ("INPUT 9x9x3 # -> [ ( { \" ; RELU\nRELU", "INPUT 9x9x3 -> RELU"),
    "blanks at the ends of lines": ("INPUT 9x9x3 \t \n  RELU  \n[RELU]*2 \n", "INPUT 9x9x3 -> RELU -> [RELU]*2"),
    "carriage returns": ("INPUT 9x9x3\r\nCONV 8 3x3\r\n\r\nRELU\r\n", "INPUT 9x9x3 -> CONV 8 3x3 -> RELU"),
    "old carriage returns": ("INPUT 9x9x3\rRELU\r", "INPUT 9x9x3 -> RELU"),
    "tabs and hard blanks": ("INPUT\t9x9x3\t->\u00a0RELU", "INPUT 9x9x3 -> RELU"),
    "a byte order mark": ("\ufeffINPUT 9x9x3 -> RELU", "INPUT 9x9x3 -> RELU"),
    "no line end behind an arrow": ("INPUT 9x9x3 ->\n\nRELU", "INPUT 9x9x3 -> RELU"),
    "no line end before an arrow": ("INPUT 9x9x3\n# comment\n  -> RELU\n-> RELU", "INPUT 9x9x3 -> RELU -> RELU"),
    "no line end around a claim": ("INPUT 9x9x3\n=>\n9x9x3\n-> RELU", "INPUT 9x9x3 => 9x9x3 -> RELU"),
    "no line end around commas": ("INPUT 9x9x3 -> ADD [ID\n,\nRELU]", "INPUT 9x9x3 -> ADD [ID, RELU]"),
    "no line end inside brackets' ends": ("INPUT 9x9x3 -> [\nRELU\nRELU\n]\n*\n2", "INPUT 9x9x3 -> [RELU -> RELU]*2"),
    "no line end inside of braces' ends": ("def a\n{\nRELU\n}\nINPUT 3 -> a", "def a { RELU }; INPUT 3 -> a"),
    "no line end around =": ("set fit\n=\nfloor\nINPUT 3", "set fit=floor; INPUT 3"),
    "no line end in parentheses": ("INPUT (\n3\n*\n2\n)\nRELU", "INPUT 6 -> RELU"),
    "no line end in an array": (
        "INPUT 3x3x1 -> CONV 1 2 w=[\n[1,\n2],[3\n,4]\n]", "INPUT 3x3x1 -> CONV 1 2 w=[[1,2],[3,4]]",
    ),
    "a label may end a line": ("INPUT 9x9x3\nr:\nRELU", "INPUT 9x9x3 -> r: RELU"),
    "a group starts a line": ("INPUT 9x9x3\nRELU\n[RELU]*2", "INPUT 9x9x3 -> RELU -> [RELU]*2"),
    "a group after a block": ("def a { RELU }\nINPUT 3\na\n[a]*2", "def a { RELU }; INPUT 3 -> a -> [a]*2"),
    "× glues": ("INPUT 9×9×3 -> CONV 8 3×3 => 7×7×8", "INPUT 9x9x3 -> CONV 8 3x3 => 7x7x8"),
    "arrows as slides print them": ("INPUT 9x9x3 → RELU ⇒ 9x9x3", "INPUT 9x9x3 -> RELU => 9x9x3"),
    "no blanks around arrows": ("INPUT 9x9x3->CONV 8 3x3=>7x7x8->RELU", "INPUT 9x9x3 -> CONV 8 3x3 => 7x7x8 -> RELU"),
    "blanks around =": ("let n = 8\nINPUT 3 -> FC n", "let n=8; INPUT 3 -> FC n"),
    "blanks around the colon of a label": ("INPUT 3 -> a : RELU", "INPUT 3 -> a: RELU"),
    "blanks around *": ("INPUT 3 -> [RELU] * 2", "INPUT 3 -> [RELU]*2"),
    "braces on one line": ("def a{RELU}\nINPUT 3->a", "def a { RELU }\nINPUT 3 -> a"),
    "brackets nest": ("INPUT 3 -> [[[RELU]]]", "INPUT 3 -> RELU"),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_texts_that_mean_the_same(name: str) -> None:
    one, other = SAME[name]
    assert layers(one) == layers(other)


# Arguments

ARGUMENTS = {
    "CONV 8 3x3": "CONV 8 3x3",
    "CONV 8 (k)x(k)": "CONV 8 3x3",
    "CONV 8 3x(k)": "CONV 8 3x3",
    "CONV (2*n) k": "CONV 16 3",
    "CONV (n//3) (min(k,5))": "CONV 2 3",
    "CONV (n%5+k) (max(1,k-2))": "CONV 6 1",
    "CONV (2**3) (ceil(5/2))": "CONV 8 3",
    "CONV (floor(7/2)) (-(-5//2))": "CONV 3 3",
    "CONV (n/2*3/4*4) 3": "CONV 12 3",
    "CONV 8 3 s2": "CONV 8 3 s2",
    "CONV 8 3 s2x1": "CONV 8 3 s2x1",
    "CONV 8 3 s=2": "CONV 8 3 s2",
    "CONV 8 3 s=(k-1)": "CONV 8 3 s2",
    "CONV 8 3 s(k-1)": "CONV 8 3 s2",
    "CONV 8 3 s=2x(k)": "CONV 8 3 s2x3",
    "CONV 8 3 p0:1": "CONV 8 3 p0:1",
    "CONV 8 3 p0x1": "CONV 8 3 p0x1",
    "CONV 8 3 p0:1x2": "CONV 8 3 p0:1x2",
    "CONV 8 3 p0:(k-1)": "CONV 8 3 p0:2",
    "CONV 8 3 p(k):0": "CONV 8 3 p3:0",
    "CONV 8 3 d=(d)x1": "CONV 8 3 d2x1",
    "CONV 8 3 d2": "CONV 8 3 d2",
    "CONV 8 3 p1 s2 floor": "CONV 8 3 s2 p1 floor",
    "CONV 9 3 g=3 nobias same": "CONV 9 3 g3 same nobias",
    "CONV nobias p1 8 3": "CONV 8 3 p1 nobias",
    "POOL avg 2 s1": "POOL avg 2 s1",
    "POOL 2 s1 avg": "POOL avg 2 s1",
    "LN eps=1e-6": "LN eps=1e-06",
    "DROP 0.25": "DROP 0.25",
    "DROP (1/4)": "DROP 0.25",
    "PAD 1x2": "PAD 1x2",
    "PAD (k)x(k)": "PAD 3x3",
    "REARRANGE \"h w c -> (h w) c\"": "REARRANGE \"h w c -> (h w) c\"",
    "act": "RELU6",
    "act2": "GELU",
}  # fmt: skip


@pytest.mark.parametrize("text", ARGUMENTS)
def test_arguments(text: str) -> None:
    spec = f"def act2 f=GELU {{ f }}\nlet n=8 k=3 d=2 act=RELU6\nINPUT 15x15x3 -> {text}"
    assert str(archcalc.parse(spec).graph.nodes[-1].op) == ARGUMENTS[text]


# Chains, groups, repeats, labels, merges, blocks: paths and volumes of all layers

MEANS = {
    "numbers at the top count by word": (
        "INPUT 9x9x3 -> CONV 8 3x3 -> RELU -> CONV 4 3x3 -> RELU",
        "input 9x9x3  conv1 7x7x8  relu1 7x7x8  conv2 5x5x4  relu2 5x5x4",
    ),
    "a label names": ("INPUT 3 -> a: FC 8 -> FC 4", "input 3  a 8  fc1 4"),
    "repeats": ("INPUT 9x9x3 -> [CONV 8 3x3]*3", "input 9x9x3  conv1 7x7x8  conv2 5x5x8  conv3 3x3x8"),
    "repeats of nothing": ("INPUT 3 -> [FC 8]*0 -> FC 4", "input 3  fc1 4"),
    "repeats by a name": ("let n=2\nINPUT 3 -> [FC 8]*n", "input 3  fc1 8  fc2 8"),
    "repeats by arithmetic": ("let n=2\nINPUT 3 -> [FC 8]*(n-1)", "input 3  fc1 8"),
    "repeats in repeats": ("INPUT 3 -> [[FC 8]*2 -> FC 4]*2", "input 3  fc1 8  fc2 8  fc3 4  fc4 8  fc5 8  fc6 4"),
    "bare groups splice": ("INPUT 3 -> f: [[FC 8]*2 -> [RELU]]", "input 3  f.0 8  f.1 8  f.2 8"),
    "unlabelled stages of a labelled group are numbered, labelled ones not, ID is": (
        "INPUT 3 -> f: [FC 8 -> a: FC 4 -> ID -> FC 2]", "input 3  f.0 8  f.a 4  f.2 2",
    ),
    "labels in a group are visible outside": (
        "INPUT 3 -> [a: FC 8] -> FC 4 -> @a -> FC 2", "input 3  a 8  fc1 4  fc2 2",
    ),
    "a label given again means the newer volume": (
        "INPUT 3 -> a: FC 8 -> a: FC 4 -> FC 2 -> @a", "input 3  a 8  a_2 4  fc1 2",
    ),
    "a label that ends in a digit counts up": ("INPUT 3 -> f: [[l1: FC 8]*3]", "input 3  f.l1 8  f.l2 8  f.l3 8"),
    "a reference": ("INPUT 3 -> a: FC 8 -> FC 4 -> @a -> FC 2", "input 3  a 8  fc1 4  fc2 2"),
    "branches get the current volume": (
        "INPUT 9x9x3 -> CONCAT [CONV 8 3x3 p1, CONV 4 1x1]", "input 9x9x3  conv1 9x9x8  conv2 9x9x4  concat1 9x9x12",
    ),
    "ID is the untouched volume": ("INPUT 9x9x3 -> ADD [CONV 3 1x1, ID]", "input 9x9x3  conv1 9x9x3  add1 9x9x3"),
    "a merge with a reference": (
        "INPUT 3 -> a: FC 8 -> FC 8 -> ADD @a -> SUB @a", "input 3  a 8  fc1 8  add1 8  sub1 8",
    ),
    "a merge along an axis": (
        "INPUT 4x5x3 -> CONCAT axis=0 [ID, ID] -> CONCAT axis=1 [ID, ID] -> CONCAT [ID, ID]",
        "input 4x5x3  concat1 8x5x3  concat2 8x10x3  concat3 8x10x6",
    ),
    "a labelled CONCAT numbers its branches": (
        "INPUT 3 -> f: CONCAT [FC 8, FC 4]", "input 3  f.0.0 8  f.1.0 4  f 12",
    ),
    "numbers follow the text, layers run after their branches": (
        "INPUT 3 -> ADD [ADD [FC 8, FC 8], FC 8]", "input 3  fc1 8  fc2 8  add2 8  fc3 8  add1 8",
    ),
    "broadcasting": ("INPUT 4x4x3 -> MUL [ID, GAP]", "input 4x4x3  gap1 1x1x3  mul1 4x4x3"),
    "two inputs": ("a: INPUT 3 -> FC 8\nb: INPUT 5 -> FC 8 -> ADD @a", None),
    "a block": ("def b n { FC n -> RELU }\nINPUT 3 -> b 8", "input 3  b1.0 8  b1.1 8"),
    "a labelled block": ("def b n { FC n -> l: FC 2 }\nINPUT 3 -> x: b 8", "input 3  x.0 8  x.l 2"),
    "a block in a branch adds no segment": (
        "def b n { FC n -> RELU }\nINPUT 3 -> f: [ADD [b 3, ID]]", "input 3  f.1 3  f.2 3  f.0 3",
    ),
    "defaults": ("def b n=8 m=(n/2) { FC n -> FC m }\nINPUT 3 -> b -> b 4", "input 3  b1.0 8  b1.1 4  b2.0 4  b2.1 2"),
    "parameters by name": ("def b n=8 m=4 { FC n -> FC m }\nINPUT 3 -> b m=2", "input 3  b1.0 8  b1.1 2"),
    "shapes as parameters": ("def b k { CONV 8 k }\nINPUT 9x9x3 -> b 3x5", "input 9x9x3  b1.0 7x5x8"),
    "layers as parameters": (
        "def b act=RELU { FC 8 -> act }\nINPUT 3 -> b -> b act=ID", "input 3  b1.0 8  b1.1 8  b2.0 8",
    ),
    "references as parameters": (
        "def b skip { CONCAT @skip }\nINPUT 3 -> a: FC 8 -> FC 4 -> b @a", "input 3  a 8  fc1 4  b1.0 12",
    ),
    "sizes coming in": (
        "def b { LINEAR (2*cin) -> CROP (hin/2)x(win/4) }\nINPUT 8x8x3 -> b", "input 8x8x3  b1.0 8x8x6  b1.1 4x2x6",
    ),
    "the volume coming in": ("def b { FC 8 -> @in -> FC 4 }\nINPUT 3 -> b", "input 3  b1.0 8  b1.1 4"),
    "let at the head of a block": (
        "def b n { let m=(2*n) k=(m+1)\nFC m -> FC k }\nINPUT 3 -> b 4", "input 3  b1.0 8  b1.1 9",
    ),
    "names of the file reach into blocks": ("let n=8\ndef b { FC n }\nINPUT 3 -> b", "input 3  b1.0 8"),
    "parameters hide names of the file": ("let n=8\ndef b n { FC n }\nINPUT 3 -> b 4", "input 3  b1.0 4"),
    "labels in a block are local": (
        "def b { a: FC 8 -> FC 4 -> @a }\nINPUT 3 -> a: FC 5 -> b -> b -> @a", None,
    ),
    "a block in a block": (
        "def b n { FC n }\ndef c n { b n -> x: b (2*n) }\nINPUT 3 -> c 4", "input 3  c1.0.0 4  c1.x.0 8",
    ),
    "symbols": ("INPUT HxWxC -> CONV C 3x3 p1 nobias => HxWxC", "input HxWxC  conv1 HxWxC"),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name, (_, means) in MEANS.items() if means])
def test_meaning(name: str) -> None:
    text, means = MEANS[name]
    assert described(archcalc.parse(text)) == means


def test_labels_are_local_to_each_use_of_a_block() -> None:
    net = archcalc.parse(MEANS["labels in a block are local"][0] + " -> FC 2")
    assert net.graph.nodes[-1].inputs == (1,)


def test_settings_and_totals() -> None:
    net = archcalc.parse(
        'set title="Net" source="page 3" fit=floor batch=4\ncheck params=5\nINPUT 8x8x4 -> POOL 3 s2 -> CONV 1 1x1'
    )
    assert net.graph.title == "Net"
    assert net.graph.settings == {"title": "Net", "source": "page 3", "fit": "floor", "batch": 4}
    net.check()
    with pytest.raises(SpecError, match="E402"):
        archcalc.parse("check params=6\nINPUT 4 -> FC 1").check()


def test_questions() -> None:
    net = archcalc.parse("INPUT 32x32x3 -> CONV 10 5x5 s1 p2 => ? -> POOL 2 s2 => ?x16x?")
    assert [show(net.graph.nodes[asked.node].shape) for asked in net.graph.questions] == ["32x32x10"]


CLAIMS = ["=> 7x7x8", "=> ?x7x8", "=> ?x?x?", "=> (n)x7x(n+1)", "=> ?"]


@pytest.mark.parametrize("claim", CLAIMS)
def test_claims_that_hold(claim: str) -> None:
    assert archcalc.parse(f"let n=7\nINPUT 9x9x3 -> CONV 8 3x3 {claim}").output == (7, 7, 8)


@pytest.mark.parametrize("claim", ["=> 8x7x8", "=> 7x7", "=> 7x7x8x1", "=> ?x?x9", "=> (n)x(n)x(n)", "=> 7"])
def test_claims_that_fail(claim: str) -> None:
    with pytest.raises(SpecError, match="E401"):
        archcalc.parse(f"let n=7\nINPUT 9x9x3 -> CONV 8 3x3 {claim}")


def test_the_caller_sets_sizes_and_names() -> None:
    net = archcalc.parse("let n=8\nINPUT 9x9x3 -> CONV n 3x3", input=(5, 5, 1), set={"n": 4})
    assert net.output == (3, 3, 4)
    with pytest.raises(SpecError, match="E228"):
        archcalc.parse("INPUT 3 -> FC 8", set={"width": 4})


# Fractions stay exact

EXACT = {
    "(7/3*3)": 7, "(1/3+2/3)": 1, "(10**20/10**19)": 10, "(0.1*30)": 3, "(1e2//7)": 14, "(-7//2+5)": 1,
    "(2**-1*4)": 2, "(7%4)": 3, "(2**3**0)": 2, "(-2**2+5)": 1, "((1+2)*3-4/2)": 7, "(max(1,2,3))": 3,
}  # fmt: skip


@pytest.mark.parametrize("text", EXACT)
def test_arithmetic_is_exact(text: str) -> None:
    assert archcalc.parse(f"INPUT {text}").output == (EXACT[text],)


@pytest.mark.parametrize("text", ["(7/3)", "(1/2)", "0.5", "(3-3)", "(1-3)", "(2**-1)"])
def test_a_size_comes_out_whole(text: str) -> None:
    with pytest.raises(SpecError, match="E214"):
        archcalc.parse(f"INPUT {text}")


# Files that import others: name, text; the first is loaded

BLOCKS = "def twice n { [FC n]*2 }\nlet width=8\n"
FILES = {
    "blocks under a name": ({"net": 'import "lib.arch" as b\nINPUT 3 -> b.twice 8', "lib": BLOCKS}, ""),
    "blocks and names": ({"net": 'import "lib.arch"\nINPUT 3 -> twice width', "lib": BLOCKS}, ""),
    "in a folder below": ({"net": 'import "a/lib.arch" as b\nINPUT 3 -> b.twice 8', "a/lib": BLOCKS}, ""),
    "from there back up": (
        {"net": 'import "a/b.arch"\nINPUT 3 -> b', "a/b": 'import "../lib.arch"\ndef b { twice 8 }', "lib": BLOCKS}, "",
    ),
    "one file along two ways": (
        {"net": 'import "a.arch"\nimport "b.arch"\nINPUT 3 -> a -> b', "a": 'import "lib.arch"\ndef a { twice 8 }',
         "b": 'import "lib.arch"\ndef b { twice 8 }', "lib": BLOCKS}, "",
    ),
    "imports are not passed on under a name": (
        {"net": 'import "a.arch" as a\nINPUT 3 -> a.twice 8', "a": 'import "lib.arch" as b\n', "lib": BLOCKS}, "E218",
    ),
    "a file that is not there": ({"net": 'import "lib.arch"\nINPUT 3 -> twice 8'}, "E601"),
    "a file outside of the folder": ({"net": 'import "../../lib.arch"\nINPUT 3'}, "E605"),
    "an absolute path": ({"net": 'import "/etc/hostname"\nINPUT 3'}, "E605"),
    "a file that imports itself": ({"net": 'import "net.arch"\nINPUT 3'}, "E241"),
    "files that import each other": (
        {"net": 'import "a.arch"\nINPUT 3', "a": 'import "b.arch"', "b": 'import "a.arch"'}, "E241",
    ),
    "an import with layers": ({"net": 'import "a.arch"\nINPUT 3', "a": "INPUT 3"}, "E242"),
    "an import that sets": ({"net": 'import "a.arch"\nINPUT 3', "a": "set fit=floor"}, "E243"),
    "an import that checks": ({"net": 'import "a.arch"\nINPUT 3', "a": "check params=3"}, "E243"),
    "a mistake in an import": ({"net": 'import "a.arch"\nINPUT 3 -> a', "a": "def a { RELU -> -> }"}, "E107"),
    "a mistake in an imported block": ({"net": 'import "a.arch"\nINPUT 3 -> a', "a": "def a { RELUU }"}, "E210"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_imports(name: str, tmp_path: Path) -> None:
    texts, code = FILES[name]
    for file, text in texts.items():
        path = tmp_path / "tree" / f"{file}.arch"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "lib.arch").write_text(BLOCKS, encoding="utf-8")
    net = str(tmp_path / "tree" / "net.arch")
    if not code:
        assert archcalc.load(net).output == (8,)
        return
    with pytest.raises(SpecError) as caught:
        archcalc.load(net)
    assert [mistake.code for mistake in caught.value.diagnostics] == [code]


def test_a_mistake_in_an_import_names_both_places(tmp_path: Path) -> None:
    (tmp_path / "a.arch").write_text("def a n {\n  CONV n 3x3\n}\n", encoding="utf-8")
    (tmp_path / "net.arch").write_text('import "a.arch"\n\nINPUT 2x2x3 -> a 8\n', encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        archcalc.load(str(tmp_path / "net.arch"))
    (mistake,) = caught.value.diagnostics
    assert mistake.place is not None
    assert (Path(mistake.place.file).name, mistake.place.line) == ("a.arch", 2)
    assert [(Path(use.file).name, use.line, use.marked) for use in mistake.trace] == [("net.arch", 3, "a 8")]


# The grammar itself

FAMILY = "INPUT -> [[CONV -> RELU]*N -> POOL?]*M -> [FC -> RELU]*K -> FC"
"""The pattern of cs231n's lecture 7 for whole families of networks."""


def test_a_family_of_networks_parses_as_it_stands() -> None:
    assert len(parse_tree(Source(FAMILY))) == 4


def test_the_grammar_has_no_conflicts(caplog: pytest.LogCaptureFixture) -> None:
    """Lark refuses a choice between two rules by itself, and settles one between a rule and a sign in silence."""
    logger.addHandler(caplog.handler)
    caplog.set_level(logging.DEBUG, logger.name)
    try:
        Lark("start: a | b\na: X\nb: X\nX: /x/", parser="lalr")
    except GrammarError as error:
        assert "Reduce/Reduce" in str(error)
    Lark("start: s\ns: X s | X s Y s | Z\nX: /x/\nY: /y/\nZ: /z/", parser="lalr", debug=True)
    assert "conflict" in caplog.text
    caplog.clear()
    Lark(read_grammar("spec"), parser="lalr", lexer="contextual", debug=True)
    logger.removeHandler(caplog.handler)
    assert "conflict" not in caplog.text


def test_the_grammar_knows_no_layer() -> None:
    from archcalc.ops import WORDS  # noqa: PLC0415 - beside what it tests

    rules = re.sub(r"//.*", "", read_grammar("spec"))
    assert not [word for word in WORDS if re.search(rf'"{word}"|/{word}', rules)]
