"""The layers of archcalc/ops/volume.py."""

from . import Case

CASES: tuple[Case, ...] = ()
