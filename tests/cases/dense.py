"""The layers of archcalc/ops/dense.py."""

from . import Case

CASES: tuple[Case, ...] = ()
