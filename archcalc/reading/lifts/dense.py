"""FC, LINEAR, EINSUM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..rules.dense import einsum_terms
from ..site import Unknown
from ..value import Stored, Value, View
from .step import Step


def gemm(step: Step) -> list[Value] | None:
    """A row of numbers times a stored matrix."""
    site = step.site
    if site.integer("transA") or site.real("alpha", 1.0) != 1.0 or (site.given(2) and site.real("beta", 1.0) != 1.0):
        return None
    weight = step.weight(1, (0, 1) if site.integer("transB") else (1, 0))
    bias = step.weight(2) if site.given(2) else None
    if bias is not None and bias.shape and bias.shape[-1] != step.shape[-1]:
        return None
    view = step.view()
    if len(view.axes) > 2:  # opsets before 7 flatten
        view = view._replace(axes=(view.axes[0], tuple(f for item in view.axes[1:] for f in item)))
    return step.only(linear(step, view, step.shape, weight, bias))


def linear(step: Step, view: View, shape: Sequence[Any], weight: Stored, bias: Stored | None) -> View:
    """A matrix over the last axis of a value; FC where that is all of a volume."""
    lifter, rank = step.lifter, len(view.axes)
    stored = {"weight": weight, **({"bias": bias} if bias else {})}
    nobias = bias is None
    batch = lifter.batch_axes(view)
    order = range(rank)
    drop = [0] if rank == 2 and not view.axes[0] else []
    target = lifter.target(view, order, drop)
    if len(target) == 1:
        flat = (*view.base[-1], *(factor for item in view.base[:-1] for factor in item))
        if view.stored is None and target[0] == flat:
            # FC flattens by itself, channels first
            node = lifter.emit(step.op("FC", shape[-1], nobias=nobias), (view.node,), stored)
        else:
            node = lifter.emit(step.op("FC", shape[-1], nobias=nobias), (lifter.arranged(view, order, drop),), stored)
    else:
        source = lifter.arranged(view, order, drop)
        node = lifter.emit(step.op("LINEAR", shape[-1], nobias=nobias), (source,), stored)
    return lifter.placed(node, tuple(shape), order, batch, drop)


def matmul(step: Step) -> list[Value] | None:
    """A stored matrix is a LINEAR, with the bias that is added behind; two volumes are an EINSUM."""
    a, b = step.site.shape(0), step.site.shape(1)
    if step.stored(1) is not None and len(b) == 2 and step.stored(0) is None:
        return _linear(step, step.weight(1, (1, 0)))
    if len(a) < 2 or len(b) < 2:
        return None
    return _product(step, len(a), len(b))


def _linear(step: Step, weight: Stored) -> list[Value]:
    call = step.next()
    bias = _bias_behind(step, call) if call is not None else None
    view = linear(step, step.view(), step.shape, weight, bias)
    if bias is not None and call is not None:
        step.absorb(call, step.outputs[0]._replace(view=view))
    return step.only(view)


def _bias_behind(step: Step, call: Any) -> Stored | None:
    """The bias that the next node adds, if it does nothing else."""
    if call.op != "Add" or call.domain:
        return None
    others = [name for name in call.inputs if name != step.site.call.outputs[0]]
    value = step.value(others[0]) if len(others) == 1 else None
    if value is None or value.view is None or value.view.stored is None or value.shape != step.shape[-1:]:
        return None
    return value.view.stored if value.view.stored.shape == value.shape else None


def _product(step: Step, left: int, right: int) -> list[Value]:
    """The product of two volumes of matrices."""
    rank = max(left, right)
    lead = [f".{i}" for i in range(rank - 2)]
    a = [*lead[rank - left :], "q", "c"]
    b = [*lead[rank - right :], "c", "k"]
    return products(step, [a, b], [*lead, "q", "k"])


_NAMES = "abhijlmnrsuvwxyzefgdopt"


def products(step: Step, terms: list[list[str]], result: list[str]) -> list[Value]:
    """An EINSUM of two volumes; axes that are the batch are left out, axes of 1 that stretch as well."""
    lifter = step.lifter
    views = [step.view(0), step.view(1)]
    batch = {name for term, view in zip(terms, views, strict=True) for name, item in zip(term, view.axes, strict=True)
             if item == (lifter.batch,)}  # fmt: skip
    letters = _letters(terms)
    sides, nodes = [], []
    for term, view in zip(terms, views, strict=True):
        gone = [
            i for i, name in enumerate(term) if not view.axes[i] and (name in batch or _stretches(name, terms, views))
        ]
        if any(name in batch and item not in ((lifter.batch,), ()) for name, item in zip(term, view.axes, strict=True)):
            raise Unknown
        kept = [i for i, item in enumerate(view.axes) if i not in gone and item != (lifter.batch,)]
        if not kept:
            raise Unknown
        nodes.append(lifter.arranged(view, range(len(term)), gone))
        sides.append(" ".join(letters[term[i]] for i in kept))
    known = {letter for side in sides for letter in side.split()}
    out = [name for name in result if name not in batch and letters[name] in known]
    if not out:
        raise Unknown
    formula = f"{sides[0]}, {sides[1]} -> {' '.join(letters[name] for name in out)}"
    node = lifter.emit(step.op("EINSUM", formula), nodes)
    places = [i for i, name in enumerate(result) if name in batch]
    drop = [i for i, name in enumerate(result) if name not in batch and name not in out]
    return step.only(lifter.placed(node, step.shape, range(len(result)), places, drop))


def _stretches(name: str, terms: list[list[str]], views: list[View]) -> bool:
    """Whether an axis is 1 in one volume and more in the other."""
    return any(name in term and view.axes[term.index(name)] for term, view in zip(terms, views, strict=True))


def _letters(terms: list[list[str]]) -> dict[str, str]:
    """A letter for each name of an axis; ellipses get free ones."""
    names = list(dict.fromkeys(name for term in terms for name in term))
    taken = {name for name in names if len(name) == 1}
    free = (letter for letter in _NAMES if letter not in taken)
    return {name: name if len(name) == 1 else next(free) for name in names}


def einsum(step: Step) -> list[Value] | None:
    if len(step.site.inputs) != 2:
        return None
    terms, result, _ = einsum_terms(step.site)
    if any(len(set(names)) < len(names) for names in (*terms, result)):
        return None
    return products(step, terms, result)


LIFTS = {"Gemm": gemm, "MatMul": matmul, "Einsum": einsum}
