"""The layers of archcalc/ops/pool.py."""

from . import Case

CASES: tuple[Case, ...] = ()
