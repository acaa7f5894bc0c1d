"""Operators of com.microsoft."""

from __future__ import annotations

LIFTS: dict[str, object] = {}
