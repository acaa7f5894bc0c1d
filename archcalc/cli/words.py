"""What the words of the command line mean, before argparse sees them."""

from __future__ import annotations

import re
from collections import deque
from os.path import exists
from typing import Any

from ..errors import UsageError
from ..load import shipped
from ..words import nearest
from .commands import NAMES

_SETTING = r"[A-Za-z_][\w.]*=\S+"
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_SEVERAL = {
    "--set": re.compile(_SETTING), "--set-b": re.compile(_SETTING), "--input": re.compile(f"{_NUMBER}|{_SETTING}"),
}  # fmt: skip
"""The options that go on taking words, as long as these look like that."""


def command_of(words: list[str]) -> tuple[str, list[str]]:
    """The command and its words; `show` where none is named."""
    first = next((word for word in words if word not in ("--debug", "--json")), "")
    if first == "help" or {"-h", "--help"} & set(words):
        return "help", [word for word in words if word in NAMES]
    if first == "--version":
        return "version", []
    if first not in NAMES:
        return "show", words
    place = words.index(first)
    return first, words[:place] + words[place + 1 :]


def spread(words: list[str]) -> list[str]:
    """Options that take several words get one word each: --set N=2 M=3 is --set=N=2 --set=M=3.

    >>> spread(["--set", "N=2", "M=3", "net.arch", "--input", "1", "-5", "3"])
    ['--set=N=2', '--set=M=3', 'net.arch', '--input=1', '--input=-5', '--input=3']
    >>> spread(["--sort", "-macs"])
    ['--sort=-macs']
    """
    result: list[str] = []
    waiting = deque(words)
    while waiting:
        word = waiting.popleft()
        if word == "--sort" and waiting:  # its word may begin with -
            result.append(f"{word}={waiting.popleft()}")
            continue
        if word not in _SEVERAL or not waiting:
            result.append(word)
            continue
        result.append(f"{word}={waiting.popleft()}")
        while waiting and _SEVERAL[word].fullmatch(waiting[0]):
            result.append(f"{word}={waiting.popleft()}")
    return result


def one_spec(words: list[str], command: str) -> str:
    """The SPEC among the words: the only one, or several that are a spec without its quotes."""
    specs = specs_of(words)
    if len(specs) == 1:
        return specs[0]
    near = nearest(specs[0], NAMES)
    if not shipped(specs[0]) and not exists(specs[0]):
        help = f"did you mean {near[0]}?" if near else f"the commands are {', '.join(NAMES)}"
        raise UsageError.of("E623", f"there is no command {specs[0]}", help=(help, _QUOTE))
    raise UsageError.of("E624", f"{command} takes one SPEC, {len(specs)} given: {', '.join(specs[:4])}", help=(_QUOTE,))


def specs_of(words: list[str]) -> list[str]:
    """The SPECs; words that begin with a layer are one, given without quotes."""
    first = words[0]
    if len(words) == 1 or " " in first or not (first.isupper() or first[0] == "[" or first[-1] == ":"):
        return words
    if "-" in words:
        note = "it took > for itself, and the next word for the name of a file to write"
        raise UsageError.of("E622", "the shell has cut the spec at its arrow", note, (_QUOTE,))
    return [" ".join(words)]


_QUOTE = 'quote the spec: archcalc "INPUT 32x32x3 -> CONV 10 5x5"'


def shape_of(text: str) -> tuple[int, ...]:
    """A shape like 224x224x3.

    >>> shape_of("224x224x3")
    (224, 224, 3)
    """
    sizes = text.replace("×", "x").split("x")
    if not all(size.isascii() and size.isdecimal() and 0 < len(size) < 19 and int(size) for size in sizes):
        help = ("write sizes of at least 1: --input 224x224x3",)
        raise UsageError.of("E625", f"--input {text} is no shape", help=help)
    return tuple(map(int, sizes))


def values_of(settings: list[str]) -> dict[str, Any]:
    """The names that --set gives values: numbers, shapes, layer words.

    >>> values_of(["N=2", "k=3x3", "act=RELU6"])
    {'N': 2, 'k': (3, 3), 'act': 'RELU6'}
    """
    return dict(_setting(text) for text in settings)


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if equals and name.isidentifier():
        from ..sweeping.values import value as value_of  # noqa: PLC0415 - start-up time counts

        found = value_of(value)
        if found is not None:
            return name, found
    help = ("write --set n=2, --set a=0.5, --set k=3x3 or --set act=RELU6",)
    raise UsageError.of("E626", f"--set {text} gives no name a value", help=help)
