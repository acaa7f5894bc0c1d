"""The layers of archcalc/ops/activation.py."""

from . import Case

CASES: tuple[Case, ...] = ()
