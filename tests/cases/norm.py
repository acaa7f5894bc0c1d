"""The layers of archcalc/ops/norm.py."""

from . import Case

CASES: tuple[Case, ...] = ()
