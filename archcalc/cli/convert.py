"""convert: the same network in another notation, or as a framework's code."""

from __future__ import annotations

import sys
from collections.abc import Callable

from ..build import Options
from ..errors import UsageError
from ..graph import Graph
from ..load import is_model, parse_spec, read_model, source_of
from ..slides import is_slide
from ..source import Source
from .arguments import options_of, parse
from .output import save
from .words import one_spec


def convert(words: list[str]) -> int:
    """A slide's listing or an ONNX model as a spec, a spec as a slide lists it, either as PyTorch or Keras code."""
    given = parse("convert", words)
    options = options_of(given, given.input[-1] if given.input else None)
    spec = one_spec(given.spec, "convert")
    if given.to is None and (given.output or "").endswith(".py"):
        raise UsageError.of("E620", f"{given.output} in which framework's words?", help=("--to torch or --to keras",))
    to, text = _model(spec, options, given.to) if is_model(spec) else _text(spec, options, given.to)
    if given.output:
        save(given.output, text, given.spec, given.json)
        return 0
    if given.json:
        from ..report import json  # noqa: PLC0415 - start-up time counts

        text = json.document({"to": to, "text": text})
    sys.stdout.write(text)
    return 0


def _model(file: str, options: Options, to: str | None) -> tuple[str, str]:
    """An ONNX model in a notation, and which that is."""
    to = "spec" if to in (None, "arch") else to
    return to, WRITERS[to](read_model(file, options))


def _text(spec: str, options: Options, to: str | None) -> tuple[str, str]:
    """A text in a notation, and which that is."""
    source, options, _ = source_of(spec, options)
    to = to or ("arch" if is_slide(source.text) else "slide")
    return to, _arch(source) if to == "arch" else WRITERS[to](parse_spec(source.text, options, source.file))


def _arch(source: Source) -> str:
    """The layout of the text, its own words kept; of a listing what it means."""
    from ..fmt import canonical  # noqa: PLC0415 - each notation imports its own writer
    from ..slides.spec import to_spec  # noqa: PLC0415

    return canonical(Source(to_spec(source)) if is_slide(source.text) else source)


def _spec(graph: Graph) -> str:
    from ..writing import to_spec  # noqa: PLC0415

    return to_spec(graph)


def _slide(graph: Graph) -> str:
    from ..slides.writing import to_slide  # noqa: PLC0415

    return to_slide(graph)


def _torch(graph: Graph) -> str:
    from ..codegen.torch import to_torch  # noqa: PLC0415

    return to_torch(graph)


def _keras(graph: Graph) -> str:
    from ..codegen.keras import to_keras  # noqa: PLC0415

    return to_keras(graph)


WRITERS: dict[str, Callable[[Graph], str]] = {"spec": _spec, "slide": _slide, "torch": _torch, "keras": _keras}
"""The notations that a network can be written in."""
