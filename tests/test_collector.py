"""The garbage collector is left as it was found, whatever happens."""

import gc
from collections.abc import Iterator

import pytest

import archcalc
from archcalc.analysis.receptive import Fields, receptive_fields
from archcalc.graph import Graph


@pytest.fixture
def collector() -> Iterator[None]:
    """The collector, on again after the test."""
    yield
    gc.enable()


@pytest.mark.usefixtures("collector")
@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("spec", ["INPUT 8x8x3 -> CONV 4 3x3", "INPUT 8x8x3 -> CONV 4 9x9"])
def test_the_collector_is_left_as_it_was(spec: str, on: bool) -> None:
    (gc.enable if on else gc.disable)()
    try:
        archcalc.parse(spec).table()
    except archcalc.SpecError:
        assert "9x9" in spec
    assert gc.isenabled() == on


def test_the_collector_rests_while_a_network_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[bool] = []

    def watched(graph: Graph) -> list[Fields | None]:
        found.append(gc.isenabled())
        return receptive_fields(graph)

    monkeypatch.setattr("archcalc.analysis.table.receptive_fields", watched)
    archcalc.parse("INPUT 8x8x3 -> CONV 4 3x3").table()
    assert found == [False]
