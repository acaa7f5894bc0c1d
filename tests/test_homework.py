"""Exercises from courses, books and forums give exactly the published answers: 150 of 150."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
import sympy

import archcalc

DATA = Path(__file__).parent / "data"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in (DATA / "homework.jsonl").read_text("utf-8").splitlines()]


def ask(answer: Any, path: str) -> Any:
    """The value at a path like layers[-1].receptive_field."""
    for key, index in re.findall(r"(\w+)(?:\[(-?\d+)\])?", path):
        answer = answer["outputs"][0] if key == "output" else answer[key]
        answer = answer[int(index)] if index else answer
    return answer


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_answer(row: dict[str, Any]) -> None:
    if row["verb"] == "solve":
        solved = archcalc.solve(row["spec"])
        assert [value for solution in solved.solutions for value in solution.values()] == row["expect"]
        assert solved.complete
        return
    if row["ask"] == "error":
        with pytest.raises(archcalc.SpecError) as refused:
            archcalc.parse(row["spec"])
        assert [diagnostic.code for diagnostic in refused.value.diagnostics] == [row["expect"]]
        return
    answer = ask(archcalc.parse(row["spec"]).as_dict(), row["ask"])
    if isinstance(row["expect"], str):
        # formulas are compared as polynomials
        answer, row = sympy.expand(answer), row | {"expect": sympy.expand(row["expect"])}
    assert answer == row["expect"]


def test_every_row_is_here() -> None:
    assert len(ROWS) == 150


# Receptive fields of TensorFlow-slim networks

ALEXNET_V2 = """
set fit=floor
conv1: CONV 64 11x11 s4 -> pool1: POOL 3 s2
conv2: CONV 192 5x5 same -> POOL 3 s2
conv3: CONV 384 3x3 same -> conv4: CONV 384 3x3 same -> conv5: CONV 256 3x3 same
pool5: POOL 3 s2
"""
VGG_16 = """
set fit=floor
conv1_1: CONV 64 3x3 same -> CONV 64 3x3 same -> pool1: POOL 2 s2
conv2_1: CONV 128 3x3 same -> CONV 128 3x3 same -> pool2: POOL 2 s2
conv3_1: CONV 256 3x3 same -> conv3_2: CONV 256 3x3 same -> CONV 256 3x3 same -> pool3: POOL 2 s2
conv4_1: CONV 512 3x3 same -> conv4_2: CONV 512 3x3 same -> CONV 512 3x3 same -> pool4: POOL 2 s2
conv5_1: CONV 512 3x3 same -> conv5_2: CONV 512 3x3 same -> CONV 512 3x3 same -> pool5: POOL 2 s2
"""
# slim strides in the last unit of a block, with explicit pads, and its shortcut then picks every second pixel
RESNET_V1_50 = """
set fit=floor
def cb n k s=1 p=0 { CONV n k s=s p=p nobias -> BN }
def body n s { cb n 1x1 -> RELU -> cb n 3x3 s=s p1 -> RELU -> cb (4*n) 1x1 }
def first n { ADD [body n 1, cb (4*n) 1x1] -> RELU }
def unit n { ADD [body n 1, ID] -> RELU }
def last n { ADD [body n 2, POOL 1 s2] -> RELU }
def block n units { first n -> [unit n]*(units-2) -> last n }
cb 64 7x7 s2 p3 -> RELU -> POOL 3 s2 same
block1: block 64 3
block2: block 128 4
block3: block 256 6
block4: [first 512 -> [unit 512]*2]
"""
SLIM = {"alexnet_v2": ALEXNET_V2, "vgg_16": VGG_16, "resnet_v1_50": RESNET_V1_50}
"""The networks of slim, layer by layer; end points are labels."""

FIELDS = list(csv.DictReader((DATA / "receptive_field.csv").read_text("utf-8").splitlines()))
FACTS = ("receptive_field", "effective_stride", "effective_padding")


@pytest.mark.parametrize("row", FIELDS, ids=[f"{row['end_point']}@{row['resolution']}" for row in FIELDS])
def test_receptive_field(row: dict[str, str]) -> None:
    """Rows without a resolution hold for any; then 321 is as good as another, and padding may depend on it."""
    size = 321 if row["resolution"] == "None" else int(row["resolution"])
    layers = archcalc.parse(SLIM[row["cnn"]], input=(size, size, 3)).as_dict()["layers"]
    end_point = row["end_point"].rpartition("/")[2]
    layer = next(layer for layer in reversed(layers) if layer["name"].split(".")[0] == end_point)
    published = {key: [int(row[key])] * 2 for key in FACTS if row[key] != "None"}
    assert {key: layer[key] for key in published} == published
