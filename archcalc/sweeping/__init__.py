"""Families of networks: one spec with several values for its names."""

from .family import Family, Variant
from .sweep import MAX_VARIANTS, sweep

__all__ = ["MAX_VARIANTS", "Family", "Variant", "sweep"]
