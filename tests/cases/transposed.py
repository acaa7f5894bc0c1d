"""The layers of archcalc/ops/transposed.py."""

from . import Case

CASES: tuple[Case, ...] = ()
