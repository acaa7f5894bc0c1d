"""What to type instead of words and arguments that are not understood."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..ops import WORDS
from ..ops.fields import SHORT, Signature
from ..words import did_you_mean, layers_like, nearest


class Advice(NamedTuple):
    """A sentence, and the text that would be right in place of the mistake ("" where that is not sure)."""

    help: str
    write: str = ""


_OTHER_NAMES = {
    "stride": "strides step subsample",
    "pad": "padding pads zero_padding",
    "dilation": "dilations dilation_rate dilate rate",
    "groups": "group num_groups",
    "output_pad": "output_padding adj",
    "kernel": "kernel_size size k ksize kernelsize filter_size pool_size field window pool",
    "filters": "out_channels channels num_filters num_output depth features maps n f",
    "units": "out_features num_units num_output neurons n hidden",
    "shape": "input_shape size dim image",
    "rate": "p prob ratio dropout",
}
"""What other tools call the fields of our layers."""

_SAID = {
    "valid": "leave it out: nothing is padded unless p or same is given",
    "keep_prob": "DROP takes the share that is dropped: DROP 0.5",
    "activation": "an activation is a layer of its own: -> RELU",
    "act": "an activation is a layer of its own: -> RELU",
    "bn": "normalization is a layer of its own: -> BN",
    "name": "a label names a layer: c1: CONV 64 3x3",
    "data_format": "sizes are always height, width, channels",
}


def layer(word: str, arguments: str = "") -> str:
    """For a word that is no layer, given what stands behind it."""
    near = layers_like(word, WORDS)
    if near == ["POOL"] and word.upper() != "POOL":
        return f"did you mean {_pool(word.upper(), arguments)}?"
    if near and near[0] == word.upper():
        return f"layers are UPPERCASE: {near[0]}"
    return did_you_mean(near, "`archcalc list --layers` shows the layers; def makes blocks")


def _pool(word: str, arguments: str) -> str:
    """MAXPOOL 2 of other tools: where no stride is given the windows do not overlap."""
    mode = "avg " if word.startswith(("AVG", "AVERAGE", "MEAN")) else ""
    size = re.match(r"\d+(?:x\d+)*", arguments)
    if not size:
        return f"POOL {mode}2 s2"
    return f"POOL {mode}{arguments}" if re.search(r"\bs[\d=]", arguments) else f"POOL {mode}{arguments} s{size[0]}"


def unknown(word: str, value: str, signature: Signature, layer_word: str) -> Advice:
    """For a word, or a key and its value, that a layer does not have."""
    return meant(word, value, signature, layer_word) or _nearest(word, value, signature, layer_word)


def meant(word: str, value: str, signature: Signature, layer_word: str) -> Advice | None:
    """What other tools mean by a word, or a key and its value."""
    plain, plain_value = word.lower(), value.strip('"').lower()
    if "pad" in plain and plain_value in ("same", "valid"):
        return Advice(_SAID["valid"]) if plain_value == "valid" else Advice("did you mean same?", "same")
    if plain in ("bias", "use_bias", "has_bias") and "nobias" in signature.flags:
        if plain_value in ("0", "false", "no", "none"):
            return Advice("did you mean nobias?", "nobias")
        return Advice("leave it out: a layer has its bias unless nobias is said")
    if "mode" in plain and plain_value in signature.flags:
        return Advice(f"did you mean {plain_value}?", plain_value)
    key = next((key for key, field in signature.options.items() if plain == key or _means(plain, field.name)), "")
    if key:
        right = written(key, value)
        return Advice(f"did you mean {right}?", right if value else "")
    for field in signature.arguments:
        if _means(plain, field.name):
            names = " ".join(argument.name for argument in signature.arguments)
            return Advice(f"leave out the name, the place tells: {layer_word} {names}")
    return Advice(_SAID[plain]) if plain in _SAID else None


def _means(word: str, name: str) -> bool:
    return word == name or word in _OTHER_NAMES.get(name, "").split()


def _nearest(word: str, value: str, signature: Signature, layer_word: str) -> Advice:
    near = nearest(word, signature.words, 1)
    if near and near[0] in signature.flags:
        return Advice(f"did you mean {near[0]}?", near[0])
    if near:
        right = written(near[0], value)
        return Advice(f"did you mean {right}?", right if value else "")
    words = [f"{word}=" if word in signature.options and word not in SHORT else word for word in signature.words]
    return Advice(f"{layer_word} takes {', '.join(words)}" if words else f"{layer_word} takes no options")


def written(key: str, value: str) -> str:
    """An option as it is written: s2, or s=stride."""
    if key not in SHORT:
        return f"{key}={value or '...'}"
    return f"{key}{value or '...'}" if re.match(r"[\d?(]|\Z", value) else f"{key}={value}"


def example(key: str, what: str) -> str:
    """How an option is written, given what its values are."""
    like = re.search(r"like (\S+)\Z", what)
    return f"for example {written(key, like[1] if like else '2')}"


def split(word: str) -> tuple[str, str]:
    """The letters and the number of a word like stride2; twice "" for others."""
    match = re.fullmatch(r"([A-Za-z]+)_?(\d+(?:x\d+)*)", word)
    return (match[1], match[2]) if match else ("", "")


def name(text: str, known: list[str]) -> str:
    """For a name without a value, such as kxk where k has one."""
    parts = text.split("x")
    if len(parts) > 1 and all(part.isdigit() or part in known for part in parts):
        return "write " + "x".join(part if part.isdigit() else f"({part})" for part in parts)
    return did_you_mean(nearest(text, known), f"let {text}=... above gives it one")
