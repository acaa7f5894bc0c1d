"""The layers of archcalc/ops/arrange.py."""

from . import Case

CASES: tuple[Case, ...] = ()
