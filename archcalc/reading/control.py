"""If, Loop and Scan: what their bodies store and compute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .site import Site
from .value import Value

if TYPE_CHECKING:
    from .reader import Reader, Scope


def control(reader: Reader, site: Site, scope: Scope) -> Sequence[Value]:
    """The outputs of control flow."""
    from .lifts import Step  # noqa: PLC0415
    from .lifts.generic import generic  # noqa: PLC0415

    outputs = [site.declared_value(index) for index in range(len(site.call.outputs))]
    return generic(Step(reader, site, scope, outputs), False)
