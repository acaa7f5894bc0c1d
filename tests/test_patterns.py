"""Patterns: cs231n's family of networks, matched and written out."""

from __future__ import annotations

import pytest

import archcalc
from archcalc.patterns import instantiate, match, mismatch

# cs231n 2016, lecture 7: [(CONV-RELU)*N-POOL?]*M-(FC-RELU)*K, SOFTMAX
CS231N = "INPUT -> [[CONV -> RELU]*N -> POOL?]*M -> [FC -> RELU]*K -> FC"

MATCHES = [
    # Simonyan and Zisserman 2014, table 1, configuration D: 2 2 3 3 3 convolutions
    ("vgg16", CS231N, {"N": (2, 2, 3, 3, 3), "M": 5, "K": 2}),
    ("vgg11", CS231N, {"N": (1, 1, 2, 2, 2), "M": 5, "K": 2}),
    # Krizhevsky et al. 2012: five convolutions, three of them without pooling behind
    ("alexnet", CS231N, {"N": (1, 1, 3), "M": 3, "K": 2}),
    ("INPUT 9 -> FC 3", "INPUT -> [FC -> RELU]*K -> FC", {"K": 0}),
    ("INPUT 9 -> [FC 3 -> RELU]*4 -> FC 2", "INPUT -> [FC -> RELU]*4 -> FC", {}),
    ("INPUT 9x9x1 -> [CONV 2 3 p1]*5", "INPUT -> [CONV]*N", {"N": 5}),
    ("resnet18", CS231N, "branches"),
    ("INPUT 9 -> FC 3 -> RELU", CS231N, None),
    ("INPUT 9x9x1 -> CONV 2 3 -> BN -> FC 3", "INPUT -> CONV -> FC", None),
]


@pytest.mark.parametrize(("spec", "pattern", "counts"), MATCHES)
def test_matching(spec: str, pattern: str, counts: object) -> None:
    graph = (archcalc.load if " " not in spec else archcalc.parse)(spec).graph
    if counts == "branches":
        with pytest.raises(archcalc.SpecError, match="E270"):
            match(graph, pattern)
        return
    found = match(graph, pattern)
    assert (found.counts if found else None) == counts


@pytest.mark.parametrize(("n", "m", "k"), [(1, 1, 0), (2, 3, 1), (3, 2, 2)])
def test_a_pattern_written_out_matches_itself(n: int, m: int, k: int) -> None:
    text = instantiate(CS231N, {"N": n, "M": m, "K": k})
    found = match(archcalc.parse(text).graph, CS231N)
    assert found is not None
    assert found.counts == ({"N": n, "M": m, "K": k})


def test_layers_without_weights_are_passed_over() -> None:
    found = match(archcalc.load("alexnet").graph, CS231N)
    assert found is not None
    assert found.passed == ("LRN", "DROP", "SOFTMAX")


@pytest.mark.parametrize(
    ("pattern", "code"),
    [("INPUT -> ADD [CONV, ID]", "E271"), ("INPUT -> [CONV]*N", "E272"), ("INPUT -> LINEAR", "E273")],
)
def test_what_cannot_be_written_out(pattern: str, code: str) -> None:
    with pytest.raises(archcalc.SpecError) as error:
        instantiate(pattern, {})
    assert error.value.diagnostics[0].code == code


MISMATCHES = [
    ("INPUT 9x9x1 -> CONV 2 3 -> BN -> FC 3", "INPUT -> CONV -> FC", "bn1 (BN) comes where the pattern has FC"),
    ("INPUT 9 -> FC 3 -> RELU", CS231N, "the network ends where the pattern has FC"),
    ("INPUT 9x9x1 -> [CONV 2 3 p1]*3", "INPUT -> [CONV]*2", "conv3 (CONV 2 3 p1) comes where the pattern ends"),
    ("INPUT 9x9x1 -> [CONV 2 3 p1]*3", "INPUT -> [CONV]*4", "the network ends where the pattern has CONV"),
    # arguments in a pattern are part of it
    ("INPUT 9x9x1 -> CONV 2 3 p1", "INPUT -> CONV 2 5x5", "conv1 (CONV 2 3 p1) comes where the pattern has CONV 2 5x5"),
    ("INPUT 9x9x1 -> [CONV 2 3 p1]*3", "INPUT -> [CONV 2]*N", ""),
    ("vgg16", CS231N, ""),
]


@pytest.mark.parametrize(("spec", "pattern", "reason"), MISMATCHES)
def test_why_a_network_does_not_match(spec: str, pattern: str, reason: str) -> None:
    assert mismatch((archcalc.load if " " not in spec else archcalc.parse)(spec).graph, pattern) == reason


def test_a_pattern_of_too_many_readings_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archcalc.patterns.MAX_STEPS", 10_000)
    net = archcalc.parse("INPUT 9 -> [FC 9]*60 -> RELU")
    with pytest.raises(archcalc.LimitError, match="E274"):
        match(net.graph, "INPUT -> [[[FC]*N]*M]*K -> FC 10 -> RELU")
