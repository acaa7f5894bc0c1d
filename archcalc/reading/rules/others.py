"""Sequences, texts, signals."""

from __future__ import annotations

from ..site import Site, Unknown
from ..tensor import BOOL, FLOAT, INT64, STRING
from ..value import Value


def sequence(site: Site) -> list[Value]:
    """A sequence of what goes in; the shape is that of its elements where they agree."""
    shapes = {value.shape for value in site.inputs if value is not None}
    return [Value(site.dtype() if site.inputs else FLOAT, shapes.pop() if len(shapes) == 1 else None, kind="sequence")]


def empty(site: Site) -> list[Value]:
    return [Value(site.integer("dtype", FLOAT), None, kind="sequence")]


def inserted(site: Site) -> list[Value]:
    held, item = site.need(0), site.need(1)
    return [Value(item.dtype, item.shape if held.shape == item.shape else None, kind="sequence")]


def kept(site: Site) -> list[Value]:
    return [site.need(0)._replace(view=None)]


def element(site: Site) -> list[Value]:
    held = site.need(0)
    return [Value(held.dtype, held.shape)]


def count(site: Site) -> list[Value]:
    return [Value(INT64, ())]


def joined(site: Site) -> list[Value]:
    raise Unknown


def parts(site: Site) -> list[Value]:
    return [Value(site.dtype(), None, kind="sequence")]


def optional(site: Site) -> list[Value]:
    value = site.at(0)
    return [Value(FLOAT, None, kind="optional") if value is None else value._replace(view=None)]


def inside(site: Site) -> list[Value]:
    value = site.need(0)
    return [value._replace(kind="tensor" if value.kind == "optional" else value.kind, view=None)]


def has_element(site: Site) -> list[Value]:
    return [Value(BOOL, ())]


def string_split(site: Site) -> list[Value]:
    return [Value(STRING, (*site.shape(), site.fresh("parts"))), Value(INT64, site.shape())]


def normalized_text(site: Site) -> list[Value]:
    x = site.shape()
    return [Value(STRING, (*x[:-1], site.fresh("words")))]


def dft(site: Site) -> list[Value]:
    x = site.shape()
    axis = site.items(2)
    if (site.given(2) and axis is None) or (site.given(1) and site.items(1) is None):
        raise Unknown
    place = site.axis(site.integer("axis", 1) if site.version < 20 else axis[0] if axis else -2, len(x))
    length = site.items(1)
    size = length[0] if length else x[place]
    inverse = site.integer("inverse")
    if site.integer("onesided") and not inverse:
        size = size // 2 + 1
    elif site.integer("onesided") and not length:
        size = 2 * (size - 1)
    last = 1 if site.integer("onesided") and inverse else 2
    return [Value(site.dtype(), (*x[:place], size, *x[place + 1 : -1], last))]


def stft(site: Site) -> list[Value]:
    x, step = site.shape(), site.items(1)
    length = site.items(3)
    size = length[0] if length else site.shape(2)[0] if site.given(2) else None
    if step is None or size is None:
        raise Unknown
    frames = (x[1] - size) // step[0] + 1
    return [Value(site.dtype(), (x[0], frames, size // 2 + 1 if site.integer("onesided", 1) else size, 2))]


def tf_idf(site: Site) -> list[Value]:
    places = site.integers("ngram_indexes", ()) or (0,)
    return [Value(FLOAT, (*site.shape()[:-1], max(places) + 1))]


def image(site: Site) -> list[Value]:
    channels = 1 if site.text("pixel_format", "RGB") == "Grayscale" else 3
    return [Value(2, (site.fresh("height"), site.fresh("width"), channels))]


RULES = {
    "SequenceConstruct": sequence, "SequenceEmpty": empty, "SequenceInsert": inserted, "SequenceErase": kept,
    "SequenceAt": element, "SequenceLength": count, "ConcatFromSequence": joined, "SplitToSequence": parts,
    "Optional": optional, "OptionalGetElement": inside, "OptionalHasElement": has_element,
    "StringSplit": string_split, "StringNormalizer": normalized_text, "DFT": dft, "STFT": stft,
    "TfIdfVectorizer": tf_idf, "ImageDecoder": image,
}  # fmt: skip
