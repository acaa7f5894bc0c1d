"""Recurrent layers as executed: against the equations of the papers, written out, and against PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import archcalc
from archcalc.backends.export import Prepared

from .weightfiles import save_safetensors

TOLERANCE = 1e-5


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def rnn(x: Any, h: Any, c: Any, w: Any, u: Any, b: Any, d: Any, relu: bool = False) -> tuple[Any, Any]:
    """Elman 1990: h = tanh(W x + U h + b)."""
    total = x @ w.T + h @ u.T + b + d
    return (np.maximum(total, 0) if relu else np.tanh(total)), c


def gru(x: Any, h: Any, c: Any, w: Any, u: Any, b: Any, d: Any, after: bool = False) -> tuple[Any, Any]:
    """Cho et al. 2014, equations 5 to 8; `after`: as cuDNN has it. Gates r, z, n."""
    units = h.shape[-1]
    wr, wz, wn = np.split(x @ w.T + b, 3, axis=-1)
    ur, uz, _ = np.split(h @ u.T + d, 3, axis=-1)
    r, z = sigmoid(wr + ur), sigmoid(wz + uz)
    inner = r * (h @ u[2 * units :].T + d[2 * units :]) if after else (r * h) @ u[2 * units :].T + d[2 * units :]
    return (1 - z) * np.tanh(wn + inner) + z * h, c


def lstm(x: Any, h: Any, c: Any, w: Any, u: Any, b: Any, d: Any) -> tuple[Any, Any]:
    """Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000. Gates i, f, g, o."""
    i, f, g, o = np.split(x @ w.T + h @ u.T + b + d, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def walk(cell: Any, x: Any, weights: list[Any], state: Any, **options: Any) -> Any:
    """The outputs of all steps of (batch, steps, channels), from a state (h, c)."""
    h, c = state
    outputs = []
    for step in range(x.shape[1]):
        h, c = cell(x[:, step], h, c, *weights, **options)
        outputs.append(h)
    return np.stack(outputs, axis=1)


def reference(cell: Any, x: Any, w: dict[str, Any], start: Any = None, **options: Any) -> Any:
    """Both directions of all layers, side by side; the weights tell how many there are."""
    layers = sum(name.startswith("weight_hh") and not name.endswith("_reverse") for name in w)
    ends = ("", "_reverse")[: 1 + ("weight_hh_l0_reverse" in w)]
    units = w["weight_hh_l0"].shape[1]
    for layer in range(layers):
        sides = []
        for side, end in enumerate(ends):
            name = f"l{layer}{end}"
            zero = np.zeros(len(w[f"weight_ih_{name}"]))
            biases = [w.get(f"bias_ih_{name}", w.get(f"bias_{name}", zero)), w.get(f"bias_hh_{name}", zero)]
            state = np.zeros((2, len(x), units)) if start is None else start[:, :, side * units : (side + 1) * units]
            seen = x[:, ::-1] if end else x
            out = walk(cell, seen, [w[f"weight_ih_{name}"], w[f"weight_hh_{name}"], *biases], state, **options)
            sides.append(out[:, ::-1] if end else out)
        x = np.concatenate(sides, axis=-1)
    return x


def at_the_end(outputs: Any, units: int) -> Any:
    """The last output of each direction."""
    return np.concatenate([outputs[:, -1, :units], outputs[:, 0, units:]], axis=-1)


def network(spec: str, folder: Path) -> tuple[archcalc.Network, dict[str, Any], Path]:
    """A network, its weights by name, none of them zero, and the file that they are in."""
    net = archcalc.parse(spec)
    random = np.random.default_rng(5)
    shapes = {name: weight.shape for name, (_, weight) in Prepared(net.graph).model.weights.items()}
    weights = {name: random.standard_normal(shape).astype(np.float32) / 2 for name, shape in shapes.items()}
    return net, weights, save_safetensors(folder / "w.safetensors", weights)


def local(weights: dict[str, Any]) -> dict[str, Any]:
    return {name.rpartition(".")[2]: array.astype(np.float64) for name, array in weights.items()}


CELLS = {"RNN": rnn, "GRU": gru, "LSTM": lstm}
TEXTS = [
    "RNN 5", "RNN 5 relu", "RNN 5 bi", "RNN 5 nobias layers=2", "RNN 5 biases=2 last bi relu",
    "GRU 5", "GRU 5 bi", "GRU 5 last", "GRU 5 after", "GRU 5 biases=2", "GRU 5 nobias", "GRU 5 nobias after bi",
    "GRU 5 biases=2 layers=2 bi last",
    "LSTM 5", "LSTM 5 bi", "LSTM 5 last", "LSTM 5 biases=2", "LSTM 5 nobias bi", "LSTM 5 layers=3 bi last biases=2",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("lead", [(), (3,), (2, 3)], ids=["plain", "lead", "two leads"])
def test_equations(tmp_path: Path, text: str, lead: tuple[int, ...]) -> None:
    net, weights, path = network(f"INPUT {'x'.join(map(str, (*lead, 7, 4)))} -> y: {text}", tmp_path)
    x = np.random.default_rng(6).standard_normal((2, *lead, 7, 4))
    words = text.split()
    options = {"relu": True} if "relu" in words else {}
    if words[0] == "GRU":
        options = {"after": "after" in words or "biases=2" in words}
    expected = reference(CELLS[words[0]], x.reshape(-1, 7, 4), local(weights), **options)
    expected = at_the_end(expected, 5) if "last" in words else expected
    actual = net.run({"input": x}, weights=path).outputs["y"]
    assert actual.shape == (2, *net.output)
    np.testing.assert_allclose(actual.reshape(expected.shape), expected, atol=TOLERANCE)


STATES = ["GRU 5 state=@s", "GRU 5 bi state=@s", "RNN 5 state=@s", "LSTM 5 state=@s", "LSTM 5 cell=@c"]


@pytest.mark.parametrize("text", [*STATES, "LSTM 5 bi cell=@c state=@s", "LSTM 5 state=@s cell=@c"])
@pytest.mark.parametrize("given", ["INPUT", "PARAM"])
def test_states_to_begin_with(tmp_path: Path, text: str, given: str) -> None:
    """From volumes of each example, and from learned ones that serve all."""
    width = 10 if "bi" in text.split() else 5
    used = [name for name in "sc" if f"@{name}" in text]
    start = "".join(f"{name}: {given} {width}\n" for name in used)
    net, weights, path = network(f"x: INPUT 7x4\n{start}@x -> y: {text}", tmp_path)
    random = np.random.default_rng(8)
    x = random.standard_normal((2, 7, 4))
    fed = {name: random.standard_normal((2, width)) for name in used} if given == "INPUT" else {}
    known = fed or {name: np.tile(weights[name].reshape(1, -1), (2, 1)) for name in used}
    zero = np.zeros((2, width))
    begin = np.stack([known.get("s", zero), known.get("c", zero)])
    expected = reference(CELLS[text.split()[0]], x, local(weights), begin)
    actual = net.run({"x": x, **fed}, weights=path).outputs["y"]
    np.testing.assert_allclose(actual, expected, atol=TOLERANCE)


def test_steps_of_a_volume_from_a_convolution(tmp_path: Path) -> None:
    """The rows of a feature map as steps, its channels turned to the back: the layer after sees them again first."""
    net, weights, path = network("INPUT 3x7x2 -> c: CONV 4 1x1 -> y: RNN 5 -> z: CONV 1 1x1", tmp_path)
    x = np.random.default_rng(9).standard_normal((2, 3, 7, 2))
    inner = x @ weights["c.weight"].reshape(4, 2).T + weights["c.bias"]
    names = {name.removeprefix("y."): array for name, array in weights.items() if name.startswith("y.")}
    outer = reference(rnn, inner.reshape(6, 7, 4), names).reshape(2, 3, 7, 5)
    expected = outer @ weights["z.weight"].reshape(1, 5).T + weights["z.bias"]
    np.testing.assert_allclose(net.run({"input": x}, weights=path).outputs["z"], expected, atol=TOLERANCE)


# What is refused; where PyTorch takes something else, the reason is there


@pytest.mark.parametrize(
    ("spec", "code", "text"),
    [
        ("INPUT 4 -> LSTM 5", "E302", "4 has 0 spatial axes"),  # PyTorch would take it for 4 steps without channels
        ("INPUT 7x4 -> LSTM 5 biases=3", "E350", "biases=3"),
        ("INPUT 7x4 -> LSTM 5 biases=0", "E214", "less than 1"),
        ("INPUT 7x4 -> GRU 5 biases=2 nobias", "E305", "nobias with biases=2"),
        ("INPUT 7x4 -> GRU 0", "E214", "0 is less than 1"),
        ("s: INPUT 4\nINPUT 7x4 -> GRU 5 state=@s", "E351", "4 given, 5 needed"),
        ("s: INPUT 5\nINPUT 7x4 -> GRU 5 bi state=@s", "E351", "5 given, 10 needed"),
        ("s: INPUT 3x5\nINPUT 7x4 -> GRU 5 state=@s", "E351", "3x5 given, 5 needed"),
        ("s: INPUT 5\nINPUT 7x4 -> GRU 5 layers=2 state=@s", "E351", "layers=2"),
        ("s: INPUT 5\nINPUT 7x4 -> GRU 5 cell=@s", "E215", "GRU has no option cell"),
    ],
)
def test_refused(spec: str, code: str, text: str) -> None:
    with pytest.raises(archcalc.SpecError) as error:
        archcalc.parse(spec)
    assert error.value.diagnostics[0].code == code
    assert text in str(error.value)


# What one output sees


@pytest.mark.parametrize(
    ("text", "field"),
    [("GRU 5", (7, 6)), ("GRU 5 last", (7, 0)), ("GRU 5 bi", (13, 6)), ("GRU 5 bi last", (7, 0))],
)
def test_receptive_field(text: str, field: tuple[int, int]) -> None:
    """All steps so far, which the first of seven reaches six before the start; with both directions all steps."""
    layer = archcalc.parse(f"INPUT 7x4 -> {text}").as_dict()["layers"][0]
    assert (layer["receptive_field"], layer["effective_padding"]) == ([field[0]], [field[1]])


# Against PyTorch


# PyTorch has two biases or none, and only the reset gate after the product
IN_PYTORCH = [text for text in TEXTS if "biases=2" in text or ("nobias" in text and text != "GRU 5 nobias")]


@pytest.mark.torch
@pytest.mark.parametrize("text", IN_PYTORCH)
def test_pytorch(tmp_path: Path, text: str) -> None:
    """The state_dict of torch.nn.LSTM, GRU and RNN loads by its names and gives the same outputs."""
    torch = pytest.importorskip("torch")
    words = text.split()
    layers = next((int(word[-1]) for word in words if word.startswith("layers=")), 1)
    more = {"nonlinearity": "relu" if "relu" in words else "tanh"} if words[0] == "RNN" else {}
    torch.manual_seed(3)
    module = getattr(torch.nn, words[0])(
        4, 5, layers, bias="nobias" not in words, batch_first=True, bidirectional="bi" in words, **more
    )
    state = {f"y.{name}": tensor.numpy() for name, tensor in module.state_dict().items()}
    path = save_safetensors(tmp_path / "w.safetensors", state)
    x = torch.randn(2, 7, 4)
    with torch.no_grad():
        steps, ends = module(x)
    ends = ends[0] if words[0] == "LSTM" else ends
    wanted = torch.cat(list(ends[-2 if "bi" in words else -1 :]), dim=-1) if "last" in words else steps
    actual = archcalc.parse(f"INPUT 7x4 -> y: {text}").run({"input": x.numpy()}, weights=path).outputs["y"]
    np.testing.assert_allclose(actual, wanted.numpy(), rtol=1e-4, atol=1e-6)
