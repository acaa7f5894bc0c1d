"""One layout for specs."""

from .layout import canonical

__all__ = ["canonical"]
