"""Families of networks: one spec with several values for its names."""

from .family import MAX_VARIANTS, Family, Variant, sweep

__all__ = ["MAX_VARIANTS", "Family", "Variant", "sweep"]
