"""What --json prints is what the published schemas say: no key is missing, and none is undescribed."""

from __future__ import annotations

import copy
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import archcalc
from archcalc.cli import main
from archcalc.cli.commands import NAMES
from archcalc.report.schemas import names, read

from .test_coverage import mysterious
from .test_report_formats import HOSTILE, NETWORKS, VIEWS

HARD = "INPUT 224x224x3 -> CONV 96 11x11 s4"
CALLS = [
    ("show", "show lenet5 --json"),
    ("show", "show torchvision/resnet50 --json --depth 2"),
    ("show", "show lenet5 --json --columns all --where macs>0 --sort -params,name --top 3"),
    ("show-as", "show torchvision/resnet50 --as thop --json"),
    ("compare-tools", "compare-tools torchvision/resnet50 --json"),
    ("errors", f"show '{HARD}' --json"),
    ("errors", "show --json"),
    ("errors", "show nope --json"),
    ("check", "check lenet5 --json"),
    ("check", f"check lenet5 nope '{HARD}' --json"),
    ("explain", "explain alexnet --json"),
    ("explain", "explain 'CONV K FxF s=S p=P' --json"),
    ("solve", "solve 'INPUT 63x63x16 -> CONV 32 7x7 p? => 63x63x32' --json"),
    ("solve", "solve 'INPUT 63x63x16 -> CONV 32 7x7 p? => 60x63x32' --json"),
    ("grade", "grade lenet5 --json"),
    ("grade", "grade 'INPUT 32x32x3 -> CONV 10 5x5 => 28x28x10 -> NOPE => 4' --json"),
    ("match", "match 'INPUT 8 -> [FC 8 -> RELU]*2' 'INPUT -> [FC -> RELU]*N' --json"),
    ("match", "match lenet5 'INPUT -> FC' --json"),
    ("convert", "convert alexnet --to slide --json"),
    ("fmt", "fmt nope.arch --json"),
    ("list", "list --json"),
    ("list", "list --layers --json"),
    ("list", "list --devices --json"),
    ("memory", "memory torchvision/resnet50 --mixed --fits 24GiB --json"),
    ("memory", "memory transformers/gpt2 --dtype int8 --fits 1kB --json"),
    ("memory", "memory 'INPUT HxWxC -> CONV C 3x3' --json"),
    ("training", "training lenet5 --json"),
    ("training", "training 'INPUT HxWxC -> CONV C 3x3' --recompute all --json"),
    ("roofline", "roofline lenet5 --json"),
    ("roofline", "roofline 'INPUT HxWxC -> CONV C 3x3' --json"),
    ("roofline", "roofline lenet5 --device-spec a100-fp16 --json"),
    ("run", "run 'INPUT 4x1 -> CONV 1 2 w=[1,1] nobias' --input 1 2 3 4 --json"),
    ("saved", "run cnn-9x9 -o y.npy --json"),
    ("saved", "show lenet5 -o net.md --json"),
    ("verify", "verify cnn-9x9 --json"),
    ("export", "export cnn-9x9 -o net.onnx --json"),
    ("diff", "diff lenet5 lenet5-max --max-params +1% --json"),
    ("diff", "diff lenet5 lenet5 --json"),
    ("diff", "diff 'INPUT HxWx3 -> CONV 8 3x3' 'INPUT HxWx3 -> CONV 8 5x5' --json"),
    ("sweep", "sweep 'INPUT HxWx3 -> CONV n 3x3 s2' --set n=16,32 H=9,10 W=9 --json"),
    ("sweep", "sweep 'let alpha=1 k=3x3; INPUT 9x9x3 -> CONV (8*alpha) k' --set alpha=0.5 k=5x5 --json"),
    ("bench", "bench cnn-9x9 --repeat 2 --json"),
]


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(read(name))
    return found


def closed(content: Any) -> Any:
    """The schema with every object closed: a key that it does not describe is an error. Users' copies stay open."""
    if isinstance(content, list):
        return [closed(item) for item in content]
    if not isinstance(content, dict):
        return content
    found = {key: closed(value) for key, value in content.items()}
    if content.get("type") == "object" and "properties" in content:
        found.setdefault("additionalProperties", False)
    return found


def mistakes(name: str, content: Any) -> list[str]:
    validator = Draft202012Validator(closed(schema(name)))
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(content)]


@pytest.mark.parametrize("name", names())
def test_schemas_are_schemas(name: str) -> None:
    found = schema(name)
    Draft202012Validator.check_schema(found)
    assert found["$id"] == f"urn:archcalc:schema:{name}:1"
    assert set(re.findall(r'"\$ref": "([^"]*)"', read(name))) == {f"#/$defs/{one}" for one in found.get("$defs", {})}


def test_schemas_mean_the_same_by_the_same_name() -> None:
    meant: dict[str, Any] = {}
    for name in names():
        for one, definition in schema(name).get("$defs", {}).items():
            assert meant.setdefault(one, definition) == definition, f"{one} in {name}"


def test_every_schema_is_tried_and_every_command_has_one() -> None:
    assert {name for name, _ in CALLS} == set(names())
    assert set(NAMES) - set(names()) == {"schema"}  # which prints them


@pytest.mark.parametrize(("name", "words"), CALLS)
def test_what_commands_print(
    name: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    main(shlex.split(words))
    assert mistakes(name, json.loads(capsys.readouterr().out)) == []


def _some(content: dict[str, Any]) -> dict[str, Any]:
    """The object with a layer of each kind, which is quicker to look at."""
    kinds = {(layer["op"], bool(layer["weights"]), bool(layer["rounded"])): layer for layer in content["layers"]}
    return {**content, "layers": list(kinds.values())}


@pytest.mark.parametrize("spec", archcalc.shipped_names())
def test_every_shipped_network(spec: str) -> None:
    content = json.loads(archcalc.load(spec).table().report("json"))
    assert content["layers"]
    assert mistakes("show", _some(content)) == []


@pytest.mark.parametrize("spec", [*NETWORKS.values(), HOSTILE], ids=[*NETWORKS, "hostile"])
def test_networks_and_views(spec: str) -> None:
    table = archcalc.load(spec).table() if "\n" not in spec else archcalc.parse(spec).table()
    for view in VIEWS.values():
        if not (table.graph.free and view.get("sort")):
            assert mistakes("show", json.loads(table.report("json", **view))) == []


def test_pads_of_transposed_layers_are_those_that_are_written() -> None:
    """DCGAN's generator (Radford et al. 2015): four times 4x4 at stride 2, pad 1 as PyTorch's example has it."""
    layers = json.loads(archcalc.load("dcgan-generator").table().report("json", where="op=TCONV"))["layers"]
    assert [layer["pads"] for layer in layers] == [[[0, 0]] * 2, *[[[1, 1]] * 2] * 4]


def test_what_is_not_counted() -> None:
    content = mysterious().as_dict()
    assert content["layers"][1]["macs"] is None
    assert mistakes("show", content) == []
    assert mistakes("training", mysterious().training().as_dict()) == []
    assert mistakes("roofline", mysterious().roofline("a100").as_dict()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda content: content.pop("totals"), "$: 'totals' is a required property"),
        (lambda content: content["layers"][0].pop("macs"), "$.layers[0]: 'macs' is a required property"),
        (lambda content: content["layers"][0].update(extra=1), "$.layers[0]: Additional properties"),
        (lambda content: content["totals"].update(params=0.5), "$.totals.params: 0.5 is not of type"),
        (lambda content: content.update(schema=2), "$.schema: 1 was expected"),
    ],
)
def test_schemas_refuse_what_is_wrong(change: Any, said: str) -> None:
    content = copy.deepcopy(archcalc.load("lenet5").as_dict())
    assert mistakes("show", content) == []
    change(content)
    assert any(mistake.startswith(said) for mistake in mistakes("show", content))


def test_a_schema_is_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert capsys.readouterr().out.split() == list(names())
    assert main(["schema", "show"]) == 0
    assert json.loads(capsys.readouterr().out) == schema("show")
    assert main(["schema", "show", "-o", str(tmp_path / "show.json")]) == 0
    assert json.loads((tmp_path / "show.json").read_text(encoding="utf-8")) == schema("show")
    assert main(["schema", "shwo"]) == 2
    assert "did you mean show" in capsys.readouterr().err
