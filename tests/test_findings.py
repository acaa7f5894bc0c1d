"""Memory, training, roofline and differences in the hands of users of the library."""

from __future__ import annotations

from typing import Any

import pytest

import archcalc

from .commands import process

NET = archcalc.load("lenet5")
FOUND: list[tuple[Any, str]] = [
    (NET.memory(batch=4), "memory lenet5 --batch 4"),
    (NET.training(batch=4), "training lenet5 --batch 4"),
    (NET.roofline("a100", batch=4), "roofline lenet5 --device-spec a100 --batch 4"),
    (NET.diff(archcalc.load("lenet5-max")), "diff lenet5 lenet5-max"),
]
LAYERED = FOUND[1:]


@pytest.mark.parametrize(("found", "command"), FOUND)
def test_it_prints_and_shows_what_the_command_prints(found: Any, command: str) -> None:
    assert f"{found}\n" == process(command).out
    page = found._repr_html_()
    assert page.startswith("<pre") and page.count("\n") == str(found).count("\n")
    assert len(repr(found)) < 100 and type(found).__name__ in repr(found)


@pytest.mark.parametrize(("found", "command"), LAYERED)
def test_records_are_flat(found: Any, command: str) -> None:
    rows = found.records()
    assert len({tuple(row) for row in rows}) == 1
    assert {type(value) for row in rows for value in row.values()} <= {str, int, float, type(None)}


def test_records_add_up() -> None:
    """Every product thrice, but the first layer's twice: 28*28*6 outputs of 25 products each."""
    rows, forward = NET.training().records(), NET.totals.macs
    assert sum(row["total"] for row in rows) == 3 * forward - 28 * 28 * 6 * 25
    assert rows[0]["name"] == "c1" and rows[0]["output"] == "28x28x6"
    changes = LAYERED[2][0].records()
    after = archcalc.load("lenet5-max").totals
    assert sum(row["params"] for row in changes) == after.params - NET.totals.params
    assert sum(row["macs"] for row in changes) == after.macs - forward


def test_what_is_not_known_is_none() -> None:
    net = archcalc.parse("INPUT HxHx3 -> CONV 4 3x3")
    assert [row["to_weights"] for row in net.training().records()] == ["108*(H - 2)**2"]
    assert "(H - 2)" in str(net.training()) and "<Training of batch 1" in repr(net.training())


def test_pages_are_quoted() -> None:
    net = archcalc.parse('set title="<b>&"; INPUT 8 -> FC 4')
    assert "&lt;b&gt;&amp;" in net.memory()._repr_html_() and "<b>" not in net.memory()._repr_html_()


def test_a_family_is_short() -> None:
    assert repr(archcalc.sweep("mlp-9x9", set={"k": "3..9:2"})) == "<Family of mlp-9x9: 4 variants by k>"
