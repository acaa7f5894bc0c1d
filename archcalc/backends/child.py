"""A process that runs one model in onnxruntime, so that a model that crashes takes nothing else with it.

`python -m archcalc.backends.child` reads a request from standard input, a JSON line and arrays, and answers on standard
output in the same way. Nothing is written to files: the system is told to refuse that.
"""

from __future__ import annotations

import json
import sys
from io import BytesIO
from typing import IO, Any

import numpy as np

from .binding import Bound
from .session import CUDA, load_runtime, options_of, providers_of
from .weights import Array


def main() -> None:
    """Answer the one request."""
    request, arrays = receive(sys.stdin.buffer)
    _limit(request)
    try:
        said, results = _run(request, arrays)
    except Exception as error:
        said, results = {"error": (str(error).strip().splitlines() or [type(error).__name__])[0][:400]}, {}
    send(sys.stdout.buffer, said, results)


def _limit(request: dict[str, Any]) -> None:
    """No files, no traces of a crash, and on the CPU no more memory than there is."""
    try:
        import resource  # noqa: PLC0415 - not everywhere
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if request["device"] != CUDA and request["memory"]:
        resource.setrlimit(resource.RLIMIT_AS, (request["memory"], request["memory"]))


def _run(request: dict[str, Any], arrays: dict[str, Array]) -> tuple[dict[str, Any], dict[str, Array]]:
    runtime = load_runtime()
    options = options_of(runtime, request["threads"])
    session = runtime.InferenceSession(
        _model(request, options), options, providers=providers_of(runtime, request["device"]), enable_fallback=0
    )
    used = CUDA if session.get_providers()[0] == "CUDAExecutionProvider" else "cpu"
    wanted = set(request["outputs"]) or None
    names = [one.name for one in session.get_outputs() if wanted is None or one.name in wanted]
    bound = Bound(session, used, arrays, names)
    seconds = [bound.run() for _ in range(request["repeat"])]
    results = bound.results()
    shapes = {name: list(np.shape(result)) for name, result in zip(names, results, strict=True)}
    kept = {} if request["shapes_only"] else dict(zip(names, map(np.asarray, results), strict=True))
    return {"device": used, "seconds": seconds, "shapes": shapes}, kept


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
