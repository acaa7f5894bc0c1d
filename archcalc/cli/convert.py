"""convert: the same network in another notation, or as a framework's code."""

from __future__ import annotations

import sys
from collections.abc import Callable

from ..build import Options
from ..load import parse_spec, source_of
from ..slides import is_slide
from ..source import Source
from .arguments import options_of, parse
from .words import one_spec


def convert(words: list[str]) -> int:
    """A slide's listing as a spec, a spec as a slide lists it, either as PyTorch or Keras code."""
    given = parse("convert", words)
    options = options_of(given, given.input[-1] if given.input else None)
    source, options, _ = source_of(one_spec(given.spec, "convert"), options)
    to = given.to or ("arch" if is_slide(source.text) else "slide")
    text = WRITERS[to](source, options)
    if given.json:
        from ..report import json  # noqa: PLC0415 - start-up time counts

        text = json.document({"to": to, "text": text})
    sys.stdout.write(text)
    return 0


def _arch(source: Source, options: Options) -> str:
    from ..fmt import canonical  # noqa: PLC0415 - each notation imports its own writer
    from ..slides.spec import to_spec  # noqa: PLC0415

    return canonical(Source(to_spec(source)) if is_slide(source.text) else source)


def _slide(source: Source, options: Options) -> str:
    from ..slides.writing import to_slide  # noqa: PLC0415

    return to_slide(parse_spec(source.text, options, source.file))


def _torch(source: Source, options: Options) -> str:
    from ..codegen.torch import to_torch  # noqa: PLC0415

    return to_torch(parse_spec(source.text, options, source.file))


def _keras(source: Source, options: Options) -> str:
    from ..codegen.keras import to_keras  # noqa: PLC0415

    return to_keras(parse_spec(source.text, options, source.file))


WRITERS: dict[str, Callable[[Source, Options], str]] = {
    "arch": _arch, "slide": _slide, "torch": _torch, "keras": _keras,
}  # fmt: skip
"""The notations: each from a text, and what the command line says over it, to a text."""
