"""Our weights into the layers of a Keras model: the same numbers in Keras's order of axes and gates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import layers

from archcalc.analysis.cost import own_weights
from archcalc.graph import Graph, Node

Weights = dict[str, Any]


def load(model: Any, graph: Graph, tensor: Callable[[str], Any]) -> None:
    """Give every layer its weights; layers have our names, with _ for dots."""
    known = {layer.name: layer for layer in model.layers}
    # a layer that is only there for its weight stands inside those that share it
    known |= {layer.source.name: layer.source for layer in model.layers if hasattr(layer, "source")}
    for node in graph.nodes:
        keys = own_weights(graph, node)
        weights = {key: tensor(f"{node.name}.{key}" if key else node.name) for key in keys}
        if weights:
            _load(known, node.name.replace(".", "_"), node, weights, graph.shapes(node))


def _load(known: dict[str, Any], name: str, node: Node, w: Weights, x: tuple[Any, ...]) -> None:
    match node.op.word:
        case "MOE":
            known[f"{name}_gate"].kernel.assign(w["gate.weight"].T)
        case "LSTM" | "GRU" | "RNN":
            _recurrent(known, name, node.op, w)
        case "ATTN":
            _attention(known[name], node.op, w, x)
        case "CONV" | "DWCONV" | "TCONV":
            _convolution(known[name], node.op, w, x[0][-1])
        case "FC" | "LINEAR":
            _assign(known[name], kernel=w["weight"].T if "weight" in w else None, bias=w.get("bias"))
        case "BN" | "LN" | "GN" | "IN":
            moving = {"moving_mean": w.get("running_mean"), "moving_variance": w.get("running_var")}
            _assign(known[name], gamma=w.get("weight"), beta=w.get("bias"), **moving)
        case "RMSNORM":
            _assign(known[name], scale=w["weight"])
        case "EMBED" | "POSEMB":
            _assign(known[name], embeddings=w["weight"])
        case "PARAM" | "COORDS":
            _assign(known[name], value=w[""])
        case "PRELU":
            _assign(known[name], alpha=w["weight"].reshape(known[name].alpha.shape))
        case word:
            raise NotImplementedError(word)


def _assign(layer: Any, **values: Any) -> None:
    for name, value in values.items():
        if value is not None:
            getattr(layer, name).assign(value)


def _convolution(layer: Any, op: Any, w: Weights, channels: int) -> None:
    """[filters, channels, *kernel] to [*kernel, channels, filters]."""
    kernel = w["weight"]
    if isinstance(layer, layers.DepthwiseConv1D | layers.DepthwiseConv2D):
        kernel = np.moveaxis(kernel.reshape(channels, -1, *kernel.shape[2:]), (0, 1), (-2, -1))
    elif not getattr(op, "unshared", False):
        kernel = np.moveaxis(kernel, (0, 1), (-1, -2))
    _assign(layer, kernel=kernel, bias=w.get("bias"))


def _attention(layer: Any, op: Any, w: Weights, x: tuple[Any, ...]) -> None:
    """One matrix for queries, keys and values to one for each, with an axis for the heads."""
    queries, keys = op.widths(*x)
    cuts = [queries, queries + keys]
    packed = "in_proj_weight" in w
    kernels = np.split(w["in_proj_weight"], cuts) if packed else [w[f"{letter}_proj_weight"] for letter in "qkv"]
    biases = np.split(w["in_proj_bias"], cuts) if "in_proj_bias" in w else [None] * 3
    inner = (layer._query_dense, layer._key_dense, layer._value_dense)
    for dense, kernel, bias in zip(inner, kernels, biases, strict=True):
        _assign(dense, kernel=kernel.T.reshape(dense.kernel.shape))
        _assign(dense, bias=None if bias is None else bias.reshape(dense.bias.shape))
    out = layer._output_dense
    _assign(out, kernel=w["out_proj.weight"].T.reshape(out.kernel.shape), bias=w.get("out_proj.bias"))


def _recurrent(known: dict[str, Any], name: str, op: Any, w: Weights) -> None:
    """Gates r, z, n to z, r, n; those of an LSTM are in the same order."""

    def gates(rows: Any) -> Any:
        if op.word != "GRU":
            return rows
        reset, update, new = np.split(rows, 3)
        return np.concatenate([update, reset, new])

    for level in range(op.layers):
        layer = known[name if op.layers == 1 else f"{name}_l{level}"]
        sides = (layer.forward_layer, layer.backward_layer) if op.bidirectional else (layer,)
        for side, end in zip(sides, op.directions, strict=True):
            kernels = (gates(w[f"weight_{kind}_l{level}{end}"]).T for kind in ("ih", "hh"))
            _assign(side.cell, **dict(zip(("kernel", "recurrent_kernel"), kernels, strict=True)))
            names = [f"{kind}_l{level}{end}" for kind in ("bias", "bias_ih", "bias_hh")]
            if given := [gates(w[key]) for key in names if key in w]:
                _assign(side.cell, bias=np.stack(given).reshape(side.cell.bias.shape))
