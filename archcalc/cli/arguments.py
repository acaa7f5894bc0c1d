"""The options of every command."""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter, _ArgumentGroup
from collections.abc import Callable
from typing import Any, NoReturn

from ..build import Options
from ..errors import UsageError
from ..words import nearest
from .examples import EXAMPLES
from .words import shape_of, spread, values_of

_SPEC = "the text in quotes, a file, - for standard input, or a shipped spec"


class _Parser(ArgumentParser):
    """Raises UsageError instead of printing and leaving."""

    def error(self, message: str) -> NoReturn:
        message = message.removeprefix("argument ").replace("the following arguments are required:", "missing:")
        raise UsageError.of("E620", message, help=(f"{self.prog} --help shows examples",))


def parse(name: str, words: list[str]) -> Namespace:
    """The options of a command. UsageError for what it does not know."""
    options = parser(name)
    given, unknown = options.parse_known_args(spread(words))
    if not unknown:
        return given
    if unknown[0][0] != "-":
        help = ("the SPEC comes first, in quotes, then the options", f"{options.prog} --help shows examples")
        raise UsageError.of("E620", f"{unknown[0]} is one word too many", help=help)
    near = nearest(unknown[0].partition("=")[0], [word for word in options._option_string_actions if word[:2] == "--"])
    hint = f"did you mean {near[0]}?" if near else f"{options.prog} --help shows them"
    raise UsageError.of("E620", f"{name} has no option {unknown[0]}", help=(hint,))


def parser(name: str) -> ArgumentParser:
    """The parser of a command."""
    about, examples = EXAMPLES[name]
    made = _Parser(
        prog=f"archcalc {name}", description=f"{about}\n\n{examples}", formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )  # fmt: skip
    _ADD[name](made)
    made.add_argument("--json", action="store_true", help="one JSON object, errors too")
    made.add_argument("--debug", action="store_true", help="show where a bug of ours happened")
    return made


def _show(made: ArgumentParser) -> None:
    group = made.add_argument_group("formats")
    form = group.add_mutually_exclusive_group()
    form.add_argument("--md", action="store_true", help="Markdown")
    form.add_argument("--csv", action="store_true", help="CSV: exact numbers, a line a layer")
    form.add_argument("--tex", action="store_true", help="a LaTeX document with the table, complete")
    form.add_argument("--html", action="store_true", help="a web page, complete in one file")
    group.add_argument("-o", "--output", metavar="FILE", help="write a file; .md .csv .tex .html .json name the format")
    _rows(made.add_argument_group("rows and columns"))
    _spec(made)
    about = "count as another tool does: macs, flops, torchinfo, fvcore, thop, ptflops, calflops, torch, onnx-tool, ..."
    made.add_argument("--as", dest="as_", metavar="TOOL", help=about)


def _rows(group: _ArgumentGroup) -> None:
    """What is shown of a table, and how."""
    group.add_argument("--columns", metavar="A,B,C", help="name,output,params,macs,...; +flops adds to the usual; all")
    group.add_argument("--depth", type=_positive, metavar="N", help="fold layers into blocks by N parts of their paths")
    about = 'only some layers: "op=CONV,FC" "macs>1M" "name=layer3.*"; given twice, both hold'
    group.add_argument("--where", action="append", default=[], metavar="COND", help=about)
    about = "numbers go down, names up; - and + before a column turn it: -macs, +params"
    group.add_argument("--sort", metavar="A,B", help=about)
    group.add_argument("--top", type=_positive, metavar="N", help="the first N lines; by multiply-adds unless sorted")
    about = "every digit; 4.09 G and 102 MB; 4.09 G and 97.5 MiB"
    group.add_argument("--units", metavar="full|si|binary", help=about)


def _check(made: ArgumentParser) -> None:
    _spec(made)
    made.add_argument("--lint", action="store_true", help="also what works, but was perhaps not meant")
    budgets = made.add_argument_group("budgets")
    budgets.add_argument("--max-params", metavar="5M", help="parameters; k, M, G are powers of 1000")
    budgets.add_argument("--max-macs", metavar="300M", help="multiply-adds of one example")
    budgets.add_argument("--max-peak", metavar="64MiB", help="bytes of volumes alive at once: KiB, MiB, GiB, or kB, MB")


def _explain(made: ArgumentParser) -> None:
    _spec(made)
    form = made.add_mutually_exclusive_group()
    form.add_argument("--md", action="store_true", help="Markdown")
    form.add_argument("--tex", action="store_true", help="a LaTeX document, complete")


def _export(made: ArgumentParser) -> None:
    _spec(made)
    made.add_argument("-o", "--output", required=True, metavar="NET.onnx", help="the file to write")
    _weights(made, "random|zeros|virtual|FILE")
    made.add_argument("--batch", type=_batch, metavar="N|dynamic", help="by default what the spec sets, else dynamic")
    made.add_argument("--opset", type=_positive, metavar="N", help="by default the lowest that serves")
    where = made.add_argument_group("where the weights go")
    where.add_argument("--external", action="store_true", help="a file beside the model; without, only from 2 GiB on")
    where.add_argument("--reference", action="store_true", help="they stay in the .safetensors file, beside the model")
    where.add_argument("--force", action="store_true", help="write it even if the disk seems to lack room")


def _run(made: ArgumentParser) -> None:
    data = "x.npy, photo.png, numbers (1 5 3 or 1,5,3), or a shape to fill at random; name=DATA for one of several"
    _spec(made, "DATA", data)
    made.add_argument("-o", "--output", metavar="OUT.npy", help="save what comes out (.npz for several outputs)")
    _weights(made)
    _device(made)
    made.add_argument("--batch", type=_positive, default=1, metavar="N", help="examples of random input (1)")
    made.add_argument(
        "--repeat", type=_positive, default=1, metavar="N", help="run so often, and say how long it takes (1)"
    )


def _bench(made: ArgumentParser) -> None:
    _spec(made)
    _weights(made)
    _device(made)
    made.add_argument("--batch", type=_positive, default=1, metavar="N", help="examples at once (1)")
    made.add_argument("--repeat", type=_positive, default=10, metavar="N", help="runs that count (10)")
    made.add_argument("--chrome-trace", metavar="FILE.json", help="every kernel on a line of time, for Perfetto")


def _verify(made: ArgumentParser) -> None:
    _spec(made)
    _weights(made)
    _device(made)
    made.add_argument("--batch", type=_positive, default=2, metavar="N", help="examples to run (2)")


def _solve(made: ArgumentParser) -> None:
    _spec(made)
    made.add_argument("--asymmetric", action="store_true", help="also pads like 1:2 and kernels like 3x5")
    made.add_argument("--all", action="store_true", help="print every solution")
    made.add_argument("--budget", type=float, default=10.0, metavar="SECONDS", help="of searching (10)")


def _convert(made: ArgumentParser) -> None:
    _spec(made)
    about = "the notation to write: by default a spec for a listing or an ONNX model, a listing for a spec"
    made.add_argument("--to", type=_notation, metavar="|".join(NOTATIONS), help=about)
    made.add_argument("-o", "--output", metavar="FILE", help="write a file, such as net.py")


NOTATIONS = ("arch", "spec", "slide", "torch", "keras")


def _notation(word: str) -> str:
    """A notation; PyTorch is torch."""
    name = word.lower().removeprefix("py")
    if name not in NOTATIONS:
        raise ArgumentTypeError(f"there is no notation {word}, only {', '.join(NOTATIONS)}")
    return name


def _fmt(made: ArgumentParser) -> None:
    made.add_argument("files", nargs="+", metavar="FILE", help="files, or - for standard input")
    made.add_argument("--check", action="store_true", help="change nothing, tell what would change: 1 if anything")


def _grade(made: ArgumentParser) -> None:
    _spec(made)


def _compare_tools(made: ArgumentParser) -> None:
    _spec(made)


def _diff(made: ArgumentParser) -> None:
    _spec(made, about="replaces the shape of the first INPUT in both")
    made.add_argument("--input-b", action="append", default=[], metavar="HxWxC", help="in the second alone")
    made.add_argument("--set-b", action="append", default=[], metavar="NAME=VALUE", help="a value in the second alone")
    made.add_argument("--md", action="store_true", help="Markdown")
    made.add_argument("--depth", type=_positive, metavar="N", help="fold layers into blocks by N parts of their paths")
    budgets = made.add_argument_group("budgets: the exit code then is 0 unless one is exceeded")
    budgets.add_argument("--max-params", metavar="+50k", help="parameters: growth as +1%% or +50k, or all as 5M")
    budgets.add_argument("--max-macs", metavar="+0", help="multiply-adds of one example")
    budgets.add_argument("--max-peak", metavar="+1MiB", help="bytes of volumes alive at once")


def _memory(made: ArgumentParser) -> None:
    _spec(made)
    _numbers(made)
    made.add_argument("--optimizer", default="adam", metavar="NAME", help="sgd, momentum or adam (adam)")
    made.add_argument("--mixed", action="store_true", help="mixed precision: float32 master weights beside a half type")
    made.add_argument("--in-place", action="store_true", help="ReLU and its like overwrite what they read")
    _learning(made)
    made.add_argument("--fits", metavar="24GiB", help="the largest batches in so many GiB (2^30) or GB (10^9)")


def _training(made: ArgumentParser) -> None:
    _spec(made)
    made.add_argument("--batch", type=_positive, default=1, metavar="N", help="examples at once (1)")
    _learning(made)
    made.add_argument("--depth", type=_positive, metavar="N", help="fold layers into blocks by N parts of their paths")
    made.add_argument("--csv", action="store_true", help="CSV: exact numbers, a line a layer")


def _roofline(made: ArgumentParser) -> None:
    _spec(made)
    _numbers(made)
    device = "a100, h100-fp16, tpu-v5e, ... or flops=19.5T,bandwidth=1.5T: operations and bytes a second"
    made.add_argument("--device-spec", metavar="DEVICE", help=device)
    made.add_argument("--depth", type=_positive, metavar="N", help="fold layers into blocks by N parts of their paths")
    made.add_argument("--csv", action="store_true", help="CSV: exact numbers, a line a layer")


def _numbers(made: ArgumentParser) -> None:
    made.add_argument("--batch", type=_positive, default=1, metavar="N", help="examples at once (1)")
    made.add_argument("--dtype", metavar="TYPE", help="float32, float16, bfloat16 or int8 (float32)")


def _learning(made: ArgumentParser) -> None:
    again = "blocks, all, or a depth of the layers' paths: compute it again in the backward pass instead of keeping it"
    made.add_argument("--recompute", default="", metavar="WHAT", help=again)
    made.add_argument(
        "--freeze", action="append", default=[], metavar="PATH", help="a layer or block that is not trained"
    )


def _sweep(made: ArgumentParser) -> None:
    _spec(made, "HxWxC,...", "shapes of the first INPUT", "n=16,32,64 or H=128..512:64 or T=16..1024:*2; several vary")
    made.add_argument("--zip", action="store_true", help="values go in step, instead of all combinations")
    form = made.add_mutually_exclusive_group()
    form.add_argument("--md", action="store_true", help="Markdown")
    form.add_argument("--csv", action="store_true", help="CSV: exact numbers, a line a variant")
    made.add_argument("--columns", metavar="A,B,C", help="output, params, macs, flops, memory, peak, weights, ...")
    drawn = made.add_argument_group("chart")
    drawn.add_argument("--plot", nargs="?", const="", metavar="FILE.svg", help="below the table, or as a picture")
    drawn.add_argument("--x", metavar="NAME", help="what goes across: the name with the most values")
    drawn.add_argument("--y", default="macs", metavar="TOTAL", help="what goes up (macs)")
    drawn.add_argument("--log", default="", choices=("x", "y", "xy"), help="axes in powers of ten")
    kept = made.add_argument_group("variants")
    kept.add_argument("--max-params", metavar="5M", help="leave out what has more parameters")
    kept.add_argument("--max-macs", metavar="300M", help="or more multiply-adds")
    kept.add_argument("--max-peak", metavar="64MiB", help="or needs more memory at once")
    kept.add_argument("--max-variants", type=_positive, default=100_000, metavar="N", help="limit (100,000)")


def _match(made: ArgumentParser) -> None:
    made.add_argument("spec", nargs="+", metavar="SPEC PATTERN", help="or a PATTERN alone, to be written out")
    made.add_argument("--set", action="append", default=[], metavar="N=2", help="a count of the pattern")
    _limits(made.add_argument_group("limits"))


def _list(made: ArgumentParser) -> None:
    made.add_argument("--layers", action="store_true", help="the layers and how each is written")
    made.add_argument("--devices", action="store_true", help="the devices that roofline knows, and their figures")


def _schema(made: ArgumentParser) -> None:
    about = "a command that has --json, or errors; without it what there is"
    made.add_argument("name", nargs="?", metavar="COMMAND", help=about)
    made.add_argument("-o", "--output", metavar="FILE", help="write it into a file")


_ADD: dict[str, Callable[[ArgumentParser], None]] = {
    "show": _show, "check": _check, "explain": _explain, "export": _export, "run": _run, "bench": _bench,
    "verify": _verify,
    "solve": _solve,
    "grade": _grade,
    "compare-tools": _compare_tools,
    "sweep": _sweep,
    "memory": _memory, "training": _training,
    "diff": _diff,
    "match": _match, "roofline": _roofline,
    "convert": _convert, "fmt": _fmt, "list": _list, "schema": _schema,
}  # fmt: skip


def _spec(
    made: ArgumentParser, data: str = "HxWxC", about: str = "replaces the shape of the first INPUT",
    values: str = "a value for a name in the spec",
) -> None:  # fmt: skip
    made.add_argument("spec", nargs="+", metavar="SPEC", help=_SPEC)
    made.add_argument("--input", action="append", default=[], metavar=data, help=about)
    made.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help=values)
    _limits(made.add_argument_group("limits"))


def _limits(group: _ArgumentGroup) -> None:
    default = Options()
    depth = "brackets and blocks inside each other"
    units = {"layers": "layers in a network", "text": "characters in a text", "depth": depth}
    for what, unit in units.items():
        most = getattr(default, f"max_{what}")
        group.add_argument(f"--max-{what}", type=_positive, default=most, metavar="N", help=f"{unit} ({most:,})")


def _weights(made: ArgumentParser, kinds: str = "random|zeros|FILE") -> None:
    about = "random (He's or Xavier's scale), zeros, or a .safetensors or .npz file"
    about += "; virtual: places without numbers" * ("virtual" in kinds)
    made.add_argument("--weights", default="random", metavar=kinds, help=about)
    made.add_argument(
        "--match", default="name", choices=("name", "order"), help="how a file's tensors find their layers (name)"
    )
    made.add_argument("--seed", type=_natural, default=0, metavar="N", help="of the random numbers (0)")
    types = ("float32", "float16", "bfloat16")
    made.add_argument("--dtype", default="float32", choices=types, help="of the numbers inside (float32)")


def _device(made: ArgumentParser) -> None:
    made.add_argument("--device", default="cpu", choices=("cpu", "cuda", "auto"), help="auto takes CUDA if it is there")
    made.add_argument("--threads", type=_natural, default=0, metavar="N", help="for one layer (0: one for every core)")
    made.add_argument("--force", action="store_true", help="try it even if the memory seems not to suffice")


def _natural(text: str) -> int:
    if re.fullmatch(r"-\d+", text):
        raise ArgumentTypeError(f"{text} is less than 0")
    if not re.fullmatch(r"\d{1,18}", text):
        raise ArgumentTypeError(f"{text} is no whole number")
    return int(text)


def _positive(text: str) -> int:
    number = _natural(text)
    if not number:
        raise ArgumentTypeError("it must be at least 1")
    return number


def _batch(text: str) -> int | str:
    return text if text == "dynamic" else _positive(text)


def weights_of(given: Namespace) -> dict[str, Any]:
    """Where the weights come from."""
    return {"weights": given.weights, "match": given.match, "seed": given.seed, "dtype": given.dtype}


def options_of(given: Namespace, input: str | None = None) -> Options:
    """What the command line says over the text."""
    shape = shape_of(input) if input is not None else None
    return Options(
        input=shape, values=values_of(given.set), max_layers=given.max_layers, max_text=given.max_text,
        max_depth=given.max_depth,
    )  # fmt: skip
