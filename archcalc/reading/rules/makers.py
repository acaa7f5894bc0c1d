"""Operators that make values from nothing or from sizes: constants, ranges, random numbers."""

from __future__ import annotations

from typing import Any

from ...shape import Shape
from ...symbolic import quotient
from ..site import Site, Unknown
from ..tensor import FLOAT, INT64, STRING
from ..value import Value


def constant(site: Site) -> list[Value]:
    tensor = site.tensor("value") or site.tensor("sparse_value")
    if tensor is not None:
        return [Value(tensor.dtype, tensor.shape, tensor.items())]
    for name, dtype in (("value_float", FLOAT), ("value_int", INT64), ("value_string", STRING)):
        value = site.attr(name)
        if value is not None:
            return [Value(dtype, (), (value,))]
    for name, dtype in (("value_floats", FLOAT), ("value_ints", INT64), ("value_strings", STRING)):
        values = site.attributes.get(name)
        if values is not None:
            return [Value(dtype, (len(values),), tuple(values) if len(values) <= 8192 else None)]
    raise site.wrong("it has no value")


def sizes_of(site: Site, index: int = 0) -> Shape:
    """A shape given as an input."""
    sizes = site.items(index)
    if sizes is None:
        length = site.shape(index)
        if len(length) == 1 and isinstance(length[0], int) and length[0] <= 64:
            return tuple(site.fresh("") for _ in range(length[0]))
        raise Unknown
    if any(isinstance(size, int) and size < 0 for size in sizes):
        raise site.wrong(f"a shape of {list(sizes)}")
    return tuple(sizes)


def constant_of_shape(site: Site) -> list[Value]:
    tensor = site.tensor("value")
    shape = sizes_of(site)
    filled: Any = tensor.items() if tensor else (0.0,)
    count = 1
    for size in shape:
        count *= size
    items = tuple(filled) * count if filled and isinstance(count, int) and count <= 8192 else None
    return [Value(tensor.dtype if tensor else FLOAT, shape, items)]


def eye_like(site: Site) -> list[Value]:
    return [Value(site.integer("dtype") or site.dtype(), site.shape())]


def range_(site: Site) -> list[Value]:
    ends = [site.items(index) for index in range(3)]
    if None in ends:
        return [Value(site.dtype(), (site.fresh("range"),))]
    start, limit, step = (one[0] for one in ends if one)
    if isinstance(step, int | float) and step == 0:
        raise site.wrong("a step of 0")
    count = -quotient(-(limit - start), step) if not isinstance(limit - start, float) else None
    if count is None:
        count = int(-((start - limit) // step))
    count = max(count, 0) if isinstance(count, int) else count
    small = isinstance(count, int) and count <= 8192 and not isinstance(start, float)
    items = tuple(start + i * step for i in range(count)) if small else None
    return [Value(site.dtype(), (count,), items)]


def random(site: Site) -> list[Value]:
    return [Value(site.integer("dtype", FLOAT), site.integers("shape", ()) or ())]


def random_like(site: Site) -> list[Value]:
    return [Value(site.integer("dtype") or site.dtype(), site.shape())]


def multinomial(site: Site) -> list[Value]:
    return [Value(site.integer("dtype", 6), (site.shape()[0], site.integer("sample_size", 1)))]


def wave(site: Site) -> list[Value]:
    size = site.items(0)
    return [Value(site.integer("output_datatype", FLOAT), (size[0] if size else site.fresh("window"),))]


def mel(site: Site) -> list[Value]:
    bins, length = site.items(0), site.items(1)
    if not bins or not length:
        raise Unknown
    return [Value(site.integer("output_datatype", FLOAT), (length[0] // 2 + 1, bins[0]))]


RULES = {
    "Constant": constant, "ConstantOfShape": constant_of_shape, "EyeLike": eye_like, "Range": range_,
    "RandomNormal": random, "RandomUniform": random, "RandomNormalLike": random_like,
    "RandomUniformLike": random_like, "Bernoulli": random_like, "Multinomial": multinomial, "MelWeightMatrix": mel,
    **dict.fromkeys(("HannWindow", "HammingWindow", "BlackmanWindow"), wave),
}  # fmt: skip
