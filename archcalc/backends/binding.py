"""A session with its inputs in place, for running the same thing many times."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any

from .session import CUDA, load_runtime, refused
from .weights import Array


class Bound:
    """A session and what it reads. On CUDA inputs and outputs stay on the device, so that copies are not timed."""

    def __init__(self, session: Any, device: str, feeds: Mapping[str, Array], outputs: list[str]) -> None:
        self._session, self._feeds, self._outputs = session, dict(feeds), outputs
        self._binding = self._bind() if device == CUDA else None

    def _bind(self) -> Any:
        values = load_runtime().OrtValue
        binding = self._session.io_binding()
        for name, array in self._feeds.items():
            binding.bind_ortvalue_input(name, values.ortvalue_from_numpy(array, CUDA, 0))
        for name in self._outputs:
            binding.bind_output(name, CUDA)
        return binding

    def run(self) -> float:
        """Run once; the seconds that it took."""
        start = perf_counter()
        try:
            if self._binding is None:
                self._results = self._session.run(self._outputs, self._feeds)
            else:
                self._session.run_with_iobinding(self._binding)
                self._binding.synchronize_outputs()
        except Exception as error:
            raise refused(error) from None
        return perf_counter() - start

    def results(self) -> list[Array]:
        """What the last run gave."""
        return list(self._results if self._binding is None else self._binding.copy_outputs_to_cpu())
