"""Reports: layout against golden files, numbers against published ones, widths on every screen."""

from __future__ import annotations

import csv as stdlib_csv
import io
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import archcalc
from archcalc.errors import Diagnostic, Place, Styled, UsageError
from archcalc.report import csv, markdown, text, values
from archcalc.report import json as report_json
from archcalc.report.columns import COLUMNS, DEFAULT, LEFT, chosen
from archcalc.report.layout import ASCII, FANCY, Signs, fit, grid
from archcalc.report.spell import memory
from archcalc.report.view import sheet, view
from archcalc.screen import width

GOLDEN = Path(__file__).parent / "golden"
DATA = Path(__file__).parent / "data"

RESNET_STEM = """\
set title="A stem that doesn't fit exactly" fit=floor
INPUT 224x224x3
CONV 64 7x7 s2 p3 nobias -> BN -> RELU => 112x112x64
POOL 3 s2 p1 => 56x56x64
"""
NESTED = """\
set title="Blocks in blocks" fit=floor
def bottleneck n s=1 {
  conv1: CONV n 1x1 nobias -> bn1: BN -> RELU
  conv2: CONV n 3x3 s=s p1 nobias -> bn2: BN -> RELU
  conv3: CONV (4*n) 1x1 nobias -> bn3: BN
}
def residual n s=1 { ADD [bottleneck n s=s, downsample: [CONV (4*n) 1x1 s=s nobias -> BN]] -> RELU }
INPUT 56x56x64
backbone: [layer1: [residual 64 -> residual 64] -> layer2: [residual 128 s2 -> residual 128]]
classifier: [GAP -> FC 1000]
"""


class Golden(NamedTuple):
    """A report: the file that holds it, and what it is of."""

    file: str
    spec: str
    room: int | None
    signs: Signs
    columns: str | None = None
    depth: int | None = None


GOLDENS = [
    Golden("alexnet-80", "alexnet", 80, FANCY),
    Golden("alexnet-160", "alexnet", 160, FANCY),
    Golden("alexnet-piped", "alexnet", None, ASCII),
    Golden("rounded", RESNET_STEM, None, ASCII),
    Golden("question", "INPUT 32x32x3 -> CONV 10 5x5 s1 p2 => ?", 80, FANCY),
    Golden("same", "INPUT 10x8x3 -> CONV 4 4x4 s2 same -> POOL avg 2 s1 same", 80, FANCY),
    Golden("weights", "INPUT 10x10x1 -> CONV 1 3x3 w=[[1,1,1],[1,1,1],[1,1,1]]/9 nobias => 8x8x1", None, ASCII),
    Golden("nested-80", NESTED, 80, FANCY),
    Golden("nested-depth-2", NESTED, None, ASCII, depth=2),
    Golden("columns", "INPUT 9x9x3 -> CONV 8 3x3 s3 -> RELU", None, ASCII, "layer,input,output,flops,pad,stride"),
]  # fmt: skip


def plain(styled: Sequence[Styled]) -> str:
    return "".join("".join(piece for piece, _ in line).rstrip() + "\n" for line in styled)


def report(
    spec: str, room: int | None = None, signs: Signs = ASCII, columns: str | None = None, depth: int | None = None
) -> str:
    table = archcalc.load(spec).table()
    return plain(text.report(table, room, view(columns or "", depth), signs))


@pytest.mark.parametrize("case", GOLDENS, ids=lambda case: case.file)
def test_golden(case: Golden) -> None:
    """GOLDEN=write python -m pytest tests/test_report.py writes the files anew: read what has changed."""
    written = report(case.spec, case.room, case.signs, case.columns, case.depth)
    file = GOLDEN / f"{case.file}.txt"
    if os.environ.get("GOLDEN") == "write":
        file.write_text(written, encoding="utf-8")
    assert written == file.read_text(encoding="utf-8")


# Numbers: the golden files hold our layout, these hold what others have counted

ALEXNET = {  # parameters, multiply-adds: of the single stream, as the lectures' notes and many tutorials tabulate them
    "conv1": ("34,944", "105,415,200"),
    "conv2": ("614,656", "447,897,600"),
    "conv3": ("885,120", "149,520,384"),
    "conv4": ("1,327,488", "224,280,576"),
    "conv5": ("884,992", "149,520,384"),
    "fc1": ("37,752,832", "37,748,736"),
    "fc2": ("16,781,312", "16,777,216"),
    "fc3": ("4,097,000", "4,096,000"),
    "pool1": ("0", "0"),
    "total": ("62,378,344", "1,135,256,096"),
}


@pytest.mark.parametrize("file", ["alexnet-80", "alexnet-160", "alexnet-piped"])
def test_alexnet_shows_the_published_numbers(file: str) -> None:
    shown = (GOLDEN / f"{file}.txt").read_text(encoding="utf-8").splitlines()
    rows = {line.split()[0]: line for line in shown if line.split()}
    for layer, numbers in ALEXNET.items():
        assert f"  {'  '.join(numbers)}  " in re.sub(" {2,}", "  ", rows[layer]), layer


def test_alexnet_shows_the_published_receptive_fields() -> None:
    written = (GOLDEN / "alexnet-160.txt").read_text(encoding="utf-8").splitlines()
    shown = {line.split()[0]: line.split()[-1] for line in written if line.split()}
    with (DATA / "receptive_field.csv").open(encoding="utf-8") as file:
        rows = [
            row for row in stdlib_csv.DictReader(file) if row["cnn"] == "alexnet_v2" and row["resolution"] == "None"
        ]
    ours = {"pool5": "pool3"}  # Slim numbers its pools after the convolutions
    published = {row["end_point"].partition("/")[2]: row["receptive_field"] for row in rows}
    assert len(published) == 7
    assert {layer: shown[ours.get(layer, layer)] for layer in published} == published


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1161600, "1.1 MiB"), (249513376, "238.0 MiB"),
     (1024**2 - 1, "1.0 MiB"), (1024**3, "1.0 GiB"), (10**40, "8,673,617,379,884,035,472,059.6 EiB")],
)  # fmt: skip
def test_memory(size: int, said: str) -> None:
    assert memory(size) == said


# Layout on every screen


@pytest.mark.parametrize("spec", archcalc.shipped_names())
def test_every_report_fits_the_screen(spec: str) -> None:
    table = archcalc.load(spec).table()
    for room in (72, 80, 132):
        shown = plain(text.report(table, room, signs=FANCY)).splitlines()
        assert max(map(width, shown)) <= room
        total = next(line for line in shown if line.startswith("total"))
        assert {f"{table.totals.params:,}", f"{table.totals.macs:,}"} <= set(total.split())


@pytest.mark.parametrize("room", range(20, 100, 7))
def test_numbers_are_never_cut(room: int) -> None:
    table = archcalc.parse(NESTED).table()
    whole = grid(sheet(table))
    fitted = fit(whole, room, FANCY)
    assert {"name", "output", "params"} <= set(fitted.keys)
    for key, cells in zip(fitted.keys, fitted.columns, strict=True):
        assert key in LEFT or cells == whole.columns[whole.keys.index(key)]


def test_piped_text_is_as_wide_as_its_content() -> None:
    long = "a_name_that_goes_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on"
    shown = report(f"INPUT 8x8x3 -> {long}: [{long}: CONV 4 3x3]")
    assert f"\n{long}.{long}  CONV 4 3x3" in shown
    assert shown.isascii()


def test_what_was_chosen_stays_on_a_narrow_screen() -> None:
    shown = report("alexnet", 40, FANCY, "name,params,macs,memory,field")
    assert re.search(r"^conv1 +34,944 +105,415,200 +1.1 MiB +11$", shown, re.M)


def test_a_fold_sums_up() -> None:
    net = archcalc.parse(NESTED)
    for depth in (1, 2, 3):
        rows = stdlib_csv.DictReader(io.StringIO(csv.document(net.table(), view("name,output,params,macs", depth))))
        blocks = list(rows)
        assert sum(int(block["params"]) for block in blocks) == net.totals.params
        assert sum(int(block["macs"]) for block in blocks) == net.totals.macs
        assert blocks[-1]["output"] == "1000"
    top = stdlib_csv.DictReader(io.StringIO(csv.document(net.table(), view(depth=1))))
    assert [block["name"] for block in top] == ["backbone", "classifier"]


def test_long_tables_repeat_their_head_and_say_how_to_fold() -> None:
    shown = report("INPUT 8x8x3 -> stem: [block: [CONV 3 3x3 p1 -> RELU]*40]")
    assert len(re.findall(r"^layer  ", shown, re.M)) == 2
    assert "--depth 2 folds the 80 lines into 1\n" in shown or "--depth 1 folds the 80 lines into 1\n" in shown
    assert "folds" not in report("INPUT 8x8x3 -> [CONV 3 3x3 p1]*80")


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("INPUT 32x32x3 -> CONV 10 5x5 p2 => ?", "line 1       CONV 10 5x5 p2 gives 32x32x10"),
        ("INPUT 32x32x3 => ?", "line 1       INPUT 32x32x3 gives 32x32x3"),
        ("INPUT 7x7x1 => ?\nCONV 1 3x3 => ?", "line 2       CONV 1 3x3 gives 5x5x1"),
        ("INPUT 480x640x3 -> GAP", "note         line 1: read as height 480, width 640, channels 3"),
        ("INPUT 7x7x1 -> POOL 2 s2 floor", "rounded      floor drops 1 of 7 padded rows: pool1"),
        ("INPUT 7x7x1 -> POOL 2 s2 ceil", "rounded      ceil adds 1 to 7 padded rows: pool1"),
        ("INPUT 7x7x1 -> CONV 1 4x4 same", "same pads    1:2 in conv1"),
        ("INPUT 8x8x4 -> BN", "buffers      8 numbers stored but not trained"),
        ("check params=760\nINPUT 32x32x3 -> CONV 10 5x5", "as pinned    params 760"),
        ('set source="the lecture"\nINPUT 8', "source       the lecture"),
    ],
)
def test_notes(spec: str, said: str) -> None:
    assert f"\n{said}\n" in report(spec)


def test_questions_in_a_repeat_are_told_apart() -> None:
    shown = report("INPUT 9x9x1 -> [CONV 1 3x3 => ?]*2")
    assert "conv1: CONV 1 3x3 gives 7x7x1" in shown
    assert "conv2: CONV 1 3x3 gives 5x5x1" in shown


def test_conventions_are_stated() -> None:
    said = " ".join(report("alexnet", 80).split())
    assert "one per multiply-accumulate of convolutions, linear layers and attention's products" in said
    assert "no bias, normalisation, activation or pooling" in said
    assert "FLOPs = 2 x multiply-adds" in said
    assert "float32" in said
    assert "one example" in said


def test_control_characters_stay_off_the_screen() -> None:
    shown = report('set title="\x1b[31mred\x07" source="\x1b[2J"\nINPUT 8 -> RELU')
    assert not {"\x1b", "\x07"} & set(shown)


def test_wide_characters_keep_the_columns() -> None:
    shown = report("INPUT 8x8x3 -> a卷积: CONV 4 3x3 -> RELU")
    rows = [line for line in shown.splitlines() if line.startswith(("layer  ", "a卷积", "relu1"))]
    assert len(rows) == 3
    assert len(set(map(width, rows))) == 1


# Other forms

KEYS = [
    "name", "op", "text", "inputs", "output", "params", "buffers", "macs", "activations", "activation_bytes",
    "weights", "connections", "pads", "dropped", "receptive_field", "effective_stride", "effective_padding", "line",
    "column", "rounded",
]  # fmt: skip
TOTALS = {
    "params", "buffers", "macs", "flops", "activations", "weight_bytes", "activation_bytes", "peak_bytes",
    "training_bytes",
}  # fmt: skip
TOP = [
    "schema", "name", "title", "convention", "inputs", "outputs", "totals", "layers", "rounded", "counted",
    "uncounted", "warnings", "conditions",
]  # fmt: skip


def _document(spec: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(report_json.document(archcalc.load(spec).as_dict()))
    return content


def test_json_has_the_promised_keys() -> None:
    shown = _document("alexnet")
    assert list(shown) == TOP
    assert set(shown["totals"]) >= TOTALS
    assert all(list(layer) == KEYS for layer in shown["layers"])
    assert (shown["schema"], shown["convention"], shown["name"]) == (1, "macs", "alexnet")


def test_json_has_the_published_values() -> None:
    shown = _document("alexnet")
    conv1 = shown["layers"][0]
    expected = {
        "name": "conv1", "op": "CONV", "text": "CONV 96 11x11 s4", "inputs": [[227, 227, 3]], "output": [55, 55, 96],
        "params": 34944, "buffers": 0, "macs": 105415200, "activations": 290400, "activation_bytes": 1161600,
        "weights": {"weight": [96, 3, 11, 11], "bias": [96]}, "connections": 105415200 + 290400,
        "pads": [[0, 0], [0, 0]], "dropped": [0, 0], "receptive_field": [11, 11], "effective_stride": [4, 4],
        "effective_padding": [0, 0], "rounded": None,
    }  # fmt: skip
    assert {key: conv1[key] for key in expected} == expected
    assert shown["inputs"] == [{"name": "input", "shape": [227, 227, 3], "dtype": "float32"}]
    assert shown["outputs"] == [{"name": "softmax1", "shape": [1000]}]
    assert shown["totals"]["params"] == 62378344
    assert shown["totals"]["flops"] == 2 * shown["totals"]["macs"] == 2 * 1135256096
    assert shown["totals"]["weight_bytes"] == 4 * 62378344


def test_json_says_what_was_rounded() -> None:
    shown = _document(RESNET_STEM)
    assert [layer["name"] for layer in shown["rounded"]] == ["conv1", "pool1"]
    assert [layer["dropped"] for layer in shown["layers"]] == [[1, 1], [], [], [1, 1]]


def test_csv_is_exact() -> None:
    table = archcalc.load("alexnet").table()
    rows = list(stdlib_csv.DictReader(io.StringIO(csv.document(table))))
    assert [row["name"] for row in rows] == [row.name for row in table.rows]
    assert sum(int(row["params"]) for row in rows) == 62378344
    assert sum(int(row["macs"]) for row in rows) == 1135256096
    assert rows[0]["activation_bytes"] == "1161600"


def test_csv_quotes_what_needs_it() -> None:
    spec = "INPUT 2x2x1 -> CONV 1 2x2 w=[[1,2],[3,4]]"
    rows = list(stdlib_csv.DictReader(io.StringIO(csv.document(archcalc.parse(spec).table()))))
    assert rows[0]["text"] == "CONV 1 2x2 w=[[1,2],[3,4]]"


def test_markdown() -> None:
    shown = markdown.document(archcalc.load("alexnet").table(), view("name,output,params")).splitlines()
    assert shown[0] == "## AlexNet, single stream"
    assert shown[4:7] == ["| layer | output | params |", "| --- | --: | --: |", "| conv1 | 55x55x96 | 34,944 |"]
    assert "| **total** |  | **62,378,344** |" in shown


def test_markdown_escapes() -> None:
    shown = markdown.document(archcalc.parse('set title="a*b|c <i>"\nINPUT 8 -> x_y: RELU').table())
    assert shown.startswith("## a\\*b\\|c \\<i>\n")
    assert "| x\\_y | RELU |" in shown


def test_a_column_is_known_by_key_and_by_title() -> None:
    assert chosen("layer, operation,multiply-adds,Memory") == ("name", "text", "macs", "activation_bytes")
    assert set(DEFAULT) <= set(COLUMNS)
    with pytest.raises(UsageError, match="did you mean params"):
        chosen("name,parms")


# Diagnostics and outputs


@pytest.mark.parametrize(
    ("line", "column", "end", "carets"),
    [("CONV 8 3x3", 1, 5, "^^^^"), ("\tCONV 8", 2, 6, " ^^^^"), ("卷: CONV", 4, 8, "    ^^^^"), ("x", 9, 9, " ^")],
)
def test_carets_stand_below_what_they_mark(line: str, column: int, end: int, carets: str) -> None:
    shown = Diagnostic("E1", "wrong", place=Place("", 1, column, 1, end, line)).render().splitlines()
    assert shown[2].rstrip().removeprefix("    | ").rstrip() == carets.rstrip() or column > len(line)


def test_a_long_line_is_cut_around_its_mistake() -> None:
    place = Place("net.arch", 1, 5001, 1, 5005, "a" * 5000 + "CONV" + "b" * 5000)
    shown = Diagnostic("E1", "wrong", "a note", place=place).render().splitlines()
    assert max(map(len, shown)) < 160
    start = shown[3].index("^")
    assert shown[2][start : start + 4] == "CONV"


def test_a_long_note_stands_below_its_carets() -> None:
    place = Place("", 1, 1, 1, 61, "c" * 60)
    shown = Diagnostic("E1", "wrong", "n" * 60, place=place).render().splitlines()
    assert [line.strip() for line in shown[2:]] == ["| " + "^" * 60, "| " + "n" * 60]


@pytest.mark.parametrize(
    ("shape", "numbers", "shown"),
    [
        ((1, 3), [[1.0, 2.5, -1 / 3]], "y  3\n  1 2.5 -0.333333\n"),
        ((1, 2, 1), [[[1.0], [2.0]]], "y  2x1\n  1 2\n"),
        ((1, 2, 2, 1), [[[[3.75], [1.25]], [[4.0], [2.0]]]], "y  2x2x1\n  3.75 1.25\n     4    2\n"),
        ((1, 1, 1, 2), [[[[1.0, 2.0]]]], "y  1x1x2\n  channel 0\n  1\n  channel 1\n  2\n"),
        ((2, 1), [[1.0], [2.0]], "y  1, example 0\n  1\n\ny  1, example 1\n  2\n"),
        ((1, 2000), [[0.0] * 1999 + [4.0]], "y  2000\n  largest: 4 at 1999, 0 at 0, 0 at 1, 0 at 2, 0 at 3\n"
         "  2,000 numbers, 0 to 4, mean 0.002\n"),
    ],
)  # fmt: skip
def test_values(shape: tuple[int, ...], numbers: Any, shown: str) -> None:
    assert plain(values.output("y", shape, numbers)) == shown
