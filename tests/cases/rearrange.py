"""The layers of archcalc/ops/rearrange.py."""

from . import Case

CASES: tuple[Case, ...] = ()
