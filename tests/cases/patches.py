"""The layers of archcalc/ops/patches.py."""

from . import Case

CASES: tuple[Case, ...] = ()
