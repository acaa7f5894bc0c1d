"""The layers of archcalc/ops/merge.py."""

from . import Case

CASES: tuple[Case, ...] = ()
