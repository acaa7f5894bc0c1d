"""Networks of papers: what the papers and other people's code say of them."""

from __future__ import annotations

import pytest

import archcalc

PARAMETERS = [
    ("googlenet", 6_998_552),  # Caffe's bvlc_googlenet in netscope
    ("xception", 22_855_952),  # the paper, table 3
    ("inception-resnet-v2", 55_843_464),  # github.com/osmr/imgclsmob, as the next two
    ("senet50", 28_088_024),
    ("cifar/wrn28-10", 36_479_194),
    ("mobilenet-v1", 4_231_976),  # model.summary() of Keras, trainable
    ("unet", 31_030_658),  # model.summary() of Keras implementations with valid convolutions
    ("dcgan-generator", 3_576_704),  # the PyTorch tutorial's network, counted
    ("dcgan-discriminator", 2_765_568),
    ("resnet50", 25_557_032),  # torchvision; where the stride is does not matter to them
    ("resnet101", 44_549_160),
    ("resnet152", 60_192_808),
    ("resnet18", 11_689_512 - 173_824),  # torchvision without its three projections
    ("resnet34", 21_797_672 - 173_824),
    ("cifar/resnet20", 269_722),  # github.com/akamaster/pytorch_resnet_cifar10 with option A, as the next four
    ("cifar/resnet32", 464_154),
    ("cifar/resnet44", 658_586),
    ("cifar/resnet56", 853_018),
    ("cifar/resnet110", 1_727_962),
]


@pytest.mark.parametrize(("name", "params"), PARAMETERS, ids=[row[0] for row in PARAMETERS])
def test_parameters(name: str, params: int) -> None:
    assert archcalc.load(name).totals.params == params


IN_MILLIONS = [
    ("cifar/resnet20", "0.27"),  # He et al. 2015, table 6
    ("cifar/resnet32", "0.46"),
    ("cifar/resnet44", "0.66"),
    ("cifar/resnet56", "0.85"),
    ("cifar/resnet110", "1.7"),
    ("cifar/wrn28-10", "36.5"),  # Zagoruyko, Komodakis 2016
    ("mobilenet-v1", "4.2"),  # Howard et al. 2017, table 8
]


@pytest.mark.parametrize(("name", "millions"), IN_MILLIONS, ids=[row[0] for row in IN_MILLIONS])
def test_parameters_as_rounded_by_the_paper(name: str, millions: str) -> None:
    digits = len(millions.partition(".")[2])
    assert f"{archcalc.load(name).totals.params / 1e6:.{digits}f}" == millions


BILLIONS_OF_MULTIPLY_ADDS = [
    ("plain34", 3.6),  # He et al. 2015, figure 3 and table 1
    ("resnet18", 1.8),
    ("resnet34", 3.6),
    ("resnet50", 3.8),
    ("resnet101", 7.6),
    ("resnet152", 11.3),
    ("vgg16", 15.3),  # the same paper, 3.4: "VGG-16/19 nets (15.3/19.6 billion FLOPs)"
    ("vgg19", 19.6),
    ("senet50", 3.87),  # Hu et al. 2017, table 2; averages count there
    ("mobilenet-v1", 0.569),  # Howard et al. 2017, table 8
    ("cifar/wrn28-10", 5.2),  # imgclsmob: 5,246.98 million, with normalisation
    ("xception", 8.4),  # imgclsmob: 8,403.63 million, with normalisation
    ("inception-resnet-v2", 13.2),  # imgclsmob: 13,188.64 million, with normalisation
]


@pytest.mark.parametrize(("name", "billions"), BILLIONS_OF_MULTIPLY_ADDS, ids=lambda value: str(value))
def test_multiply_adds_as_rounded_by_the_paper(name: str, billions: float) -> None:
    """Within 2 %: papers cut digits off, and some count a little more."""
    assert archcalc.load(name).totals.macs / 1e9 == pytest.approx(billions, rel=0.02)


@pytest.mark.parametrize(("name", "convolutions", "all_layers"), [("vgg16", "15.3", "15.5"), ("vgg19", "19.5", "19.6")])
def test_what_the_figures_of_vgg_leave_out(name: str, convolutions: str, all_layers: str) -> None:
    """He et al. 2015 give 15.3 and 19.6 billion: VGG-16 without its fully connected layers, VGG-19 with them."""
    rows = archcalc.load(name).table().rows
    counted = sum(row.macs for row in rows if row.op == "CONV"), sum(row.macs for row in rows)
    assert tuple(f"{macs / 1e9:.1f}" for macs in counted) == (convolutions, all_layers)


PLAIN = ["plain18", "plain34", *(f"cifar/plain{depth}" for depth in (20, 32, 44, 56, 110))]


@pytest.mark.parametrize("name", PLAIN)
def test_shortcuts_cost_nothing(name: str) -> None:
    """A plain network has as many layers with weights as its name says, and its residual twin has no parameter more."""
    plain, residual = archcalc.load(name), archcalc.load(name.replace("plain", "resnet"))
    for net in (plain, residual):
        assert sum(row.op in ("CONV", "FC") for row in net.table().rows) == int(name.rpartition("plain")[2])
    assert (plain.totals.params, plain.totals.macs) == (residual.totals.params, residual.totals.macs)


@pytest.mark.parametrize("depth", [50, 101, 152])
def test_depth_of_bottlenecks(depth: int) -> None:
    """The four projections lie beside the path that the name counts."""
    rows = archcalc.load(f"resnet{depth}").table().rows
    assert sum(row.op in ("CONV", "FC") for row in rows) == depth + 4
    assert sum(row.op == "ADD" for row in rows) == (depth - 2) // 3


SIZES = [
    ("unet", (388, 388, 2)),  # Ronneberger et al. 2015, figure 1
    ("dcgan-generator", (64, 64, 3)),  # Radford et al. 2015, figure 1
    ("dcgan-discriminator", (1, 1, 1)),
]


@pytest.mark.parametrize(("name", "output"), SIZES, ids=[row[0] for row in SIZES])
def test_outputs(name: str, output: tuple[int, ...]) -> None:
    assert archcalc.load(name).output == output
