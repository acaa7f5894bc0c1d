"""Weight files that are not what they should be are refused, in little time and memory, each with a reason."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import archcalc
from archcalc.backends.export import Prepared

from .weightfiles import pack, peak, refused, save_npz, save_safetensors, table

ONE = "INPUT 2 -> ADD [p: PARAM 2, ID]"
"""A network with one weight: two numbers called p."""


def test_what_is_no_weight_file(tmp_path: Path) -> None:
    refused("E611", ONE, tmp_path / "w.h5")
    assert "a pickle may run code" in refused("E611", ONE, tmp_path / "w.pt")
    refused("E641", ONE, tmp_path / "missing.npz")
    refused("E641", ONE, tmp_path / "missing.safetensors")
    (tmp_path / "folder.npz").mkdir()
    refused("E641", ONE, tmp_path / "folder.npz")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes by name here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "w.npz")
    assert "it is not a file" in refused("E641", ONE, tmp_path / "w.npz")


ROW = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
DATA = np.ones(2, np.float32).tobytes()


def row(**changes: Any) -> dict[str, Any]:
    return {"p": ROW | changes}


HOSTILE_SAFETENSORS = {
    "empty": b"",
    "shorter than a length": b"\x08\0\0\0",
    "a length of 2**64 - 1": b"\xff" * 8 + b"{}",
    "a table longer than the file": pack(row(), b"", 10**6),
    "cut off in the table": pack(row())[:20],
    "cut off in the numbers": pack(row(), DATA[:5]),
    "bytes left behind": pack(row(), DATA + b"x"),
    "a zip": b"PK\x03\x04" + bytes(60),
    "no JSON": pack(b"{'p': 1}"),
    "not UTF-8": pack(b'{"\xff": 1}'),
    "a list": pack([1, 2]),
    "a number": pack(b"7"),
    "deep": pack(b"[" * 10**6),
    "deep objects": pack(b'{"a":' * 10**5),
    "a name twice": pack(b'{"p": %b, "p": %b}' % (json.dumps(ROW).encode(), json.dumps(ROW).encode()), DATA),
    "a key twice": pack(b'{"p": {"dtype": "F32", "shape": [2], "shape": [1], "data_offsets": [0, 8]}}', DATA),
    "a row that is no object": pack({"p": [1]}, DATA),
    "a row without its place": pack({"p": {"dtype": "F32", "shape": [2]}}, DATA),
    "a row with more": pack(row(extra=1), DATA),
    "a shape that is no list": pack(row(shape=2), DATA),
    "a negative size": pack(row(shape=[-2]), DATA),
    "two negative sizes": pack(row(shape=[-2, -1]), DATA),
    "a size that is no integer": pack(row(shape=[2.0]), DATA),
    "a size that is true": pack(row(shape=[True, 2]), DATA),
    "sizes without end": pack(row(shape=[2**62] * 4), DATA),
    "a thousand axes": pack(row(shape=[1] * 1000 + [2]), DATA),
    "digits without end": pack(b'{"p": {"shape": [%b]}}' % (b"9" * 5000), DATA),
    "offsets without end": pack(row(data_offsets=[0, 10**4000]), DATA),
    "a negative offset": pack(row(data_offsets=[-8, 0]), DATA),
    "offsets the wrong way": pack(row(data_offsets=[8, 0]), DATA),
    "offsets behind the end": pack(row(data_offsets=[8, 16]), DATA),
    "one offset": pack(row(data_offsets=[8]), DATA),
    "a place too large": pack(row(data_offsets=[0, 16]), DATA * 2),
    "overlapping": pack(row() | {"q": ROW}, DATA),
    "overlapping by half": pack(row() | {"q": ROW | {"data_offsets": [4, 12]}}, DATA + DATA[:4]),
    "a gap": pack(row() | {"q": ROW | {"data_offsets": [12, 20]}}, DATA + DATA + DATA[:4]),
    "infinite": pack(b'{"p": {"dtype": "F32", "shape": [Infinity], "data_offsets": [0, 8]}}', DATA),
}


@pytest.mark.parametrize("name", HOSTILE_SAFETENSORS)
def test_hostile_safetensors(tmp_path: Path, name: str) -> None:
    (tmp_path / "w.safetensors").write_bytes(HOSTILE_SAFETENSORS[name])
    assert "is damaged" in refused("E642", ONE, tmp_path / "w.safetensors")


@pytest.mark.parametrize("dtype", ["F8_E4M3", "C64", "F4", "f32", 32, None, ["F32"]])
def test_other_types_of_safetensors(tmp_path: Path, dtype: Any) -> None:
    (tmp_path / "w.safetensors").write_bytes(pack(row(dtype=dtype), DATA))
    assert f"p is {dtype}" in refused("E643", ONE, tmp_path / "w.safetensors")


def test_too_large_for_float32(tmp_path: Path) -> None:
    given = {"p": np.array([1, 1e300])}
    assert "too large" in refused("E643", ONE, save_safetensors(tmp_path / "w.safetensors", given))
    assert "too large" in refused("E643", ONE, save_npz(tmp_path / "w.npz", given))


def npy(array: Any, **changes: Any) -> bytes:
    """An array as .npy, with a changed description."""
    file = io.BytesIO()
    header = np.lib.format.header_data_from_array_1_0(array) | changes
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue() + bytes(array.tobytes())


def zipped(members: dict[str, bytes], packing: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def twice() -> bytes:
    """An archive with one name for two arrays: a copy of a name, changed back."""
    data = zipped({"p.npy": npy(np.ones(2, np.float32)), "q.npy": npy(np.zeros(2, np.float32))})
    return data.replace(b"q.npy", b"p.npy")


PAIR = np.ones(2, np.float32)
GOOD_NPZ = zipped({"p.npy": npy(PAIR)})
HOSTILE_NPZ = {
    "empty": b"",
    "no archive": b"\x93NUMPY" + bytes(100),
    "safetensors inside": pack(row(), DATA),
    "only the end": GOOD_NPZ[-22:],
    "a wrong magic": GOOD_NPZ.replace(b"NUMPY", b"NUMPI"),
    "a name twice": twice(),
    "an archive in the archive": zipped({"p.npz": GOOD_NPZ}),
    "an archive called an array": zipped({"p.npy": GOOD_NPZ}),
    "a folder": zipped({"p/": b""}),
    "packed otherwise": zipped({"p.npy": npy(PAIR)}, zipfile.ZIP_LZMA),
    "more than it says": zipped({"p.npy": npy(PAIR) + b"x"}),
    "less than it says": zipped({"p.npy": npy(PAIR)[:-1]}),
    "a shape without end": zipped({"p.npy": npy(PAIR, shape=(2**62, 2**62))}),
    "a negative shape": zipped({"p.npy": npy(PAIR, shape=(-2,))}),
    "two negative sizes": zipped({"p.npy": npy(PAIR, shape=(-2, -1))}),
    "a shape that is true": zipped({"p.npy": npy(PAIR, shape=(True, 2))}),
    "a description without end": zipped({"p.npy": b"\x93NUMPY\x02\x00" + b"\xff\xff\xff\x7f" + b"(" * 50000}),
    "deep brackets": zipped({"p.npy": b"\x93NUMPY\x01\x00" + (9000).to_bytes(2, "little") + b"(" * 9000}),
    "signs without end": zipped({"p.npy": b"\x93NUMPY\x01\x00" + (9000).to_bytes(2, "little") + b"-" * 8999 + b"1"}),
    "a call": zipped({"p.npy": b"\x93NUMPY\x01\x00" + (26).to_bytes(2, "little") + b"__import__('os').abort()  \n"}),
    "a version to come": zipped({"p.npy": b"\x93NUMPY\x09\x00" + bytes(90)}),
    "no description": zipped({"p.npy": b"\x93NUMPY\x01\x00"}),
    "nothing in it": zipped({"p.npy": b""}),
    "encrypted": GOOD_NPZ.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"),
}


@pytest.mark.parametrize("name", HOSTILE_NPZ)
def test_hostile_npz(tmp_path: Path, name: str) -> None:
    (tmp_path / "w.npz").write_bytes(HOSTILE_NPZ[name])
    assert "is damaged" in refused("E642", ONE, tmp_path / "w.npz")


OTHER_ARRAYS = {
    "objects": np.array([{}, 1], object),
    "complex": np.ones(2, np.complex64),
    "texts": np.array(["a", "b"]),
    "records": np.ones(2, [("a", "f4"), ("b", "f4")]),
    "raw bytes": np.ones(2, "V2"),
    "times": np.ones(2, "M8[s]"),
}


@pytest.mark.parametrize("name", OTHER_ARRAYS)
def test_other_types_of_npz(tmp_path: Path, name: str) -> None:
    """An array of objects is a pickle, which may run code."""
    np.savez(tmp_path / "w.npz", p=OTHER_ARRAYS[name])
    code = "E642" if name == "objects" else "E643"  # the pickle's length is not that of two pointers
    refused(code, ONE, tmp_path / "w.npz")


# Bounds on time and memory


def test_a_file_of_a_terabyte_costs_nothing(tmp_path: Path) -> None:
    """Files with holes: one whose table claims to be huge, one whose archive does."""
    for name, start in (("w.safetensors", (2**39).to_bytes(8, "little")), ("w.npz", b"PK\x03\x04")):
        with (tmp_path / name).open("wb") as file:
            file.write(start)
            file.truncate(2**40)
        assert peak(lambda path=tmp_path / name: refused("E642", ONE, path)) < 2**25  # type: ignore[misc]


def test_a_table_of_many_names_costs_little(tmp_path: Path) -> None:
    (tmp_path / "w.safetensors").write_bytes(pack(b"[" + b"{}," * (2**22) + b"{}]"))
    assert peak(lambda: refused("E642", ONE, tmp_path / "w.safetensors")) < 2**29
    (tmp_path / "v.safetensors").write_bytes(pack(b" " * (2**24 + 1)))
    assert "at most 16,777,216" in refused("E642", ONE, tmp_path / "v.safetensors")


def test_a_table_of_an_archive_is_bounded(tmp_path: Path) -> None:
    """The end of the archive claims 2 GiB of entries, all holes."""
    end = b"PK\x05\x06" + bytes(4) + b"\xff\xff" * 2 + (2**31).to_bytes(4, "little") + bytes(4) + bytes(2)
    with (tmp_path / "w.npz").open("wb") as file:
        file.truncate(2**31)
        file.seek(0, os.SEEK_END)
        file.write(end)
    assert "at most 16,777,216" in refused("E642", ONE, tmp_path / "w.npz")


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """A gigabyte of zeros in a megabyte, of a shape that no weight has."""
    with zipfile.ZipFile(tmp_path / "w.npz", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("p.npy", "w") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": (2**28,)})
        for _ in range(2**10):
            file.write(bytes(2**20))
    assert (tmp_path / "w.npz").stat().st_size < 2**21
    assert peak(lambda: refused("E646", ONE, tmp_path / "w.npz")) < 2**25


# Whatever the bytes, there is an answer or a refusal


@pytest.mark.parametrize("ending", [".safetensors", ".npz"])
def test_every_cut_is_refused(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"w{ending}"
    whole = pack(row(), DATA) if ending == ".safetensors" else GOOD_NPZ
    graph = archcalc.parse(ONE).graph
    path.write_bytes(whole)
    assert Prepared(graph, weights=path).tensor("p").tolist() == [1, 1]
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(archcalc.FileError):
            Prepared(graph, weights=path)


@pytest.mark.parametrize("ending", [".safetensors", ".npz"])
def test_every_changed_byte_is_answered(tmp_path: Path, ending: str) -> None:
    """Another byte in any place gives the right numbers, other ones where nothing checks them, or a refusal."""
    path = tmp_path / f"w{ending}"
    whole = pack(row(), DATA) if ending == ".safetensors" else zipped({"p.npy": npy(PAIR)}, zipfile.ZIP_DEFLATED)
    graph = archcalc.parse(ONE).graph
    wrong = 0
    for place in range(len(whole)):
        for change in (0x01, 0x80, 0xFF):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :])
            try:
                wrong += Prepared(graph, weights=path).tensor("p").tolist() != [1, 1]
            except archcalc.ArchcalcError:
                continue
    assert wrong <= (3 * len(DATA) if ending == ".safetensors" else 0)


def test_the_helper_writes_what_the_format_says() -> None:
    """The example of the format's own page: a 1x16x256 tensor of F16 takes 8,192 bytes."""
    rows = table({"TENSOR_NAME": np.zeros((1, 16, 256), np.float16)})
    assert rows == {"TENSOR_NAME": {"dtype": "F16", "shape": [1, 16, 256], "data_offsets": [0, 8192]}}
