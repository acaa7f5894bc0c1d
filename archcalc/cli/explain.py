"""explain: the arithmetic of a network, or of a layer of it."""

from __future__ import annotations

import sys

from ..report import explain as forms
from ..report import json, text
from .arguments import parse
from .common import network
from .words import specs_of


def explain(words: list[str]) -> int:
    """The arithmetic, with the numbers put in."""
    given = parse("explain", words)
    given.spec, layer = _spec_and_layer(given.spec)
    net = network(given, "explain", given.input)
    explanation = net.explain(layer)
    if given.json:
        net.check()  # before anything is printed: it is the explanation or the errors
        sys.stdout.write(json.document(forms.as_dict(explanation)))
    elif given.md:
        sys.stdout.write(forms.markdown(explanation))
    elif given.tex:
        from ..report.explain_tex import document  # noqa: PLC0415 - rarely needed

        sys.stdout.write(document(explanation))
    else:
        text.write(forms.report(explanation, text.screen(sys.stdout)[0]), sys.stdout)
    net.check()
    return 0


def _spec_and_layer(words: list[str]) -> tuple[list[str], str]:
    """The SPEC and the path of a layer, "" if none is given; a spec may stand without its quotes."""
    specs = specs_of(words)
    return (specs[:1], specs[1]) if len(specs) == 2 else (specs, "")
