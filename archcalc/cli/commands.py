"""The commands: what each is for, and in which file. Files are imported when they are used: start-up time counts."""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """A function of a file in this package, and a line of help."""

    file: str
    function: str
    about: str


GROUPS: dict[str, dict[str, Command]] = {
    "count": {
        "show": Command("show", "show", "volumes, parameters, multiply-adds (if no command is named)"),
        "check": Command("check", "check", "does everything that specs claim hold? silent if it does"),
        "memory": Command("memory", "memory", "bytes of inference and training, the largest batch that fits"),
        "training": Command("training", "training", "multiply-adds of a training step, forward and backward"),
        "roofline": Command("roofline", "roofline", "bytes that layers move, and what bounds them on a device"),
    },
    "compare": {
        "diff": Command("diff", "diff", "what changed between two networks, and what it costs"),
        "sweep": Command("sweep", "sweep", "a family of networks in one table, or as a chart"),
        "compare-tools": Command("compare_tools", "compare_tools", "what other tools print, and what each counts"),
    },
    "learn": {
        "explain": Command("explain", "explain", "the arithmetic of every layer, with the numbers put in"),
        "solve": Command("solve", "solve", "the values of question marks: p?, s?, ?x?x3"),
        "grade": Command("grade", "grade", "an answer sheet: which claimed volumes and totals are right"),
        "match": Command("match", "match", "does it follow a pattern like [[CONV -> RELU]*N -> POOL?]*M"),
    },
    "run": {
        "export": Command("export", "export", "an ONNX file that runs"),
        "run": Command("models", "run", "feed an array, an image or numbers, see what comes out"),
        "verify": Command("models", "verify", "every predicted volume against what onnxruntime produces"),
        "bench": Command("bench", "bench", "the time of every layer, beside the work predicted for it"),
    },
    "write": {
        "convert": Command("convert", "convert", "slides and ONNX to specs; specs to slides, PyTorch, Keras"),
        "fmt": Command("fmt", "fmt", "specs in their one layout"),
    },
    "look up": {
        "list": Command("listing", "list_specs", "the shipped specs, the layers of the language, devices"),
        "schema": Command("schema", "schema", "what a command prints with --json, as a JSON Schema"),
    },
}
"""By what people want of them."""

COMMANDS = {name: command for group in GROUPS.values() for name, command in group.items()}
EVERY = {
    **COMMANDS,
    "help": Command("help", "help", ""),
    "version": Command("help", "version", ""),
}
"""With those that are options to people."""

NAMES = tuple(COMMANDS)
