"""Weight files for tests, written with plain code: nothing here is the code that reads them."""

from __future__ import annotations

import json
import struct
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import archcalc

_CODES = {"float32": "F32", "float16": "F16", "float64": "F64", "int64": "I64", "uint8": "U8", "bool": "BOOL"}


def bfloat16(array: Any) -> Any:
    """The bits of float32 numbers cut to bfloat16, as uint16."""
    return (np.ascontiguousarray(array, np.float32).view(np.uint32) >> 16).astype(np.uint16)


def table(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """The table of contents of a safetensors file; uint16 stands for the bits of bfloat16."""
    start, rows = 0, {}
    for name, array in tensors.items():
        code = "BF16" if array.dtype == np.uint16 else _CODES[array.dtype.name]
        rows[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [start, start + array.nbytes]}
        start += array.nbytes
    return rows


def pack(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    """A safetensors file of a header (JSON, unless it is bytes already) that claims a length, and data."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def save_safetensors(path: Path, tensors: Mapping[str, Any]) -> Path:
    """Write tensors as .safetensors."""
    arrays = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    with path.open("wb") as file:
        file.write(pack(table(arrays)))
        for array in arrays.values():
            file.write(array.tobytes())
    return path


def save_npz(path: Path, tensors: dict[str, Any]) -> Path:
    """Write tensors as .npz, in their order."""
    np.savez(path, **tensors)
    return path


def refused(code: str, spec: str, path: Path, **options: Any) -> str:
    """The text of the error that running with a file gives."""
    with pytest.raises(archcalc.ArchcalcError) as error:
        archcalc.parse(spec).run(weights=path, **options)
    assert [diagnostic.code for diagnostic in error.value.diagnostics] == [code], str(error.value)
    return str(error.value)


def peak(work: Callable[[], object]) -> int:
    """The most bytes that Python and numpy held at once, above those before."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
