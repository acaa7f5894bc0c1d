"""Help that teaches by example."""

from __future__ import annotations

import sys

from .. import __version__
from .arguments import parser
from .commands import GROUPS, NAMES

_OVERVIEW = """\
usage: archcalc [COMMAND] SPEC [options]

The shapes, parameters, multiply-adds and memory of a neural network, exactly,
from a line of text; and a model that runs.

  archcalc "INPUT 227x227x3 -> CONV 96 11x11 s4"   its table
  archcalc "INPUT 32x32x3 -> CONV 10 5x5 p2 => ?"  what comes out?
  archcalc alexnet                                 a network that is shipped
  archcalc net.arch --json                         a file, for programs
  archcalc "CONV 8 3x3" --input 32x32x3            the input from outside
  archcalc verify alexnet                          run it: is every volume right?

commands, each with --help:
{commands}
A SPEC is the text itself in quotes, a file (.onnx too), - for standard input,
or the name of a shipped spec. Layers are UPPERCASE; -> means "then"; => claims
a volume.

  archcalc --version   the version
  archcalc help show   the same as archcalc show --help
"""


def overview() -> str:
    """What archcalc is for, and its commands by what people want of them."""
    room = max(map(len, NAMES))
    groups = [
        "\n".join(f"  {name:{room}}  {command.about}" for name, command in group.items()) for group in GROUPS.values()
    ]
    return _OVERVIEW.format(commands="\n\n".join(groups) + "\n")


def help(words: list[str]) -> int:
    """The help of a command, or the overview if none is named."""
    sys.stdout.write(parser(words[0]).format_help() if words else overview())
    return 0


def version(words: list[str]) -> int:
    """The version, as a line."""
    sys.stdout.write(f"archcalc {__version__}\n")
    return 0
