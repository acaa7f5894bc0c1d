"""LSTM, GRU, RNN."""

from __future__ import annotations

LIFTS: dict[str, object] = {}
