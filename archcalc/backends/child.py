"""A process that runs one model in onnxruntime, so that a model that crashes takes nothing else with it.

`python -m archcalc.backends.child` reads a request from standard input, a JSON line and arrays, and answers on standard
output in the same way. Nothing is written to files: the system is told to refuse that. Only the profiler has to write
what it measures to one, in the folder that the request names and its sender removes.
"""

from __future__ import annotations

import json
import os
import sys
from io import BytesIO
from threading import Thread
from time import sleep
from typing import IO, Any

import numpy as np

from ..errors import ArchcalcError, MissingError
from .binding import Bound
from .session import CUDA, load_runtime, options_of, providers_of, used_by
from .timing import timed
from .weights import Array

MAX_TIMES = 1 << 30
"""Bytes that the profiler may write."""


def main() -> None:
    """Answer the one request."""
    Thread(target=_outlive_nobody, args=(os.getppid(),), daemon=True).start()
    request, arrays = receive(sys.stdin.buffer)
    _limit(request)
    try:
        said, results = _run(request, arrays)
    except MissingError as error:
        first = error.diagnostics[0]
        said, results = {"missing": [first.code, first.message, first.note, first.help]}, {}
    except Exception as error:
        said, results = {"error": _reason(error)}, {}
    send(sys.stdout.buffer, said, results)


def _outlive_nobody(parent: int) -> None:
    """End when whoever asked is gone, however that ended: a model may run for ever."""
    while os.getppid() == parent:
        sleep(1)
    os._exit(1)


def _reason(error: Exception) -> str:
    """What the runtime says, in one line."""
    if isinstance(error, ArchcalcError) and error.diagnostics[0].note:
        return str(error.diagnostics[0].note)
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:400]


def _limit(request: dict[str, Any]) -> None:
    """No files but what is measured, no traces of a crash, and on the CPU no more memory than there is."""
    try:
        import resource  # noqa: PLC0415 - not everywhere
    except ImportError:
        return
    size = MAX_TIMES if request["folder_of_times"] else 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if request["device"] != CUDA and request["memory"]:
        resource.setrlimit(resource.RLIMIT_AS, (request["memory"], request["memory"]))


def _run(request: dict[str, Any], arrays: dict[str, Array]) -> tuple[dict[str, Any], dict[str, Array]]:
    session, used = _session(request)
    wanted = set(request["outputs"]) or None
    names = [one.name for one in session.get_outputs() if wanted is None or one.name in wanted]
    if request["folder_of_times"]:
        del session
        return _bench(request, arrays, names), {}
    bound = Bound(session, used, arrays, names)
    seconds = [bound.run() for _ in range(request["repeat"])]
    results = bound.results()
    shapes = {name: list(np.shape(result)) for name, result in zip(names, results, strict=True)}
    kept = {} if request["shapes_only"] else dict(zip(names, map(np.asarray, results), strict=True))
    return {"device": used, "seconds": seconds, "shapes": shapes}, kept


def _bench(request: dict[str, Any], arrays: dict[str, Array], names: list[str]) -> dict[str, Any]:
    """The times of whole runs, and the kernels of further ones."""

    def opened(profile: str) -> tuple[Any, str]:
        return _session(request, profile)

    return timed(opened, arrays, names, request["repeat"], request["folder_of_times"])._asdict()


def _session(request: dict[str, Any], profile: str = "") -> tuple[Any, str]:
    runtime = load_runtime()
    options = options_of(runtime, request["threads"], profile)
    session = runtime.InferenceSession(
        _model(request, options), options, providers=providers_of(runtime, request["device"]), enable_fallback=0
    )
    return session, used_by(session, request["device"])


def _model(request: dict[str, Any], options: Any) -> Any:
    """The file itself; with further outputs its bytes, and those behind them: messages in two parts are joined."""
    if not request["more"]:
        return request["path"]
    folder = request["folder"]
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", folder)
    with open(request["path"], "rb") as file:  # noqa: PTH123 - one call
        return file.read() + bytes.fromhex(request["more"])


def send(stream: IO[bytes], said: dict[str, Any], arrays: dict[str, Array]) -> None:
    """A JSON line, then the arrays."""
    stream.write(json.dumps({**said, "arrays": list(arrays)}).encode() + b"\n")
    if arrays:
        held = BytesIO()
        np.savez(held, *arrays.values())
        stream.write(held.getvalue())
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], dict[str, Array]]:
    """What was sent."""
    said = json.loads(stream.readline())
    names = said.pop("arrays")
    if not names:
        return said, {}
    with np.load(BytesIO(stream.read()), allow_pickle=False) as held:
        return said, {name: held[f"arr_{index}"] for index, name in enumerate(names)}


if __name__ == "__main__":
    main()
