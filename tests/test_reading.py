"""ONNX models that other software wrote: the networks that the onnx package ships, read without onnx."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest

import archcalc

DATA = Path(onnx.__file__).parent / "backend" / "test" / "data"

LIGHT = {
    # parameters and multiply-adds: of the published networks where there are such, else counted from the initializers
    "bvlc_alexnet": (60_965_224, 654_560_384, (1000,)),
    "densenet121": (None, 2_834_161_664, (1, 1, 1000)),
    "inception_v1": (6_998_552, 1_431_556_352, (1000,)),
    "inception_v2": (None, None, (1000,)),
    "resnet50": (25_557_032, 4_089_184_256, (1000,)),
    "shufflenet": (None, None, (1000,)),
    "squeezenet": (1_235_496, 349_151_936, (1, 1, 1000)),
    "vgg19": (143_667_240, 19_632_062_464, (1000,)),
    "zfnet512": (None, None, (1000,)),
}


@pytest.mark.parametrize("name", LIGHT)
def test_light(name: str) -> None:
    net = archcalc.load(str(DATA / "light" / f"light_{name}.onnx"))
    params, macs, output = LIGHT[name]
    assert net.table().uncounted == ()
    assert net.table().warnings == ()
    assert net.output == output
    assert params in (None, net.totals.params)
    assert macs in (None, net.totals.macs)
