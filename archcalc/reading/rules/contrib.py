"""Operators of onnxruntime's own domain, com.microsoft, as its documentation has them."""

from __future__ import annotations

from . import elementwise

RULES = {
    **{("com.microsoft", op): elementwise.same for op in ("Gelu", "FastGelu", "BiasGelu", "QuickGelu")},
}
