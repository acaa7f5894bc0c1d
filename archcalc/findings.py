"""Memory, training, roofline and differences as users of the library hold them: they print, and show in notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Self

from .analysis import diff, storage, traffic, training
from .errors import Styled
from .shape import show


class _Shown:
    """What is found is its report, as text and in notebooks."""

    @classmethod
    def of(cls, plain: Any) -> Self:
        """The same with its forms added."""
        return cls(**{field.name: getattr(plain, field.name) for field in fields(plain)})

    def _report(self) -> Sequence[Styled]:
        raise NotImplementedError

    def _about(self) -> str:
        raise NotImplementedError

    def __str__(self) -> str:
        return "\n".join("".join(text for text, _ in line).rstrip() for line in self._report())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._about()}>"

    def _repr_html_(self) -> str:
        from html import escape  # noqa: PLC0415 - only in notebooks

        return f'<pre class="archcalc">{escape(str(self))}</pre>'


class _Layered(_Shown):
    """What is found layer by layer is a data frame, too."""

    if TYPE_CHECKING:

        def as_dict(self) -> dict[str, Any]: ...

    def records(self) -> list[dict[str, Any]]:
        """A flat dictionary a layer, for data frames: what JSON has, shapes as text, None for what is not known."""
        return [{key: _flat(value) for key, value in layer.items()} for layer in self.as_dict()["layers"]]


def _flat(value: Any) -> Any:
    return show(tuple(value)) if isinstance(value, list) else value


class Memory(_Shown, storage.Memory):
    """The bytes of an inference and of training.

    >>> from archcalc import load
    >>> load("lenet5").memory(batch=8)
    <Memory of lenet5: float32, batch 8>
    """

    def _report(self) -> Sequence[Styled]:
        from .report.memory import report  # noqa: PLC0415 - only who prints waits for it

        return report(self)

    def _about(self) -> str:
        return f"{_named(self.table)}{self.setting.dtype}, batch {self.setting.batch:,}"


class Training(_Layered, training.Training):
    """The multiply-adds of a training step.

    >>> from archcalc import load
    >>> load("lenet5").training().records()[1]["to_weights"]
    0
    >>> load("lenet5").training()
    <Training of lenet5: batch 1, 864,168 multiply-adds>
    """

    def _report(self) -> Sequence[Styled]:
        from .report.training import report  # noqa: PLC0415 - only who prints waits for it

        return report(self)

    def _about(self) -> str:
        return f"{_named(self.table)}batch {self.batch:,}, {_number(self.totals.total)} multiply-adds"


class Roofline(_Layered, traffic.Roofline):
    """The bytes that layers move, and what bounds them on a device.

    >>> from archcalc import load
    >>> load("alexnet").roofline("a100")
    <Roofline of alexnet: float32, batch 1, NVIDIA A100 80 GB SXM4, FP32>
    """

    def _report(self) -> Sequence[Styled]:
        from .report.roofline import report  # noqa: PLC0415 - only who prints waits for it

        return report(self)

    def _about(self) -> str:
        device = f", {self.device.about}" if self.device else ""
        return f"{_named(self.table)}{self.dtype}, batch {self.batch:,}{device}"


class Diff(_Shown, diff.Diff):
    """What changes from one network to another.

    >>> from archcalc import load
    >>> load("vgg16").diff(load("vgg19"))
    <Diff of vgg16 and vgg19: 39 same, 6 added>
    """

    def _report(self) -> Sequence[Styled]:
        from .report.diff import report  # noqa: PLC0415 - only who prints waits for it

        return report(self)

    def _about(self) -> str:
        names = " and ".join(table.graph.name or "a text" for table in (self.before, self.after))
        return f"{names}: {', '.join(f'{many:,} {what}' for what, many in self.counts.items() if many)}"

    def records(self) -> list[dict[str, Any]]:
        """A flat dictionary a layer, for data frames: its name, what happened to it, and what that costs."""
        return [
            {"name": change.name, "status": change.status, "text": change.shown.text, **_costs(change)}
            for change in self.changes
        ]


def _costs(change: diff.Change) -> dict[str, Any]:
    return {key: change.cost(key) if key != "macs" or change.counted else None for key in diff.COSTS}


def _named(table: Any) -> str:
    return f"{table.graph.name}: " if table.graph.name else ""


def _number(number: Any) -> str:
    return f"{number:,}" if isinstance(number, int) else str(number)
