"""CONV, DWCONV, TCONV, POOL, GAP, GMP, UP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...shape import CEIL, FLOOR, Pair, Shape, Window, fit_window
from ...symbolic import has_symbols
from ..rules.windows import resize_inputs, transposed_windows, windows
from ..value import Stored, Value
from .step import Step


def one(values: Sequence[Any]) -> Any:
    """One number where all axes agree."""
    return values[0] if len(set(values)) == 1 else tuple(values)


def pad_of(each: Sequence[Window]) -> Any:
    """The pads as they are written."""
    return one([w.before if w.before == w.after else Pair(w.before, w.after) for w in each])


def options(step: Step, x: Shape, each: tuple[Window, ...], ceil: bool = False) -> dict[str, Any]:
    """The options that windows share."""
    found: dict[str, Any] = {"stride": one([w.stride for w in each])}
    if any(w.dilation != 1 for w in each):
        found["dilation"] = one([w.dilation for w in each])
    same = step.site.text("auto_pad", "NOTSET") == "SAME_UPPER"
    if same and any(w.padding for w in each):
        return found | {"same": True}
    found["pad"] = pad_of(each)
    fits = [(fit_window(size, w, CEIL if ceil else FLOOR), size, w) for size, w in zip(x[2:], each, strict=True)]
    if any(has_symbols(size) or fit.dropped or fit.added for fit, size, _ in fits):
        if ceil and any(fit.added for fit, _, _ in fits):
            found["fit"] = CEIL
        elif any(has_symbols(size) and w.stride != 1 for _, size, w in fits) or any(fit.dropped for fit, _, _ in fits):
            found["fit"] = CEIL if ceil else FLOOR
    return found


def conv(step: Step) -> list[Value]:
    return lift_conv(step, step.weight(1), step.weight(2) if step.site.given(2) else None, step.site.shape(1))


def lift_conv(step: Step, weight: Stored, bias: Stored | None, shape: Shape) -> list[Value]:
    """A convolution with these weights."""
    return step.sliding(*conv_layer(step, weight, bias, shape))


def conv_layer(step: Step, weight: Stored, bias: Stored | None, shape: Shape) -> tuple[Any, dict[str, Stored]]:
    """The layer and its weights."""
    x, group = step.site.shape(), step.site.integer("group", 1)
    more = options(step, x, windows(step.site, x, shape[2:]))
    more["nobias"] = bias is None
    stored = {"weight": weight, **({"bias": bias} if bias else {})}
    if group > 1 and group == x[1] and shape[1] == 1:
        return step.op("DWCONV", tuple(shape[2:]), multiplier=shape[0] // group, **more), stored
    return step.op("CONV", shape[0], tuple(shape[2:]), groups=group, **more), stored


def conv_transpose(step: Step) -> list[Value]:
    x, shape, weight = step.site.shape(), step.site.shape(1), step.weight(1)
    bias = step.weight(2) if step.site.given(2) else None
    group = step.site.integer("group", 1)
    sized = transposed_windows(step.site, x, shape[2:])
    each, extras = [w for w, _, _ in sized], [extra for _, extra, _ in sized]
    more: dict[str, Any] = {"stride": one([w.stride for w in each]), "pad": pad_of(each)}
    if any(extras):
        more["output_pad"] = one(extras)
    op = step.op(
        "TCONV", shape[1] * group, tuple(shape[2:]), dilation=one([w.dilation for w in each]), groups=group,
        nobias=bias is None, **more,
    )  # fmt: skip
    return step.sliding(op, {"weight": weight, **({"bias": bias} if bias else {})})


def pool(step: Step) -> list[Value] | None:
    x, kernel = step.site.shape(), step.site.integers("kernel_shape", ()) or ()
    each = windows(step.site, x, kernel)
    more = options(step, x, each, bool(step.site.integer("ceil_mode")))
    if step.site.op == "AveragePool":
        inside = not step.site.integer("count_include_pad") and any(w.padding for w in each)
        more |= {"mode": "avg", "inner": inside}
    stride = more.pop("stride")
    return step.sliding(step.op("POOL", one(kernel), stride=stride, **more))


def gap(step: Step) -> list[Value]:
    return step.sliding(step.op("GAP" if step.site.op == "GlobalAveragePool" else "GMP"))


def resize(step: Step) -> list[Value] | None:
    """UP, where ONNX's many ways to count positions come to the same."""
    x, y, mode = step.site.shape(), step.shape, step.site.text("mode", "nearest")
    if x == y:
        return [step.outputs[0]._replace(view=step.view())]
    if len(x) < 3 or x[:2] != y[:2] or step.site.integer("antialias"):
        return None
    default = "asymmetric" if step.site.op == "Upsample" or step.site.version < 11 else "half_pixel"
    how = step.site.text("coordinate_transformation_mode", default)
    scales, _ = resize_inputs(step.site)
    whole = not any(
        has_symbols(
            b,
        )
        or has_symbols(a)
        or b % a
        for a, b in zip(x[2:], y[2:], strict=True)
    )
    if scales and not all(float(scale).is_integer() for scale in scales):
        return None
    if mode == "nearest":
        rounding = step.site.text("nearest_mode", "floor" if default == "asymmetric" else "round_prefer_floor")
        halves = how in ("half_pixel", "pytorch_half_pixel") and rounding.startswith("round_") and whole
        if not (how == "asymmetric" and rounding == "floor") and not halves:
            return None
        word = "nearest"
    elif mode == "linear" and how in ("half_pixel", "pytorch_half_pixel") and len(x) < 6:
        if how == "pytorch_half_pixel" and 1 in y[2:]:
            return None
        word = ("linear", "bilinear", "trilinear")[len(x) - 3]
    else:
        return None
    if whole:
        return step.sliding(step.op("UP", one([b // a for a, b in zip(x[2:], y[2:], strict=True)]), mode=word))
    return step.sliding(step.op("UP", to=tuple(y[2:]), mode=word))


LIFTS = {
    "Conv": conv, "ConvTranspose": conv_transpose, "MaxPool": pool, "AveragePool": pool, "GlobalAveragePool": gap,
    "GlobalMaxPool": gap, "Resize": resize, "Upsample": resize,
}  # fmt: skip
