"""The command line: what each call prints, where, and the exit code that it returns."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import archcalc
from archcalc.cli import main
from archcalc.cli.arguments import parser
from archcalc.cli.commands import NAMES
from archcalc.network import Network

from .commands import Said

CONV = "INPUT 32x32x3 -> CONV 10 5x5 p2"

Call = Callable[[str], Said]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs a command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(words: str) -> Said:
        code = main(shlex.split(words))
        return Said(code, *capsys.readouterr())

    return run


# What succeeds prints data on standard output, and nothing else


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("alexnet", "62,378,344"),
        ("show alexnet", "62,378,344"),
        ("show lenet5 --json", '"params": 60000'),
        ("--json lenet5", '"params": 60000'),
        ("--json show lenet5", '"params": 60000'),
        ("lenet5 --md", "| **total** |"),
        ("lenet5 --csv", "name,text,output,params"),
        ("alexnet --columns layer,params --csv", "name,params\nconv1,34944\n"),
        ("alexnet --depth 1", "conv1"),
        (f"'{CONV} => ?'", "line 1       CONV 10 5x5 p2 gives 32x32x10"),
        ("'CONV 10 5x5 p2' --input 32x32x3", "input 32x32x3, output 32x32x10"),
        ("INPUT 32x32x3", "input 32x32x3"),
        ("'let n=2; INPUT 8x8x3 -> CONV n 3x3' --set n=5", "output 6x6x5"),
        ("'let n=2 k=3x3; INPUT 8x8x3 -> CONV n k' --set n=5 k=2x2", "output 7x7x5"),
        ("'def a f=RELU { f }; INPUT 8 -> a f=TANH'", "TANH"),
        ("check alexnet --json", '{"errors": []}'),
        ("list", "alexnet"),
        ("list --json", '"params": 62378344'),
        ("list --layers", "CONV filters kernel"),
        ("list --layers --json", '"syntax": "RELU"'),
        ("export lenet5 -o net.onnx", "wrote net.onnx"),
        ("export lenet5 -o net.onnx --json", '"params": 60000'),
        ("run 'INPUT 8x1 -> CONV 1 3 w=[1,1,1]/3 nobias' --input 1 5 3 7 5 9 7 14", "conv1  6x1\n  3 5 5 7 7 10\n"),
        ("run 'INPUT 3 -> RELU' --input -1 2 -3", "relu1  3\n  0 2 0\n"),
        ("run 'INPUT 3 -> RELU' --input=-1,2,-3 --json", '"values": [[0.0, 2.0, 0.0]]'),
        ("run 'CONV 1 3x3' --input 5x4x3 -o y.npy", "wrote y.npy"),
        ("run 'CONV 1 3x3' --input 5x4x3 -o y.npz --json", '"path": "y.npz"'),
        ("verify lenet5", "verified: all 14 predicted volumes are what onnxruntime produced on the CPU\n"),
        ("verify 'INPUT 8x8x3 -> CONV 4 3x3'", "verified: the predicted volume is what"),
        ("verify 'INPUT 8x8x3 -> CONV 4 3x3' --json", '"predicted": [2, 6, 6, 4], "actual": [2, 6, 6, 4]'),
        ("--version", f"archcalc {archcalc.__version__}\n"),
        ("--help", "usage: archcalc"),
        ("help show", "usage: archcalc show"),
        ("verify --help", "usage: archcalc verify"),
        ("alexnet --help", "usage: archcalc"),
    ],
)
def test_what_succeeds(words: str, said: str, call: Call) -> None:
    done = call(words)
    assert (done.code, done.err) == (0, "")
    assert said in done.out


def test_weights_from_a_file(call: Call) -> None:
    weights: Any = {"conv1.weight": np.array([[[1.0, 0.0, -1.0]]], np.float32)}
    np.savez("w.npz", **weights)
    slope = "'INPUT 5x1 -> CONV 1 3 nobias'"
    assert call(f"run {slope} --weights w.npz --input 1 2 4 8 16").out == "conv1  3x1\n  -3 -6 -12\n"
    assert call(f"export {slope} --weights w.npz -o net.onnx").code == 0
    assert call(f"verify {slope} --weights w.npz").code == 0
    assert call("verify 'INPUT 5x1 -> CONV 1 3' --weights w.npz").code == 1


def test_check_is_silent(call: Call) -> None:
    assert call("check alexnet lenet5 vgg16") == (0, "", "")


# What fails prints diagnostics on standard error, and nothing else


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("'INPUT 224x224x3 -> CONV 96 11x11 s4'", 1, "(224 + 2*0 - 11)/4 + 1 = 54.25"),
        (f"'{CONV} => 32x32x11'", 1, "32x32x11 claimed, 32x32x10 computed"),
        ("''", 1, "E230 the spec has no layers"),
        ("CNOV 3x3", 1, "did you mean CONV"),
        ("alexnet --set n=2", 1, "the spec has no n to set"),
        ("check 'INPUT 3x3 -> RELO'", 1, "E210 there is no layer RELO"),
        ("check alexnet nope", 3, "nope: 1 mistake\nE601"),
        ("check nope 'INPUT 3x3 -> RELO'", 1, "INPUT 3x3 -> RELO: 1 mistake\nE210"),
        ("run 'INPUT 4 -> RELU' --input 1,2", 1, "2 given, 4 = 4 needed"),
        ("show", 2, "E620 missing: SPEC"),
        ("alexnet --jsn", 2, "did you mean --json?"),
        ("alexnet --columns layer,parms", 2, "did you mean params"),
        ("alexnet --depth 0", 2, "--depth: it must be at least 1"),
        ("alexnet --depth x", 2, "--depth: x is no whole number"),
        ("run lenet5 --threads -1", 2, "--threads: -1 is less than 0"),
        ("alexnet --md --csv", 2, "--csv: not allowed with argument --md"),
        ("alexnet --input 224,224,3", 2, "write sizes of at least 1: --input 224x224x3"),
        ("alexnet --input 0x3", 2, "E625"),
        ("alexnet --input 3x3 --input 4x4", 2, "--input is given twice"),
        ("alexnet --set n", 2, "write --set n=2"),
        ("alexnet --set n=two", 2, "E626 --set n=two gives no name a value"),
        ("alexnet lenet5", 2, "show takes one SPEC, 2 given: alexnet, lenet5"),
        ("verfy alexnet", 2, "did you mean verify?"),
        ("frobnicate alexnet", 2, "the commands are show, check"),
        ("INPUT 32x32x3 -", 2, 'quote the spec: archcalc "INPUT'),
        ("check INPUT 32x32x3 - 10 5x5", 2, 'quote the spec: archcalc "INPUT'),
        ("export lenet5", 2, "missing: -o/--output"),
        ("export lenet5 -o x.onnx --batch 0", 2, "at least 1"),
        ("export lenet5 -o x.onnx --opset 3", 2, "opset 3 cannot say this network"),
        ("run lenet5 --device gpu", 2, "invalid choice: 'gpu'"),
        ("run lenet5 -o scores.txt", 2, "use .npy or .npz"),
        ("run 'INPUT 3 -> RELU' --input 1 b", 2, "b is one word too many"),
        ("nope", 3, "E601 there is no file and no shipped spec nope"),
        ("alexne", 3, "did you mean alexnet"),
        ("verfy", 3, "did you mean the command verify?"),
        (".", 3, "cannot be read"),
        ("export lenet5 -o none/x.onnx", 3, "none/x.onnx cannot be written"),
        ("export lenet5 -o .", 3, "it is a folder"),
        ("run lenet5 --input nope.npy", 3, "there is no file nope.npy"),
        ("lenet5 --max-layers 3", 5, "--max-layers raises the limit"),
        ("lenet5 --max-text 30", 5, "--max-text raises the limit"),
        ("'INPUT 8 -> [[RELU]]' --max-depth 1", 5, "--max-depth raises the limit"),
        ("/dev/zero --max-text 1000", 5, "--max-text raises the limit"),
    ],
)
def test_what_fails(words: str, code: int, said: str, call: Call) -> None:
    done = call(words)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    ("words", "code", "first"),
    [
        ("'INPUT 224x224x3 -> CONV 96 11x11 s4' --json", 1, "E301"),
        ("nope --json", 3, "E601"),
        ("--json", 2, "E620"),
        ("alexnet --json --depth 0", 2, "E620"),
        ("'check params=1; INPUT 8 -> RELU' --json", 1, "E402"),
        ("check 'check params=1; INPUT 8 -> RELU' --json", 1, "E402"),
        ("run lenet5 --json --input nope.npy", 3, "E631"),
        ("lenet5 --json --max-layers 3", 5, "E504"),
    ],
)
def test_failures_in_json(words: str, code: int, first: str, call: Call) -> None:
    done = call(words)
    assert (done.code, done.err) == (code, "")
    found = json.loads(done.out)["errors"]
    assert found[0]["code"] == first
    assert found[0].keys() >= {"message", "file", "line", "column", "end_line", "end_column", "help", "fixes"}


def test_json_places_a_mistake(call: Call) -> None:
    found = json.loads(call("'INPUT 224x224x3\n CONV 96 11x11 s4' --json").out)["errors"]
    assert len(found) == 1
    assert [found[0][key] for key in ("line", "column", "end_line", "end_column")] == [2, 2, 2, 18]
    assert found[0]["help"][0] == "(224 + 2*0 - 11)/4 + 1 = 54.25"


def test_several_mistakes_are_all_reported(call: Call) -> None:
    done = call("'INPUT 8x8x3\nCONV 4 3x3 => 8x8x4\nRELO\nPOOL 4 s4'")
    assert re.findall(r"^E\d+", done.err, re.M)[:2] == ["E401", "E210"]


def test_a_pin_that_fails_follows_the_table(call: Call) -> None:
    done = call("'check params=761; INPUT 32x32x3 -> CONV 10 5x5 p2'")
    assert done.code == 1
    assert "760" in done.out
    assert "761 claimed, 760 computed (-1)" in done.err
    assert "as pinned" not in done.out


def test_nothing_said_is_wrong_usage(call: Call) -> None:
    done = call("")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("usage: archcalc")


# Bugs of ours


@pytest.mark.parametrize("option", ["", "--json", "--debug"])
def test_a_bug_of_ours(option: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Network) -> None:
        raise KeyError("lost\nand more")

    monkeypatch.setattr(Network, "table", broken)
    monkeypatch.setattr(Network, "as_dict", broken)
    done = call(f"lenet5 {option}")
    assert done.code == 70
    said = done.out if option == "--json" else done.err
    assert "E900" in said
    assert "a bug of ours: KeyError: " in said
    assert ("Traceback" in said) == (option == "--debug")
    assert option or said.count("\n") == 1


@pytest.mark.parametrize(("error", "code"), [(MemoryError, 4), (KeyboardInterrupt, 130), (BrokenPipeError, 141)])
def test_what_the_system_says(
    error: type[BaseException], code: int, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(self: Network) -> None:
        raise error

    monkeypatch.setattr(Network, "table", stopped)
    assert call("lenet5").code == code


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", 1, "E230"),
        (b"\xff\xfe\x00", 1, "not UTF-8 text: byte 0xff in line 1"),
        (b"INPUT 3x3\n\x80", 1, "byte 0x80 in line 2"),
        (b"INPUT 3x3\x1b[2J", 1, "U+001B"),
        (b"x" * 5_000_000, 5, "E501"),
    ],
)
def test_files_that_are_no_spec(content: bytes, code: int, said: str, call: Call) -> None:
    Path("net.arch").write_bytes(content)
    done = call("net.arch")
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert "\x1b" not in done.err


def test_models_are_no_text(call: Call) -> None:
    Path("net.onnx").write_bytes(b"\x08\x08\x12\x00")
    done = call("fmt net.onnx")
    assert (done.code, done.out) == (1, "")
    assert "archcalc convert net.onnx writes it as a spec" in done.err


# Help


@pytest.mark.parametrize("name", NAMES)
def test_help_teaches_by_example(name: str, call: Call) -> None:
    """Every example of the help does what it says: it runs."""
    shown = call(f"help {name}").out
    assert shown == parser(name).format_help()
    examples = re.findall(r"^  archcalc (.*)$", shown, re.M)
    assert examples
    Path("net.arch").write_text(f"{CONV}\n")
    Path("slide.txt").write_text("[32x32x3] INPUT\n[28x28x6] CONV1: 6 5x5 filters\n")
    call("export cnn-9x9 -o model.onnx")
    for example in examples:
        done = call(example)
        good = (0, 1) if name == "diff" else (0,)  # 1 says that networks differ
        assert done.code in good and not done.err, example


def test_the_overview_teaches_by_example(call: Call) -> None:
    Path("net.arch").write_text(CONV)
    examples = re.findall(r"^  archcalc (.*?)(?:   .*| the version)$", call("--help").out, re.M)
    assert len(examples) >= 6
    for example in examples:
        assert call(example).code == 0, example


def test_the_overview_names_every_command(call: Call) -> None:
    assert set(re.findall(r"^  ([\w-]+)  ", call("--help").out, re.M)) - {"archcalc"} == set(NAMES)
