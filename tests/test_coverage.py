"""What is counted, and what is not: nothing is free because it was forgotten."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest

import archcalc
from archcalc import Network, SpecError
from archcalc.conventions.tools import compare
from archcalc.ops import WORDS, find
from archcalc.ops.base import Op
from archcalc.report import json as report_json
from archcalc.report import markdown, text
from archcalc.shape import Shape

from .commands import process

MOVES = {
    "INPUT", "PARAM", "OUTPUT", "ID", "DROP", "DROPPATH",  # give and pass on; dropout only trains
    "FLATTEN", "PAD", "SLICE", "CROP", "ROLL", "REARRANGE", "UNFOLD", "CONCAT",  # put numbers elsewhere
    "EMBED", "RELPOS",  # look numbers up in a table
    "BUCKETS", "SHIFTMASK", "COORDS",  # constants, known before anything runs
}  # fmt: skip
"""The layers that compute nothing, with the reason."""


@dataclass(frozen=True)
class Mystery(Op):
    """A layer of which only the volume is known."""

    word: ClassVar[str] = "MYSTERY"

    def work(self, *x: Shape) -> dict[str, int] | None:
        return None


def mysterious() -> Network:
    """A network of three layers, of which the second cannot be counted."""
    graph = archcalc.parse("INPUT 8x8x3 -> CONV 4 3x3 -> odd: RELU -> FC 10").graph
    nodes = tuple(node._replace(op=Mystery()) if node.name == "odd" else node for node in graph.nodes)
    return Network(replace(graph, nodes=nodes))


def test_only_what_moves_numbers_is_free() -> None:
    silent = {word for word in WORDS if (op := find(word)) is not None and op.work is Op.work}
    assert silent == MOVES


def test_what_cannot_be_counted_is_listed() -> None:
    net = mysterious()
    shown = json.loads(report_json.document(net.as_dict()))
    assert (shown["counted"], shown["uncounted"]) == (2, ["odd"])
    # 6*6*4 outputs of 3*3*3, and 10 of 6*6*4
    assert net.totals.macs == 6 * 6 * 4 * 27 + 10 * 144
    said = "2 of 3 layers, so there is more to do; not counted: odd (MYSTERY)"
    assert f"\n- counted: {said}\n" in markdown.document(net.table())
    assert said in "\n".join("".join(part for part, _ in line) for line in text.report(net.table()))


def test_an_explanation_says_that_work_is_not_known() -> None:
    (account,) = mysterious().explain("odd").accounts
    assert account.remarks[-2:] == ("What it computes is not known, and not counted.", "No parameters.")


def test_no_tool_is_said_to_count_it() -> None:
    assert compare(mysterious().table()).unweighed == ("MYSTERY",)


def test_a_budget_of_what_is_not_counted_is_refused() -> None:
    mysterious().check(max_params="5k", max_peak="1MiB")
    with pytest.raises(SpecError) as caught:
        mysterious().check(max_macs="1G")
    (found,) = caught.value.diagnostics
    assert (found.code, found.note) == ("E406", "1 of 3 layers are not counted: odd")


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("INPUT 8x8x3 -> CONV 4 3x3 -> RELU", "all 2 layers"),
        ("INPUT 8x8x3 -> CONV 4 3x3", "1 layer"),
        ("INPUT 9x16 -> MOE 4 top=2 [LINEAR 32 -> RELU -> LINEAR 16]", "all 13 layers; 6 are stored, but do not run"),
    ],
)
def test_every_report_says_how_much_was_counted(spec: str, said: str) -> None:
    assert f"\n- counted: {said}\n" in markdown.document(archcalc.parse(spec).table())


@pytest.mark.parametrize(
    "command",
    [
        "show", "show --md", "show --tex", "show --html", "show --as fvcore", "memory", "training", "roofline",
        "compare-tools", "diff --input-b 259x259x3", "sweep --input 227x227x3",
    ],
)  # fmt: skip
def test_every_command_says_how_much_was_counted(command: str) -> None:
    name, *options = command.split()
    words = ["alexnet"] * (2 if name == "diff" else 1)
    said = re.sub(r"<.*?>|\\[a-z]+|[][*{}&]", " ", process(" ".join([name, *words, *options])).out)
    assert re.search(r"counted:?\s+(before )?all 23 layers\b", said)
