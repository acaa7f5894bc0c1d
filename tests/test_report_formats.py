"""Every format says the same numbers, of everything and of what is chosen; each is whole, safe and can be read."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archcalc
from archcalc import Network
from archcalc.report.columns import COLUMNS
from archcalc.report.explain_tex import escape as escape_tex
from archcalc.report.html import escape as escape_html
from archcalc.report.markdown import escape as escape_markdown
from archcalc.screen import printable

from .reading import FORMATS, KEYS, Read, cells, from_tex
from .test_coverage import mysterious

DATA = Path(__file__).parent / "data"
NETWORKS = {
    "lenet5": "lenet5",
    "resnet50": "torchvision/resnet50",
    "swin": "torchvision/swin_t",
    "gpt2": "transformers/gpt2",
    "googlenet": "googlenet",
    "experts": "INPUT 9x16 -> MOE 4 top=2 [LINEAR 32 -> RELU -> LINEAR 16]",
    "symbolic": "INPUT HxWxC -> CONV 64 7x7 s2 p3 floor -> [CONV K 3x3 p1 -> BN -> RELU]*2 -> GAP -> FC N",
    "powers": "INPUT HxHxC -> block: [CONV C 7x7 p3 nobias -> FC C] -> RELU",
}
VIEWS: dict[str, dict[str, Any]] = {
    "whole": {},
    "chosen": {"where": ["params>0", "op!=BN,LN"], "sort": "-params,name", "top": 7},
    "folded": {"depth": 1},
}


SAID = [(network, view) for network in NETWORKS for view in VIEWS]
SAID.remove(("symbolic", "chosen"))  # formulas are not sorted
SAID.remove(("powers", "chosen"))


@pytest.mark.parametrize(("network", "view"), SAID)
def test_every_format_says_the_same(network: str, view: str) -> None:
    net = archcalc.load(NETWORKS[network])
    read = {form: reader(net.table(), **VIEWS[view]) for form, reader in FORMATS.items()}
    assert len(read["text"].layers) == len(read["csv"].layers) > 0
    for form in read:
        assert read[form].layers == read["text"].layers, form
        assert read[form].feet == read["text"].feet or form == "csv", form
    if view == "whole":
        assert [cells(row[key] for key in KEYS) for row in net.table().records()] == read["text"].layers


def test_the_sums_are_those_that_others_have_published() -> None:
    with (DATA / "torchvision.csv").open(encoding="utf-8") as file:
        published = next(row for row in csv.DictReader(file) if row["model"] == "resnet50")
    read = FORMATS["md"](archcalc.load("torchvision/resnet50").table())
    total = dict(zip(KEYS, read.feet[-1], strict=True))
    assert total["params"] == published["params"]


def test_notes_are_about_what_is_shown() -> None:
    table = archcalc.load("torchvision/resnet50").table()
    assert "rounded" in table.report("md")
    assert "rounded" not in table.report("md", where="op=FC")
    assert "floor drops 1 of 230 padded rows: conv1\n" in table.report("md", where="name=conv1")


def test_sums_say_what_they_sum() -> None:
    table = archcalc.load("lenet5").table()
    for form in ("text", "md", "tex", "html", "json"):
        shown, total = FORMATS[form](table, where="op=FC").feet
        assert (shown[:2], total[:2]) == (("shown", "1 of 14 layers"), ("total", "14 layers")), form
        assert (shown[3], total[3]) == ("10164", "60000"), form  # 84*120 + 84; LeCun et al. 1998, section II.B
        assert len(FORMATS[form](table).feet) == 1


def _said(read: Read) -> str:
    """A report as one line, with what formats escape or break put back."""
    text = re.sub(r"\\(?=[\[_*<])", "", read.whole)
    text = text.replace("&#x27;", "'").replace(r"\item[counted]", "counted")
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


@pytest.mark.parametrize("units", ["full", "si", "binary", ""])
@pytest.mark.parametrize("network", ["resnet50", "symbolic"])
def test_every_format_scales_the_same(network: str, units: str) -> None:
    table = archcalc.load(NETWORKS[network]).table()
    first, *others = (FORMATS[form](table, units=units)[:2] for form in ("text", "md", "tex", "html"))
    assert [other == first for other in others] == [True] * 3


@pytest.mark.parametrize("form", ["text", "md", "tex", "html"])
def test_reports_state_convention_and_coverage(form: str) -> None:
    net = archcalc.load("lenet5")
    said = _said(FORMATS[form](net.table()))
    assert "one per multiply-accumulate of convolutions, linear layers and attention's products" in said
    assert re.search("counted:? all 14 layers", said)
    said = _said(FORMATS[form](Network(mysterious().graph).table()))
    assert "2 of 3 layers, so there is more to do; not counted: odd (MYSTERY)" in said


def test_what_is_not_counted_is_no_zero() -> None:
    table = mysterious().table()
    place = KEYS.index("macs")
    shown = {form: reader(table).layers[1][place] for form, reader in FORMATS.items()}
    assert shown == {"text": "?", "md": "?", "csv": "", "tex": "?", "json": "None", "html": "?"}
    sums = {form: reader(table).feet[-1][place] for form, reader in FORMATS.items() if form not in ("csv", "json")}
    assert set(sums.values()) == {f"{6 * 6 * 4 * (27 + 10)} + ?"}
    assert [row["macs"] for row in table.records()] == [6 * 6 * 4 * 27, None, 6 * 6 * 4 * 10]
    assert [row["convention"] for row in table.records()] == ["macs", "", "macs"]


# Pages and documents

GOLDEN = Path(__file__).parent / "golden"
STEM = """\
set title="A stem that doesn't fit exactly" fit=floor
INPUT 224x224x3
stem: [CONV 64 7x7 s2 p3 nobias -> BN -> RELU => 112x112x64]
POOL 3 s2 p1 => 56x56x64
"""


@pytest.mark.parametrize("form", ["md", "csv", "tex", "html", "json"])
def test_golden(form: str) -> None:
    """GOLDEN=write python -m pytest tests/test_report_formats.py writes the files anew: read what has changed."""
    written = archcalc.parse(STEM).table().report(form)
    if form == "html":
        written = written.partition("<body>\n")[2].partition("<script>")[0] + "\n"
    file = GOLDEN / f"stem.{form}"
    if os.environ.get("GOLDEN") == "write":
        file.write_text(written, encoding="utf-8")
    assert written == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["md", "csv", "tex", "html", "json"])
def test_golden_reports_hold_the_published_numbers(form: str) -> None:
    """The first layers of ResNet-50: 7*7*3*64 weights, at 112*112 places; two numbers a channel in the batch norm."""
    written = (GOLDEN / f"stem.{form}").read_text(encoding="utf-8").replace(",", "" if form != "csv" else ",")
    assert {"9408", "118013952", "128"} <= set(re.findall(r"\d+", written))


HOSTILE = """\
set title="</title><script>alert(1)</script> & \\\\input{x} $x$ %y #z ~^_{" \
source="a|b *c* <img src=x onerror=alert(1)>"
INPUT 8x8x3 -> a_b: CONV 4 3x3 -> a卷积: RELU
"""


def test_a_page_needs_nothing_else_and_runs_nothing_else() -> None:
    written = archcalc.parse(HOSTILE).table().report("html")
    assert written.count("<script>") == written.count("</script>") == 1
    assert "<img" not in written
    assert not re.search(r"(?:src|href)\s*=|url\(|@import|https?:", written.replace("&lt;img src=x", ""))
    assert "default-src 'none'" in written
    assert "&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in written


@given(st.text(max_size=40))
def test_what_is_escaped_can_be_read_back(text: str) -> None:
    shown = printable(text)
    assert unescape(escape_html(text)) == shown
    assert not set(escape_html(text)) & set("<>\"'")
    assert re.sub(r"\\([\\`*_<|\[&~$])", r"\1", escape_markdown(text)) == shown


@given(st.text(alphabet=[chr(code) for code in range(32, 127) if chr(code) not in "'"], max_size=40))
def test_what_is_escaped_for_latex_can_be_read_back(text: str) -> None:
    assert from_tex(escape_tex(text)) == text


def test_a_page_heads_its_blocks_with_their_sums() -> None:
    written = archcalc.load("torchvision/resnet50").table().report("html", columns="name,text,params")
    heads = re.findall(r'<tr class="block".*?</tr>', written)
    layer1 = next(head for head in heads if ">layer1</th>" in head)
    # the convolutions of stage 1 in the paper's table, and two numbers a channel in each batch norm
    assert ">215,808<" in layer1
    assert all("</button>" in head for head in heads)


def test_a_notebook_shows_networks_and_tables() -> None:
    net = archcalc.load("torchvision/resnet50")
    shown = net._repr_html_()
    assert shown == net.table()._repr_html_()
    assert shown.count("<tr>") < 40  # folded
    assert "25,557,032" in shown
    assert "<script" not in archcalc.parse(HOSTILE)._repr_html_()
    assert "| **total** |" in net._repr_markdown_()
    long = archcalc.parse("INPUT 8 -> [FC 8]*500")._repr_html_()
    assert 60 < long.count("<tr>") < 70


def test_text_of_networks() -> None:
    net = archcalc.load("lenet5")
    assert repr(net) == "<Network lenet5: 14 layers, 60,000 parameters, 327,256 multiply-adds>"
    assert repr(net.table()).startswith("<Table of lenet5: 14 layers")
    assert str(net) == str(net.table()) == net.table().report()
    assert repr(archcalc.parse("INPUT 3 -> FC 2")) == "<Network: 1 layer, 8 parameters, 6 multiply-adds>"


@pytest.mark.parametrize("spec", ["lenet5", HOSTILE, NETWORKS["symbolic"], "torchvision/swin_t"])
@pytest.mark.parametrize("columns", ["", "all"])
def test_documents_compile_and_fit_the_page(spec: str, columns: str, tmp_path: Path) -> None:
    if shutil.which("pdflatex") is None:
        pytest.skip("there is no LaTeX")
    table = archcalc.load(spec).table() if "\n" not in spec else archcalc.parse(spec).table()
    (tmp_path / "net.tex").write_text(table.report("tex", columns=columns), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "net.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=60)
    log = (tmp_path / "net.log").read_text(encoding="latin-1")
    assert done.returncode == 0, log[-2000:]
    assert [line for line in log.splitlines() if line.startswith("Overfull \\hbox")] == []


def test_records_have_one_type_a_column() -> None:
    for spec in ("torchvision/swin_t", NETWORKS["symbolic"]):
        rows = archcalc.load(spec).table().records()
        assert all(list(row) == list(COLUMNS) for row in rows)
        for key in COLUMNS:
            assert len({type(row[key]) for row in rows}) == 1, key


# Files


@pytest.mark.parametrize(
    ("file", "options", "start"),
    [
        ("net.md", "", "## LeNet-5"),
        ("net.csv", "", "name,text"),
        ("net.tex", "", "\\documentclass"),
        ("net.html", "", "<!doctype html>"),
        ("net.json", "", '{"schema": 1'),
        ("net.txt", "", "LeNet-5  "),
        ("net", "--csv", "name,text"),
        ("net.txt", "--json", '{"schema": 1'),
        ("net.csv", "--as fvcore", "name,text,output,fvcore\nc1,CONV 6 5x5,28x28x6,117600\n"),
    ],
)
def test_files(file: str, options: str, start: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from archcalc.cli import main  # noqa: PLC0415 - what is tested

    target = tmp_path / file
    assert main(["show", "lenet5", "-o", str(target), *options.split()]) == 0
    assert target.read_text(encoding="utf-8").startswith(start)
    said = capsys.readouterr().out
    assert json.loads(said)["path"] == str(target) if "--json" in options else said.startswith("wrote ")
    assert [path.name for path in tmp_path.iterdir()] == [file]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["INPUT 8 -> FC 2; check params=1", "-o", "net.md"], 1, "E402"),
        (["net.arch", "-o", "net.arch"], 2, "net.arch is the spec itself"),
        (["lenet5", "-o", "missing/net.md"], 3, "E606"),
        (["lenet5", "--json", "--html"], 2, "ask for two formats"),
        (["lenet5", "--where", "macs"], 2, "quote it"),
        (["lenet5", "--as", "fvcoer", "--html"], 2, "did you mean fvcore"),
    ],
)
def test_files_that_are_not_written(
    words: list[str], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    from archcalc.cli import main  # noqa: PLC0415 - what is tested

    monkeypatch.chdir(tmp_path)
    Path("net.arch").write_text("INPUT 8 -> FC 2\n", encoding="utf-8")
    assert main(["show", *words]) == code
    shown = capsys.readouterr()
    assert said in shown.err + shown.out
    assert [path.name for path in tmp_path.iterdir()] == ["net.arch"]
    assert Path("net.arch").read_text(encoding="utf-8") == "INPUT 8 -> FC 2\n"


CLICKS = """<script>{
const seen = () => [...document.querySelectorAll("tbody tr")].filter(row => !row.hidden), said = [];
const note = what => said.push(`${what} ${seen().length} ${seen()[0].cells[0].textContent}`);
const search = document.querySelector("input"), all = document.querySelector(".tools button");
const macs = document.querySelectorAll("thead th")[4];
note("open");
macs.click(); note("largest"); macs.click(); note("smallest"); macs.click(); note("again");
search.value = "layer3.0"; search.dispatchEvent(new Event("input")); note("found");
search.value = ""; search.dispatchEvent(new Event("input"));
all.click(); note("all"); all.click(); note("none");
document.querySelector(".block button").click(); note("one");
document.title = said.join("; ");
}</script></body>"""


@pytest.mark.slow
def test_a_page_folds_sorts_and_finds(tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("there is no browser")
    written = archcalc.load("torchvision/resnet50").table().report("html")
    page = re.sub("<meta http-equiv[^>]*>", "", written).replace("</body>", CLICKS)  # which would forbid the clicks
    (tmp_path / "net.html").write_text(page, encoding="utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", str(tmp_path / "net.html")]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    found = re.search("<title>(.*?)</title>", shown)
    # the paper's figure: 6 layers around 4 stages of 3, 4, 6 and 3 blocks; 4 projections are blocks of their own
    assert found is not None
    assert found[1].split("; ") == [
        "open 26 conv1", "largest 174 conv1", "smallest 174 bn1", "again 26 conv1", "found 12 layer3.0.conv1",
        "all 198 conv1", "none 10 conv1", "one 13 conv1",
    ]  # fmt: skip
