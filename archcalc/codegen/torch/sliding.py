"""Convolutions and pooling."""

from __future__ import annotations

from typing import Any

from ...shape import Window
from ..code import Call, In, Lit, Span, Suffix, call, method
from ..layer import fixed, func, number
from ..step import Step, layer
from ..weights import given_weights
from .context import ANY, FIRST, LAST, Layer, plain, row, turn


def _rank(op: Any, x: Any) -> int:
    return len(op.windows(x))


def _takes(node: Any, x: Any) -> str:
    """Kernels of fewer axes than the volume has go over a batch of them."""
    return FIRST if _rank(node.op, x[0]) == len(x[0]) - 1 else LAST


def _over_batch(c: Layer, rank: int, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The axes before those of the kernel join the batch, and come back afterwards."""
    lead = c.x[0][: -1 - rank]
    if not lead:
        return steps
    return (
        func(method(In(), "flatten", fixed(0), fixed(len(lead)))),
        *turn(rank + 1, 1, FIRST),
        *steps,
        *turn(rank + 1, 1, LAST),
        func(method(In(), "unflatten", fixed(0), (-1, *lead))),
    )


def _reversed(windows: tuple[Window, ...]) -> tuple[int, ...]:
    """Pads as F.pad takes them, the last axis first."""
    return tuple(side for window in reversed(windows) for side in (window.before, window.after))


def pad(windows: tuple[Window, ...], value: float = 0) -> Step:
    """Padding of its own."""
    pads = Lit(_reversed(windows), "padding")
    if value == 0:
        module = call(f"nn.ZeroPad{len(windows)}d", pads)
        return Step(call("F.pad", In(), pads), plain=module)
    module = call(f"nn.ConstantPad{len(windows)}d", pads, Lit(value, "value"))
    return Step(call("F.pad", In(), pads, value=value), plain=module)


def even(windows: tuple[Window, ...]) -> bool:
    """Whether both sides of every axis are padded alike, which modules can do."""
    return all(window.before == window.after for window in windows)


def kernel(windows: tuple[Window, ...]) -> Lit:
    """The sizes of the kernel."""
    return Lit(number(tuple(window.kernel for window in windows)), "kernel_size")


def stride(windows: tuple[Window, ...]) -> Lit:
    """The steps of the kernel."""
    return Lit(number(tuple(window.stride for window in windows)), "stride")


def dilation(windows: tuple[Window, ...]) -> Lit:
    """How far apart the taps of the kernel are."""
    return Lit(number(tuple(window.dilation for window in windows)), "dilation")


@row("CONV", "DWCONV", takes=_takes, batch=True)
def conv(c: Layer) -> tuple[Step, ...]:
    """nn.Conv; padding that differs before and after comes first, on its own."""
    op, windows = c.op, c.op.padded(c.x[0])
    if getattr(op, "unshared", False):
        return _over_batch(c, len(windows), (_local(c, windows),))
    groups = c.channels if op.word == "DWCONV" else op.groups
    before = () if even(windows) else (pad(windows),)
    padding = number(tuple(window.before for window in windows)) if even(windows) else 0
    made = call(
        f"nn.Conv{len(windows)}d", Lit(c.channels, "in_channels"), Lit(c.y[-1], "out_channels"),
        kernel(windows), stride=(stride(windows), 1), padding=(padding, 0), dilation=(dilation(windows), 1),
        groups=(groups, 1), bias=(not op.nobias, True),
    )  # fmt: skip
    return _over_batch(c, len(windows), (*before, layer(_filled(c, made))))


def _filled(c: Layer, made: Call) -> Call:
    """The convolution with the weights or connections that the spec gives."""
    weight = c.op.weights(*c.x)["weight"]
    if weight.start == "masked":
        return call("connected", made, Lit(weight.values))
    if weight.start != "given":
        return made
    values, over = given_weights(weight.values)
    return call("given", made, Lit(values), over=(over, 1))


def _local(c: Layer, windows: tuple[Window, ...]) -> Step:
    """Filters of their own at each position."""
    shape = c.op.weights(*c.x)["weight"].shape
    return layer(
        call(
            "LocalConv", Lit(shape, "shape"), padding=(_reversed(windows), ()),
            stride=fixed(tuple(window.stride for window in windows)),
            dilation=fixed(tuple(window.dilation for window in windows)),
            groups=(c.op.groups, 1), bias=(not c.op.nobias, True),
        )
    )  # fmt: skip


def _transposed_takes(node: Any, x: Any) -> str:
    return FIRST if len(node.op.windows(x[0])) == len(x[0]) - 1 else LAST


@row("TCONV", takes=_transposed_takes, batch=True)
def transposed(c: Layer) -> tuple[Step, ...]:
    """nn.ConvTranspose; what differs before and after is cut off afterwards."""
    op, windows = c.op, tuple(window for window, _ in c.op.windows(c.x[0]))
    extra = tuple(more for _, more in op.windows(c.x[0]))
    padding = number(tuple(window.before for window in windows)) if even(windows) else 0
    made = call(
        f"nn.ConvTranspose{len(windows)}d", Lit(c.channels, "in_channels"), Lit(op.filters, "out_channels"),
        kernel(windows), stride=(stride(windows), 1), padding=(padding, 0), output_padding=(number(extra), 0),
        groups=(op.groups, 1), bias=(not op.nobias, True), dilation=(dilation(windows), 1),
    )  # fmt: skip
    cut = () if even(windows) else (_cut(windows, c.y[-1 - len(windows) : -1]),)
    return _over_batch(c, len(windows), (layer(made), *cut))


def _cut(windows: tuple[Window, ...], sizes: tuple[int, ...]) -> Step:
    """So many positions from where the padding ends."""
    pieces: list[Any] = ["[:, :"]
    for window, size in zip(windows, sizes, strict=True):
        start = window.before
        pieces += [", ", Span(Lit(start, "start") if start else None, Lit(start + size, "end"))]
    return func(Suffix(In(), (*pieces, "]")))


@row("POOL", takes=_takes, batch=True)
def pool(c: Layer) -> tuple[Step, ...]:
    """nn.MaxPool and nn.AvgPool where they can do it."""
    windows = c.op.windows(c.x[0])
    steps = {"max": _maximum, "avg": _average, "sum": _sum}[c.op.mode](c, windows)
    return _over_batch(c, len(windows), steps)


def _fits(windows: tuple[Window, ...]) -> bool:
    """Whether PyTorch's own padding will do: even, and at most half of the window."""
    return even(windows) and all(2 * window.before <= window.kernel for window in windows)


def _ceil(c: Layer) -> bool:
    return any(fit.added for fit in c.op.fits(c.x[0]))


def _padding(windows: tuple[Window, ...]) -> Any:
    return number(tuple(window.before for window in windows))


def _maximum(c: Layer, windows: tuple[Window, ...]) -> tuple[Step, ...]:
    name = f"nn.MaxPool{len(windows)}d"
    if _fits(windows):
        options = {
            "padding": (_padding(windows), 0),
            "dilation": (dilation(windows), 1),
            "ceil_mode": (_ceil(c), False),
        }
        return (plain(call(name, kernel(windows), stride=stride(windows), **options)),)
    made = call(name, kernel(windows), stride=stride(windows), dilation=(dilation(windows), 1))
    return (pad(c.op.padded(c.x[0]), float("-inf")), plain(made))


def _average(c: Layer, windows: tuple[Window, ...]) -> tuple[Step, ...]:
    name, inner = f"nn.AvgPool{len(windows)}d", c.op.inner
    if any(window.dilation > 1 for window in windows) or (not _fits(windows) and (inner or _ceil(c))):
        return (_windowed(c, windows, "mean"),)
    if not _fits(windows):
        return (pad(windows), plain(call(name, kernel(windows), stride=stride(windows))))
    options = {"padding": (_padding(windows), 0), "ceil_mode": (_ceil(c), False)}
    counted = {"count_include_pad": (not inner, True)}
    return (plain(call(name, kernel(windows), stride=stride(windows), **options, **counted)),)


def _sum(c: Layer, windows: tuple[Window, ...]) -> tuple[Step, ...]:
    bare = all(window[2:] == (1, 0, 0) for window in windows) and not _ceil(c)
    if bare and len(windows) > 1:
        return (
            plain(
                call(f"nn.AvgPool{len(windows)}d", kernel(windows), stride=stride(windows), divisor_override=fixed(1))
            ),
        )
    return (_windowed(c, windows, "sum"),)


def _windowed(c: Layer, windows: tuple[Window, ...], what: str) -> Step:
    """Windows laid out one by one, for what PyTorch has no pooling."""
    added = tuple(side for fit in reversed(c.op.fits(c.x[0])) for side in (0, fit.added))
    sizes = {name: tuple(getattr(window, name) for window in windows) for name in ("kernel", "stride", "dilation")}
    inner = {"inner": (c.op.inner, False)} if what == "mean" else {}
    return func(
        call(
            f"window_{what}", In(), Lit(sizes["kernel"], "kernel"), Lit(sizes["stride"], "stride"),
            padding=(_reversed(windows), (0,) * 2 * len(windows)), added=(added, (0,) * 2 * len(windows)),
            dilation=(sizes["dilation"], (1,) * len(windows)), **inner,
        )
    )  # fmt: skip


@row("GAP", "GMP", takes=ANY)
def over_all(c: Layer) -> tuple[Step, ...]:
    """The average or the maximum of all positions."""
    spatial = len(c.x[0]) - 1
    if c.layout == FIRST and spatial <= 3 and c.lead[0]:
        return (plain(call(f"nn.Adaptive{'Avg' if c.op.word == 'GAP' else 'Max'}Pool{spatial}d", fixed(1))),)
    dims = tuple(c.dim(axis) for axis in range(spatial))
    return (func(method(In(), "mean" if c.op.word == "GAP" else "amax", dim=fixed(dims), keepdim=fixed(True))),)


@row("AAP", takes=FIRST, batch=True)
def adaptive(c: Layer) -> tuple[Step, ...]:
    """nn.AdaptiveAvgPool."""
    sizes = c.y[:-1]
    return (plain(call(f"nn.AdaptiveAvgPool{len(sizes)}d", Lit(number(sizes), "output_size"))),)


@row("UNFOLD", takes=_takes, gives=LAST, batch=True)
def unfold(c: Layer) -> tuple[Step, ...]:
    """F.unfold, a row a patch."""
    windows = c.op.padded(c.x[0])
    rank = len(windows)
    lead = c.x[0][: -1 - rank]
    if rank == 2 and even(windows):
        options = {
            "dilation": (dilation(windows), 1),
            "padding": (_padding(windows), 0),
            "stride": (stride(windows), 1),
        }
        steps = (func(call("F.unfold", In(), kernel(windows), **options)), *turn(2, 1, LAST))
    else:
        sizes = (Lit(tuple(window.kernel for window in windows)), Lit(tuple(window.stride for window in windows)))
        more = {"dilation": tuple(window.dilation for window in windows), "padding": _reversed(windows)}
        none = {"dilation": (1,) * rank, "padding": (0,) * 2 * rank}
        steps = (func(call("patches", In(), *sizes, **{key: (more[key], none[key]) for key in more})),)
    if not lead:
        return steps
    joined = (func(method(In(), "flatten", fixed(0), fixed(len(lead)))), *turn(rank + 1, 1, FIRST))
    return (*joined, *steps, func(method(In(), "unflatten", fixed(0), (-1, *lead))))
