"""Shapes, parameters, multiply-adds and runnable ONNX of neural networks, exactly, from a line of text.

>>> import archcalc
>>> archcalc.parse("INPUT 227x227x3 -> CONV 96 11x11 s4 -> POOL 3 s2").output
(27, 27, 96)
"""

from __future__ import annotations

from .analysis.table import Row, Totals
from .errors import (
    ArchcalcError,
    Diagnostic,
    FileError,
    Fix,
    LimitError,
    MissingError,
    Place,
    SpecError,
    UsageError,
)
from .layers import (
    Layer,
    conv1d,
    conv2d,
    conv3d,
    conv_transpose2d,
    depthwise_conv2d,
    fully_connected,
    linear,
    pool2d,
)
from .load import shipped_names
from .network import Network, grade, load, parse, solve, sweep
from .tables import Table

__version__ = "0.1.0"

__all__ = [
    "ArchcalcError",
    "Diagnostic",
    "FileError",
    "Fix",
    "Layer",
    "LimitError",
    "MissingError",
    "Network",
    "Place",
    "Row",
    "SpecError",
    "Table",
    "Totals",
    "UsageError",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose2d",
    "depthwise_conv2d",
    "fully_connected",
    "grade",
    "linear",
    "load",
    "parse",
    "pool2d",
    "shipped_names",
    "solve",
    "sweep",
]
