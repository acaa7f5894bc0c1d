"""Operators whose windows slide: convolutions, pooling, resizing."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor
from typing import Any

from ...shape import CEIL, FLOOR, Shape, Window, fit_window
from ...symbolic import has_symbols, quotient
from ..site import Site, Unknown
from ..tensor import INT32, INT64
from ..value import Value


def windows(site: Site, x: Shape, kernel: Sequence[Any]) -> tuple[Window, ...]:
    """The windows over the spatial axes; automatic pads worked out."""
    rank = len(x) - 2
    if rank < 1 or len(kernel) != rank:
        raise site.wrong(f"a kernel of {list(kernel)} over {list(x)}")
    strides = _per_axis(site, "strides", rank, 1)
    dilations = _per_axis(site, "dilations", rank, 1)
    pads = site.integers("pads", (0,) * 2 * rank)
    assert pads is not None
    if len(pads) != 2 * rank:
        raise site.wrong(f"{len(pads)} pads for {rank} axes")
    plain = tuple(
        Window(k, s, d, pads[i], pads[i + rank])
        for i, (k, s, d) in enumerate(zip(kernel, strides, dilations, strict=True))
    )
    if any(window.stride < 1 or window.dilation < 1 for window in plain):
        raise site.wrong(f"strides {list(strides)} and dilations {list(dilations)}")
    auto = site.text("auto_pad", "NOTSET")
    if auto == "VALID":
        return tuple(window._replace(before=0, after=0) for window in plain)
    if auto.startswith("SAME"):
        return tuple(_same(size, window, auto) for size, window in zip(x[2:], plain, strict=True))
    return plain


def _per_axis(site: Site, name: str, rank: int, default: int) -> tuple[int, ...]:
    values = site.integers(name, (default,) * rank)
    assert values is not None
    if len(values) != rank:
        raise site.wrong(f"{name} {list(values)} for {rank} axes")
    return values


def _same(size: Any, window: Window, auto: str) -> Window:
    outputs = -quotient(-size, window.stride)
    total = (outputs - 1) * window.stride + window.span - size
    total = max(total, 0) if isinstance(total, int) else total
    small = quotient(total, 2)
    before, after = (small, total - small) if auto == "SAME_UPPER" else (total - small, small)
    return window._replace(before=before, after=after)


def slid(site: Site, x: Shape, each: Sequence[Window], fit: str = FLOOR) -> tuple[Any, ...]:
    """The sizes that come out."""
    sizes = []
    for size, window in zip(x[2:], each, strict=True):
        if not has_symbols(size) and window.span > size + window.padding:
            raise site.wrong(f"a window over {window.span} positions on {size} + {window.padding}")
        sizes.append(fit_window(size, window, fit).size)
    return tuple(sizes)


def conv(site: Site) -> list[Value]:
    x, weight = site.shape(), site.shape(1)
    _check_channels(site, x, weight)
    return [Value(site.dtype(), (x[0], weight[0], *slid(site, x, windows(site, x, weight[2:]))))]


def _check_channels(site: Site, x: Shape, weight: Shape) -> None:
    group = site.integer("group", 1)
    if len(x) != len(weight) or len(x) < 3 or group < 1:
        raise site.wrong(f"weights {list(weight)} over {list(x)} in {group} groups")
    needed = weight[1] * group
    if isinstance(needed, int) and isinstance(x[1], int) and needed != x[1]:
        raise site.wrong(f"{x[1]} channels for weights of {needed}")
    if isinstance(weight[0], int) and weight[0] % group:
        raise site.wrong(f"{weight[0]} filters in {group} groups")


def conv_integer(site: Site) -> list[Value]:
    return [conv(site)[0]._replace(dtype=INT32)]


def qlinear_conv(site: Site) -> list[Value]:
    x, weight = site.shape(), site.shape(3)
    _check_channels(site, x, weight)
    return [Value(site.dtype(7), (x[0], weight[0], *slid(site, x, windows(site, x, weight[2:]))))]


def transposed_windows(site: Site, x: Shape, kernel: Sequence[int]) -> tuple[tuple[Window, int, int], ...]:
    """Window, output padding and output size of every axis."""
    rank = len(x) - 2
    each = windows(site, x, kernel)
    extras = _per_axis(site, "output_padding", rank, 0)
    wanted = site.integers("output_shape")
    if wanted is not None:
        wanted = wanted[-rank:]
    auto, found = site.text("auto_pad", "NOTSET"), []
    for index, (size, window) in enumerate(zip(x[2:], each, strict=True)):
        full = (size - 1) * window.stride + window.span + extras[index]
        out = wanted[index] if wanted else size * window.stride if auto.startswith("SAME") else None
        if out is not None:
            total = full - out
            if isinstance(total, int) and total < 0:
                # missing rows are added at the end
                found.append((window._replace(before=0, after=0), extras[index] - total, out))
                continue
            small = quotient(total, 2)
            before, after = (small, total - small) if auto == "SAME_UPPER" else (total - small, small)
            window = window._replace(before=before, after=after)
        found.append((window, extras[index], full - window.before - window.after))
    return tuple(found)


def conv_transpose(site: Site) -> list[Value]:
    x, weight = site.shape(), site.shape(1)
    if len(x) != len(weight) or (isinstance(x[1], int) and x[1] != weight[0]):
        raise site.wrong(f"weights {list(weight)} over {list(x)}")
    sizes = tuple(size for _, _, size in transposed_windows(site, x, weight[2:]))
    if any(isinstance(size, int) and size < 1 for size in sizes):
        raise site.wrong(f"an output of {list(sizes)}")
    return [Value(site.dtype(), (x[0], weight[1] * site.integer("group", 1), *sizes))]


def pool(site: Site) -> list[Value]:
    x, kernel = site.shape(), site.integers("kernel_shape")
    if kernel is None:
        raise site.wrong("there is no kernel_shape")
    sizes = slid(site, x, windows(site, x, kernel), CEIL if site.integer("ceil_mode") else FLOOR)
    return [Value(site.dtype(), (*x[:2], *sizes)), Value(INT64, (*x[:2], *sizes))]


def global_pool(site: Site) -> list[Value]:
    x = site.shape()
    return [Value(site.dtype(), (*x[:2], *[1] * (len(x) - 2)))]


def unpool(site: Site) -> list[Value]:
    x, kernel = site.shape(), site.integers("kernel_shape")
    if site.given(2):
        wanted = site.items(2)
        if wanted is None:
            raise Unknown
        return [Value(site.dtype(), tuple(wanted))]
    if kernel is None:
        raise site.wrong("there is no kernel_shape")
    each = windows(site, x, kernel)
    sizes = [(size - 1) * w.stride + w.kernel - w.before - w.after for size, w in zip(x[2:], each, strict=True)]
    return [Value(site.dtype(), (*x[:2], *sizes))]


def resize(site: Site) -> list[Value]:
    x = site.shape()
    scales, sizes = resize_inputs(site)
    axes = site.integers("axes")
    chosen = site.axes(axes, len(x)) if axes is not None else tuple(range(len(x)))
    result: list[Any] = list(x)
    if sizes:
        for axis, size in zip(chosen, _kept_ratio(site, [x[axis] for axis in chosen], sizes), strict=True):
            result[axis] = size
        return [Value(site.dtype(), tuple(result))]
    if not scales or len(scales) != len(chosen):
        raise site.wrong("there are neither scales nor sizes")
    roi = site.items(1) if site.text("coordinate_transformation_mode") == "tf_crop_and_resize" else None
    for index, axis in enumerate(chosen):
        part = 1.0 if not roi else roi[index + len(chosen)] - roi[index]
        result[axis] = scaled(x[axis], scales[index], part)
    return [Value(site.dtype(), tuple(result))]


def resize_inputs(site: Site) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Scales and sizes of a Resize or Upsample, each empty where not given."""
    if site.op == "Upsample" and site.version < 9:
        return tuple(site.attr("scales", ())), ()
    if site.op == "Upsample" or site.version < 11:
        return _numbers(site, 1), ()
    return _numbers(site, 2), _numbers(site, 3)


def _numbers(site: Site, index: int) -> tuple[Any, ...]:
    value = site.at(index)
    if value is None or value.shape == (0,):
        return ()
    if value.items is None:
        raise Unknown
    return value.items


def scaled(size: Any, scale: Any, part: float = 1.0) -> Any:
    """floor(size * part * scale), in which scales are floats of 32 bits."""
    if isinstance(size, int):
        return floor(size * part * scale)
    exact = Fraction(scale).limit_denominator(4096)
    return quotient(size * exact.numerator, exact.denominator)


def _kept_ratio(site: Site, x: list[Any], sizes: tuple[Any, ...]) -> list[Any]:
    policy = site.text("keep_aspect_ratio_policy", "stretch")
    if policy == "stretch":
        return list(sizes)
    ratios = [Fraction(wanted, size) for size, wanted in zip(x, sizes, strict=True)]
    ratio = min(ratios) if policy == "not_larger" else max(ratios)
    return [floor(ratio * size + Fraction(1, 2)) for size in x]


def col2im(site: Site) -> list[Value]:
    x, image, block = site.shape(), site.items(1), site.items(2)
    if image is None or block is None:
        raise Unknown
    taps = 1
    for size in block:
        taps *= size
    return [Value(site.dtype(), (x[0], x[1] // taps, *image))]


def deform_conv(site: Site) -> list[Value]:
    return conv(site)


def roi_pool(site: Site) -> list[Value]:
    x, rois = site.shape(), site.shape(1)
    if site.op == "MaxRoiPool":
        height, width = site.integers("pooled_shape", (1, 1)) or (1, 1)
    else:
        height, width = site.integer("output_height", 1), site.integer("output_width", 1)
    return [Value(site.dtype(), (rois[0], x[1], height, width))]


def grid_sample(site: Site) -> list[Value]:
    x, grid = site.shape(), site.shape(1)
    return [Value(site.dtype(), (*x[:2], *grid[1:-1]))]


def affine_grid(site: Site) -> list[Value]:
    sizes = site.items(1)
    if sizes is None:
        raise Unknown
    return [Value(site.dtype(), (sizes[0], *sizes[2:], len(sizes) - 2))]


RULES = {
    "Conv": conv, "ConvInteger": conv_integer, "QLinearConv": qlinear_conv, "ConvTranspose": conv_transpose,
    "MaxPool": pool, "AveragePool": pool, "LpPool": pool, "GlobalAveragePool": global_pool,
    "GlobalMaxPool": global_pool, "GlobalLpPool": global_pool, "MaxUnpool": unpool, "Resize": resize,
    "Upsample": resize, "Col2Im": col2im, "DeformConv": deform_conv, "MaxRoiPool": roi_pool, "RoiAlign": roi_pool,
    "GridSample": grid_sample, "AffineGrid": affine_grid,
}  # fmt: skip
