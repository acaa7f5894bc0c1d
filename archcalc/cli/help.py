"""Help that teaches by example."""

from __future__ import annotations

import sys

from .. import __version__
from .arguments import parser

OVERVIEW = """\
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
  show     volumes, parameters, multiply-adds, memory (if no command is named)
  check    does everything that the specs claim hold? silent if it does
  diff     what changed between two networks, and what it costs
  training  multiply-adds of a training step, forward and backward
  roofline  bytes that layers move, and what bounds them on a device
  memory   bytes of inference and training, and the largest batch that fits
  sweep    a family of networks in one table, or as a chart
  compare-tools  what other tools print for it, and what each counts
  explain  the arithmetic of every layer, with the numbers put in
  export   an ONNX file that runs
  run      feed an array, an image or numbers, and see what comes out
  bench    the time of every layer, beside the work predicted for it
  verify   compare every predicted volume with what onnxruntime produces
  solve    the values of question marks: p?, s?, ?x?x3
  convert  a slide's listing or ONNX to a spec, a spec to a listing, PyTorch or Keras
  fmt      specs in their one layout
  grade    an answer sheet: which claimed volumes and totals are right
  match    does a network follow a pattern like [[CONV -> RELU]*N -> POOL?]*M
  list     the shipped specs, or the layers of the language
  schema   what a command prints with --json, as a JSON Schema

A SPEC is the text itself in quotes, a file, - for standard input, or the name
of a shipped spec. Layers are UPPERCASE; -> means "then"; => claims a volume.

  archcalc --version   the version
  archcalc help show   the same as archcalc show --help
"""


def help(words: list[str]) -> int:
    """The help of a command, or the overview if none is named."""
    sys.stdout.write(parser(words[0]).format_help() if words else OVERVIEW)
    return 0


def version(words: list[str]) -> int:
    """The version, as a line."""
    sys.stdout.write(f"archcalc {__version__}\n")
    return 0
