"""Sessions of onnxruntime on the CPU or on CUDA. The only user of onnxruntime."""

from __future__ import annotations

import os
from typing import Any

from ..errors import Diagnostic, MissingError, SpecError, UsageError
from .elements import BFLOAT16
from .export import Prepared

CPU, CUDA, AUTO = "cpu", "cuda", "auto"
DEVICES = (CPU, CUDA, AUTO)


def load_runtime() -> Any:
    """onnxruntime, without its telemetry: the variable must be set before the import."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime  # noqa: PLC0415
    except ImportError:
        help = ("pip install 'archcalc[cpu]', or 'archcalc[cuda]' for a GPU: never both",)
        raise MissingError(Diagnostic("E701", "onnxruntime is not installed", help=help)) from None
    onnxruntime.set_default_logger_severity(3)
    return onnxruntime


def providers_of(runtime: Any, device: str) -> list[Any]:
    """Where a session may run. UsageError or MissingError for devices that are not there."""
    if device not in DEVICES:
        raise UsageError(Diagnostic("E614", f"there is no device {device}", help=(f"there are {', '.join(DEVICES)}",)))
    if device == CPU:
        return ["CPUExecutionProvider"]
    if "CUDAExecutionProvider" in runtime.get_available_providers():
        if hasattr(runtime, "preload_dlls"):
            runtime.preload_dlls()
        return [("CUDAExecutionProvider", {"use_tf32": "0"}), "CPUExecutionProvider"]
    if device == AUTO:
        return ["CPUExecutionProvider"]
    help = ("pip uninstall onnxruntime; pip install 'archcalc[cuda]'", "or run on --device cpu")
    raise MissingError(Diagnostic("E702", "this onnxruntime was built without CUDA", help=help))


def open_session(
    prepared: Prepared, device: str, expose: bool = False, *, threads: int = 0, profile: str = ""
) -> tuple[Any, str]:
    """A session of the model and the device that it really runs on; its weights are handed over in memory.

    `expose` makes every volume an output. `threads` work on one layer (0: one for every core); `profile` is how the
    name of a file with the times of all kernels begins.
    """
    runtime = load_runtime()
    providers = providers_of(runtime, device)
    options = options_of(runtime, threads, profile)
    names = list(prepared.model.weights)
    if names:
        values = [_value(runtime, prepared, name) for name in names]
        options.add_external_initializers(names, values)
    model = prepared.for_runtime(expose)
    try:
        session = runtime.InferenceSession(model, options, providers=providers, enable_fallback=0)
    except Exception as error:
        raise (_no_cuda(error) if device == CUDA else refused(error)) from None
    return session, used_by(session, device)


def used_by(session: Any, device: str) -> str:
    """The device that a session really runs on. MissingError where CUDA was asked for and it is another."""
    used = CUDA if session.get_providers()[0] == "CUDAExecutionProvider" else CPU
    if device == CUDA and used != CUDA:
        raise _no_cuda("the runtime fell back to the CPU")
    return used


def _value(runtime: Any, prepared: Prepared, name: str) -> Any:
    """A weight for the runtime. numpy has no bfloat16: its bits are whole numbers there."""
    tensor = prepared.tensor(name)
    if prepared.kind is BFLOAT16:
        return runtime.OrtValue.ortvalue_from_numpy_with_onnx_type(tensor, BFLOAT16.code)
    return runtime.OrtValue.ortvalue_from_numpy(tensor)


def options_of(runtime: Any, threads: int, profile: str = "") -> Any:
    """What every session is told."""
    options = runtime.SessionOptions()
    options.log_severity_level = 4  # errors come as exceptions; the log would write to the terminal
    options.intra_op_num_threads = threads
    if profile:
        options.enable_profiling = True
        options.profile_file_prefix = profile
    return options


def _no_cuda(reason: object) -> MissingError:
    help = (str(reason).strip().splitlines()[0][:200], "run on --device cpu, or --device auto to take what is there")
    return MissingError(Diagnostic("E703", "CUDA cannot be used here", help=help))


def refused(error: Exception) -> SpecError:
    """The runtime does not take a model that we made, which is a mistake of ours worth reporting."""
    reason = str(error).strip().splitlines()[0][:300]
    help = ("this is a bug of archcalc: please report the spec",)
    return SpecError(Diagnostic("E704", "onnxruntime refuses the model", reason, help))
