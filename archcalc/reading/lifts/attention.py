"""ATTEND: ONNX's own Attention, and com.microsoft's MultiHeadAttention and Attention."""

from __future__ import annotations

from typing import Any

from ..value import Value
from .step import Step


def attention(step: Step) -> list[Value] | None:
    """Heads in the channels, no cache, no cap on the scores; a mask must be a volume of scores."""
    site = step.site
    if len(site.shape()) != 3 or site.given(4) or site.given(5) or site.real("softcap"):
        return None
    heads, kv = site.integer("q_num_heads"), site.integer("kv_num_heads")
    return attend(step, heads, kv, site.attr("scale"), bool(site.integer("is_causal")), 3 if site.given(3) else None)


def attend(step: Step, heads: int, kv: int, scale: float | None, causal: bool, mask: int | None) -> list[Value] | None:
    """An ATTEND on inputs 0, 1 and 2."""
    if mask is not None:
        return None
    lifter = step.lifter
    views = [step.view(index) for index in range(3)]
    drop = [0] if all(view.axes[0] in ((), (lifter.batch,)) for view in views) else []
    more: dict[str, Any] = {"kv": kv if kv != heads else None, "scale": scale, "causal": causal}
    nodes = [lifter.arranged(view, range(3), [axis for axis in drop if not view.axes[axis]]) for view in views]
    node = lifter.emit(step.op("ATTEND", heads, **more), nodes)
    batch = lifter.batch_axes(views[0])
    return step.only(lifter.placed(node, step.shape, range(3), batch, drop))


def multi_head(step: Step) -> list[Value] | None:
    """com.microsoft's MultiHeadAttention with queries, keys and values in three volumes."""
    site = step.site
    if any(site.given(index) for index in (3, 4, 5, 6, 7)) or not (site.given(1) and site.given(2)):
        return None
    if any(len(site.shape(index)) != 3 for index in range(3)):
        return None
    heads = site.integer("num_heads")
    return attend(step, heads, heads, site.attr("scale"), bool(site.integer("unidirectional")), None)


LIFTS: dict[Any, Any] = {"Attention": attention, ("com.microsoft", "MultiHeadAttention"): multi_head}
