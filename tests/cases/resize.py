"""The layers of archcalc/ops/resize.py."""

from . import Case

CASES: tuple[Case, ...] = ()
