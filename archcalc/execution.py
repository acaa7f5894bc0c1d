"""What networks do with ONNX and onnxruntime."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .errors import Diagnostic, SpecError, UsageError
from .graph import Graph

if TYPE_CHECKING:
    from os import PathLike

    from .analysis.table import Table
    from .backends.bench import Bench
    from .backends.export import Export, Prepared
    from .backends.foreign import Foreign
    from .backends.runtime import Run, Verification


class Executable:
    """A network that can be written as a model, run, verified and timed."""

    graph: Graph

    def table(self) -> Table:
        """The network in numbers."""
        raise NotImplementedError

    def export(
        self, path: str | PathLike[str], *, weights: str | PathLike[str] = "random", match: str = "name", seed: int = 0,
        batch: int | str | None = None, opset: int | None = None, dtype: str = "float32", external: bool = False,
        reference: bool = False, force: bool = False, progress: Callable[[int, int], None] | None = None,
    ) -> Export:  # fmt: skip
        """Write the network as an ONNX file, whole or not at all; the same spec and seed give the same bytes.

        `weights` is "random" (He's or Xavier's scale, by `seed`), "zeros", a .safetensors or .npz file, its tensors
        found by `match`: "name", as PyTorch's state_dict has them, or "order" for .npz; or "virtual": places in a file
        that doesn't exist. `batch` is a number or "dynamic", by default what the spec sets, else dynamic; `opset` the
        lowest that serves unless given. `dtype` is "float32", "float16" or "bfloat16", of everything but what goes in
        and comes out.

        Weights lie beside the model, in a file called by their content, if one file cannot hold them or if `external`;
        with `reference` they stay in the .safetensors file, which must be in the model's folder. `progress` hears how
        many bytes of weights are written, and of how many. Raises FileError; LimitError if the disk lacks room, unless
        `force`; SpecError where the file doesn't have exactly the network's weights.
        """
        from .backends.export import export  # noqa: PLC0415 - onnx takes 100 ms to import

        prepared = self._prepared(weights, match, seed, batch, opset, dtype)
        return export(prepared, path, external=external, reference=reference, force=force, progress=progress)

    def run(
        self, inputs: Mapping[str, Any] | None = None, *, device: str = "cpu", weights: str | PathLike[str] = "random",
        match: str = "name", seed: int = 0, batch: int = 1, threads: int = 0, repeat: int = 1, force: bool = False,
        dtype: str = "float32",
    ) -> Run:  # fmt: skip
        """Execute the network in onnxruntime on "cpu", "cuda" or "auto" (CUDA if it is there).

        Arrays have the batch first (or leave it out), then the language's order of axes: (N, H, W, C). Without `inputs`
        random numbers are fed. Weights and `dtype` are as for `export`. `threads` work on one layer (0: one for every
        core); it runs `repeat` times, and `seconds` of what it returns has the time of each. Raises MissingError
        without onnxruntime or CUDA, LimitError if the memory does not suffice and `force` is not set.
        """
        if self.graph.origin is not None:
            model = self._foreign(weights, dtype)
            self._need(model, batch, "the run", force=force)
            given = model.inputs(batch, seed) if inputs is None else inputs
            return model.run(given, device, threads=threads, repeat=repeat, force=force)
        from .backends.memory import need  # noqa: PLC0415 - numpy takes 50 ms to import
        from .backends.runtime import memory_needed, random_inputs, run  # noqa: PLC0415 - onnxruntime takes 100 ms

        prepared = self._prepared(weights, match, seed, None, None, dtype)
        if not force:
            need(memory_needed(prepared, batch, expose=False), "the run")
        given = random_inputs(prepared, batch, seed) if inputs is None else inputs
        return run(prepared, given, device, threads=threads, repeat=repeat)

    def bench(
        self, *, device: str = "cpu", weights: str | PathLike[str] = "random", match: str = "name", seed: int = 0,
        batch: int = 1, threads: int = 0, repeat: int = 10, force: bool = False,
        dtype: str = "float32",
    ) -> Bench:  # fmt: skip
        """Time every layer in onnxruntime: seconds, achieved GFLOP/s, bytes and bandwidth beside the predicted work.

        Layers that the runtime fuses are told together. A few runs to warm up are left out. Raises MissingError
        without onnxruntime or CUDA, LimitError if the memory does not suffice and `force` is not set.
        """
        if self.graph.origin is not None:
            model = self._foreign(weights, dtype)
            self._need(model, batch, "the run", force=force)
            return self._bench_foreign(
                model, device=device, seed=seed, batch=batch, threads=threads, repeat=repeat,
                force=force,
            )  # fmt: skip
        from .backends.bench import bench  # noqa: PLC0415 - onnxruntime takes 100 ms to import
        from .backends.memory import need  # noqa: PLC0415 - numpy takes 50 ms to import
        from .backends.runtime import memory_needed, random_inputs  # noqa: PLC0415 - onnxruntime takes 100 ms

        prepared = self._prepared(weights, match, seed, None, None, dtype)
        if not force:
            need(memory_needed(prepared, batch, expose=False), "the run")
        inputs = random_inputs(prepared, batch, seed)
        return bench(prepared, self.table(), inputs, device=device, threads=threads, batch=batch, repeat=repeat)

    def verify(
        self, *, device: str = "cpu", weights: str | PathLike[str] = "random", match: str = "name", seed: int = 0,
        batch: int = 2, threads: int = 0, force: bool = False, dtype: str = "float32",
    ) -> Verification:  # fmt: skip
        """Run the network with every volume exposed, and compare each with the predicted one.

        Raises MissingError without onnxruntime or CUDA, LimitError if memory does not suffice and `force` is not set.
        """
        if self.graph.origin is not None:
            model = self._foreign(weights, dtype)
            self._need(model, 1, "the run with every volume exposed", force=force, expose=True)
            return model.verify(device, seed, threads=threads, force=force)
        from .backends.memory import need  # noqa: PLC0415 - numpy takes 50 ms to import
        from .backends.runtime import memory_needed, verify  # noqa: PLC0415 - onnxruntime takes 100 ms to import

        needed = {self.graph.nodes[index].name for index in self.graph.needed()}
        expected = sum(row.params + row.cost.buffers for row in self.table().rows if row.name in needed)
        prepared = self._prepared(weights, match, seed, "dynamic", None, dtype)
        if not force:
            need(memory_needed(prepared, batch, expose=True), "the run with every volume exposed")
        return verify(prepared, expected, device, batch, seed, threads=threads)

    def _need(self, model: Foreign, batch: int, what: str, *, force: bool, expose: bool = False) -> None:
        """LimitError if the memory does not suffice for a model of which every size is known."""
        from .backends.memory import need  # noqa: PLC0415 - start-up time counts
        from .backends.runtime import bytes_of_run  # noqa: PLC0415 - numpy takes 50 ms to import

        if not force and not self.graph.free:
            need(bytes_of_run(self.graph, model.stored, model.examples(batch), expose), what)

    def _bench_foreign(self, model: Foreign, *, batch: int, **options: Any) -> Bench:
        from .backends.foreignbench import bench  # noqa: PLC0415 - numpy takes 50 ms to import
        from .reading import Reading  # noqa: PLC0415 - few networks are read from models

        origin = self.graph.origin
        assert origin is not None
        reading = Reading(origin.input, origin.values)
        return bench(model, reading, self.table(), batch=batch, exported=origin.exported, **options)

    def _foreign(self, weights: str | PathLike[str], dtype: str) -> Foreign:
        """The model that the network was read from, which runs in a process of its own."""
        from .backends.foreign import Foreign  # noqa: PLC0415 - numpy takes 50 ms to import
        from .reading import Reading  # noqa: PLC0415 - few networks are read from models

        origin = self.graph.origin
        assert origin is not None
        if weights != "random" or dtype != "float32":
            message = "a model runs with the weights and in the type that it has"
            raise UsageError(Diagnostic("E674", message, help=("leave --weights and --dtype out",)))
        return Foreign(origin.path, Reading(origin.input, origin.values))

    def _prepared(
        self, weights: str | PathLike[str], match: str, seed: int, batch: int | str | None, opset: int | None,
        dtype: str = "float32",
    ) -> Prepared:  # fmt: skip
        from .backends.export import Prepared  # noqa: PLC0415 - onnx takes 100 ms to import

        if self.graph.free:
            names = " and ".join(self.graph.free)
            help = ("give them numbers: " + " ".join(f"--set {name}=..." for name in self.graph.free),)
            raise SpecError(Diagnostic("E256", f"only a network without free dimensions runs: {names}", help=help))
        if batch is None:
            batch = self.graph.settings.get("batch", "dynamic")
        return Prepared(self.graph, weights=weights, match=match, seed=seed, batch=batch, opset=opset, dtype=dtype)
