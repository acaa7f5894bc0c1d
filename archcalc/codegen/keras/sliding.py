"""Convolutions and pooling in Keras."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import Any

from ...shape import Shape, Window, same_pads
from ..code import Arg, Call, Code, In, Infix, Lit, Suffix, call
from ..layer import fixed, func, number
from ..step import Step
from ..weights import given_weights
from .context import Layer, op, over_batch, plain, row, stored


def fits_same(windows: tuple[Window, ...], sizes: Shape, outputs: Shape) -> bool:
    """Whether padding="same" pads like this."""
    axes = zip(windows, sizes, outputs, strict=True)
    return all(
        (window.before, window.after) == same_pads(size, window) and outs == -(-size // window.stride)
        for window, size, outs in axes
    )


def bare(windows: tuple[Window, ...]) -> bool:
    """Whether nothing is padded."""
    return all(window.before == window.after == 0 for window in windows)


def zeros(windows: tuple[Window, ...]) -> Step:
    """layers.ZeroPadding."""
    sides = tuple((window.before, window.after) for window in windows)
    even = all(before == after for before, after in sides)
    padding = number(tuple(before for before, _ in sides)) if even else sides[0] if len(sides) == 1 else sides
    return plain(f"ZeroPadding{len(windows)}D", Lit(padding, "padding"))


def padded(windows: tuple[Window, ...], value: float) -> Step:
    """ops.pad with another value than zero."""
    sides = ((0, 0), *((window.before, window.after) for window in windows), (0, 0))
    return func(op("pad", In(), Lit(sides, "padding"), constant_values=value))


def _sizes(c: Layer, windows: tuple[Window, ...]) -> tuple[Shape, Shape]:
    rank = len(windows)
    return c.x[0][-1 - rank : -1], c.y[-1 - rank : -1]


def kernel(windows: tuple[Window, ...], name: str = "kernel_size") -> Lit:
    """The sizes of the kernel."""
    return Lit(number(tuple(window.kernel for window in windows)), name)


def every(windows: tuple[Window, ...], what: str) -> Any:
    """The strides or dilations."""
    return number(tuple(getattr(window, what) for window in windows))


@row("CONV", "DWCONV")
def conv(c: Layer) -> tuple[Step, ...]:
    """layers.Conv or layers.DepthwiseConv, after ZeroPadding where "same" pads otherwise."""
    windows: tuple[Window, ...] = c.op.padded(c.x[0])
    rank = len(windows)
    if getattr(c.op, "unshared", False):
        return over_batch(c, rank + 1, (_local(c, windows),))
    apart = any(w.stride > 1 for w in windows) and any(w.dilation > 1 for w in windows)
    same = not bare(windows) and not apart and fits_same(windows, *_sizes(c, windows))
    before = () if bare(windows) or same else (zeros(windows),)
    strides = 1 if apart else every(windows, "stride")
    options = {
        "strides": (strides, 1), "padding": ("same" if same else "valid", "valid"),
        "dilation_rate": (every(windows, "dilation"), 1),
    }  # fmt: skip
    made = _made(c, windows, options)
    # Keras takes strides or dilations: the other positions are computed and left out
    after = (_every_other(windows),) if apart else ()
    return over_batch(c, rank + 1, (*before, stored(made), *after))


def _made(c: Layer, windows: tuple[Window, ...], options: dict[str, Any]) -> Call:
    rank, bias = len(windows), (not c.op.nobias, True)
    strides = {window.stride for window in windows}
    values = _values(c)
    if c.op.word == "DWCONV" and rank < 3 and len(strides) == 1 and not values:
        more = {"depth_multiplier": (c.op.multiplier, 1)}
        return call(f"layers.DepthwiseConv{rank}D", kernel(windows), **options, **more, use_bias=bias)
    groups = c.channels if c.op.word == "DWCONV" else c.op.groups
    sizes = (Lit(c.y[-1], "filters"), kernel(windows))
    made = call(f"layers.Conv{rank}D", *sizes, **options, groups=(groups, 1), use_bias=bias)
    return replace(made, args=(*made.args, *values))


def _values(c: Layer) -> tuple[Arg, ...]:
    """The weights or connections that the spec gives."""
    weight = c.op.weights(*c.x)["weight"]
    if weight.start == "masked":
        return (Arg(call("**connected", Lit(weight.values))),)
    if weight.start != "given":
        return ()
    values, over = given_weights(weight.values)
    return (Arg(call("Given", Lit(values), over=(over, 1)), "kernel_initializer"),)


def _every_other(windows: tuple[Window, ...]) -> Step:
    pieces = ", ".join(["[:", *(f"::{window.stride}" if window.stride > 1 else ":" for window in windows)])
    return func(Suffix(In(), (f"{pieces}]",)))


def _local(c: Layer, windows: tuple[Window, ...]) -> Step:
    """Filters of their own at each position."""
    shape = c.op.weights(*c.x)["weight"].shape
    pads = tuple((window.before, window.after) for window in windows)
    made = call(
        "LocalConv", Lit(shape, "shape"), strides=fixed(tuple(window.stride for window in windows)),
        padding=fixed(pads), dilation=fixed(tuple(window.dilation for window in windows)), groups=(c.op.groups, 1),
        use_bias=(not c.op.nobias, True),
    )  # fmt: skip
    return stored(made)


@row("TCONV")
def transposed(c: Layer) -> tuple[Step, ...]:
    """layers.ConvTranspose without padding, or what it lacks; what is padded away is cut off afterwards."""
    windows = tuple(window for window, _ in c.op.windows(c.x[0]))
    rank = len(windows)
    sizes, outputs = _sizes(c, windows)
    full = tuple((size - 1) * w.stride + w.span for size, w in zip(sizes, windows, strict=True))
    # rows beyond the last kernel hold the bias alone
    more = tuple(max(w.before + out - size, 0) for w, out, size in zip(windows, outputs, full, strict=True))
    reached = tuple(size + extra for size, extra in zip(full, more, strict=True))
    own = c.op.groups > 1 or (any(w.stride > 1 for w in windows) and any(w.dilation > 1 for w in windows))
    size = _all if own else every
    # without output_padding each kernel reaches the next
    usual = all(w.span >= w.stride and not rows for w, rows in zip(windows, more, strict=True))
    options = {"strides": (size(windows, "stride"), 1), "dilation_rate": (size(windows, "dilation"), 1)}
    made = call(
        "TransposedConv" if own else f"layers.Conv{rank}DTranspose",
        Lit(c.op.filters, "filters"), _all(windows, "kernel") if own else kernel(windows), **options,
        **({} if usual else {"output_padding": fixed(more if own else number(more))}),
        groups=(c.op.groups, 1), use_bias=(not c.op.nobias, True),
    )  # fmt: skip
    cut = () if bare(windows) and reached == outputs else (_window_of(windows, reached, outputs),)
    return over_batch(c, rank + 1, (stored(made), *cut))


def _window_of(windows: tuple[Window, ...], sizes: Shape, outputs: Shape) -> Step:
    """layers.Cropping to the positions behind the padding."""
    axes = zip(windows, sizes, outputs, strict=True)
    cut = tuple((window.before, size - out - window.before) for window, size, out in axes)
    even = all(before == after for before, after in cut)
    amount = number(tuple(before for before, _ in cut)) if even else cut[0] if len(cut) == 1 else cut
    return plain(f"Cropping{len(windows)}D", Lit(amount, "cropping"))


@row("POOL")
def pool(c: Layer) -> tuple[Step, ...]:
    """layers.MaxPooling and layers.AveragePooling where they can do it."""
    windows: tuple[Window, ...] = c.op.windows(c.x[0])
    added = any(fit.added for fit in c.op.fits(c.x[0]))
    same = fits_same(windows, *_sizes(c, windows)) and not bare(windows)
    # backends disagree about averages where one side has more padding
    same = same and (c.op.mode == "max" or all(window.before == window.after for window in windows))
    dilated = any(window.dilation > 1 for window in windows)
    if c.op.mode == "max":
        steps = _maximum(c, windows, same) if not dilated else _windowed(c, windows, "max")
    elif dilated or added or (c.op.inner and not same and not bare(windows)):
        steps = _windowed(c, windows, "mean" if c.op.mode == "avg" else "sum")
    elif c.op.inner or bare(windows):
        steps = (_pooling("Average", windows, same),)
    else:
        steps = (zeros(windows), _pooling("Average", windows, False))
    if c.op.mode == "sum" and not (dilated or added):
        steps = (*steps, func(Infix("*", (In(), fixed(prod(window.kernel for window in windows))))))
    return over_batch(c, len(windows) + 1, steps)


def _pooling(kind: str, windows: tuple[Window, ...], same: bool) -> Step:
    sizes = number(tuple(window.kernel for window in windows))
    strides, padding = every(windows, "stride"), "same" if same else "valid"
    options = {"strides": (strides, sizes), "padding": (padding, "valid")}
    return plain(f"{kind}Pooling{len(windows)}D", kernel(windows, "pool_size"), **options)


def _maximum(c: Layer, windows: tuple[Window, ...], same: bool) -> tuple[Step, ...]:
    wide = c.op.padded(c.x[0])
    if same or bare(wide):
        return (_pooling("Max", windows, same),)
    return (padded(wide, float("-inf")), _pooling("Max", windows, False))


def _windowed(c: Layer, windows: tuple[Window, ...], what: str) -> tuple[Step, ...]:
    """Windows laid out one by one, for what Keras has no pooling."""
    sides = tuple((window.before, window.after) for window in windows)
    none = ((0, 0),) * len(windows)
    added = tuple((0, fit.added) for fit in c.op.fits(c.x[0]))
    sizes: tuple[Code, ...] = (_all(windows, "kernel"), _all(windows, "stride"))
    options: dict[str, Any] = {"dilation": (tuple(window.dilation for window in windows), (1,) * len(windows))}
    more = {"inner": (c.op.inner, False)} if what == "mean" else {}
    pads = {"padding": Lit(sides, "padding") if sides != none else Lit(none, "padding"), "added": fixed(added)}
    return (func(call(f"window_{what}", In(), *sizes, **pads, **options, **more)),)


def _all(windows: tuple[Window, ...], what: str) -> Lit:
    return Lit(tuple(getattr(window, what) for window in windows), what)


@row("GAP", "GMP")
def over_all(c: Layer) -> tuple[Step, ...]:
    """The average or the maximum of all positions."""
    spatial, kind = len(c.x[0]) - 1, "Average" if c.op.word == "GAP" else "Max"
    kept = {} if c.flat else {"keepdims": fixed(True)}
    if spatial <= 3:
        return (plain(f"Global{kind}Pooling{spatial}D", **kept),)
    name = "mean" if kind == "Average" else "max"
    return (func(op(name, In(), axis=fixed(tuple(range(1, spatial + 1))), **kept)),)


@row("AAP")
def adaptive(c: Layer) -> tuple[Step, ...]:
    """Pooling with windows that share the positions evenly."""
    sizes, outputs = c.x[0][:-1], c.y[:-1]
    if sizes == outputs:
        return (func(In()),)
    if all(size % out == 0 for size, out in zip(sizes, outputs, strict=True)):
        windows = tuple(Window(size // out, size // out) for size, out in zip(sizes, outputs, strict=True))
        return (_pooling("Average", windows, False),)
    return (func(call("adaptive_mean", In(), Lit(outputs, "sizes"))),)


@row("UNFOLD")
def unfold(c: Layer) -> tuple[Step, ...]:
    """The patches, a row each, the channels slowest."""
    windows = c.op.padded(c.x[0])
    sides = tuple((window.before, window.after) for window in windows)
    sizes = (_all(windows, "kernel"), _all(windows, "stride"))
    made = call("patches", In(), *sizes, padding=fixed(sides), dilation=fixed(tuple(w.dilation for w in windows)))
    return over_batch(c, len(windows) + 1, (func(made),))
