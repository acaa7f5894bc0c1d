"""Exports that are killed, told to end, or run out of disk: what has its name is whole."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import archcalc
from archcalc.backends import files

from .commands import arguments, environment
from .test_export import LARGE, NET, content_name, linux, names, posix, tensors


def test_the_weights_are_there_before_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    publish = files.Unfinished.publish

    def note(new: files.Unfinished, target: Path) -> None:
        order.append(target.name)
        publish(new, target)

    monkeypatch.setattr(files.Unfinished, "publish", note)
    written = archcalc.parse(NET).export(tmp_path / "net.onnx", external=True)
    assert order == [written.data, "net.onnx"]


def running(folder: Path, words: str = "") -> subprocess.Popen[bytes]:
    """An export of some hundred megabytes under way."""
    command = arguments(f"export '{LARGE}' -o {folder}/net.onnx {words}")
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: any(path.stat().st_size for path in folder.glob(".archcalc-*.part")) or process.poll() is not None)
    return process


def until(done: Any) -> None:
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end
        time.sleep(0.001)


def whole(folder: Path) -> None:
    """Nothing stands under its name in part, and no model without its weights."""
    for path in folder.glob("weights-*"):
        assert path.name == content_name(path)
    if (folder / "net.onnx").exists():
        places = [place for place in tensors(folder / "net.onnx").values() if place]
        assert all((folder / place["location"]).exists() for place in places)


@posix
@pytest.mark.parametrize(("words", "delay"), [("", 0.1), ("--external", 0.0), ("--external", 0.3)])
def test_a_killed_export_leaves_nothing_in_part_and_the_next_one_cleans_up(
    words: str, delay: float, tmp_path: Path
) -> None:
    process = running(tmp_path, words)
    time.sleep(delay)
    process.kill()
    process.wait()
    whole(tmp_path)
    assert not (tmp_path / "net.onnx").exists()
    assert list(tmp_path.glob(".archcalc-*.part"))
    archcalc.parse(NET).export(tmp_path / "other.onnx")
    assert not list(tmp_path.glob(".archcalc-*"))
    shutil.rmtree(tmp_path)


@posix
@pytest.mark.slow
@pytest.mark.parametrize("round", range(30))
def test_a_kill_at_any_moment_leaves_whole_files(round: int, tmp_path: Path) -> None:
    process = running(tmp_path, "--external")
    time.sleep(np.random.default_rng(round).uniform(0, 1.5))
    process.kill()
    process.wait()
    whole(tmp_path)
    archcalc.parse(LARGE).export(tmp_path / "net.onnx", external=True)
    whole(tmp_path)
    assert len(names(tmp_path)) == 2
    shutil.rmtree(tmp_path)


@posix
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_an_export_that_is_told_to_end_leaves_nothing(number: int, code: int, tmp_path: Path) -> None:
    process = running(tmp_path, "--external")
    process.send_signal(number)
    assert process.wait(60) == code
    assert names(tmp_path) == []


@linux
def test_room_is_taken_before_anything_is_written(tmp_path: Path) -> None:
    with files.unfinished(tmp_path) as new:
        new.reserve(10_000_000)
        assert 512 * new.path.stat().st_blocks >= 10_000_000
    assert names(tmp_path) == []


@pytest.mark.parametrize("external", [False, True])
@pytest.mark.parametrize(("number", "refused"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EOPNOTSUPP, False)])
def test_a_system_that_has_no_room_to_give(
    number: int, refused: bool, external: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last doesn't know how to take it, and may have it all the same."""

    def refuse(*_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "posix_fallocate", refuse, raising=False)
    net = archcalc.parse(NET)
    if refused:
        with pytest.raises(archcalc.FileError, match=f"E606 .*: {os.strerror(number)}"):
            net.export(tmp_path / "net.onnx", external=external)
        net.export(tmp_path / "net.onnx", external=external, force=True)
    else:
        net.export(tmp_path / "net.onnx", external=external)
    assert len(names(tmp_path)) == 1 + external


@posix
def test_the_temporary_file_of_a_living_process_stays(tmp_path: Path) -> None:
    process = running(tmp_path)
    (other,) = tmp_path.glob(".archcalc-*.part")
    archcalc.parse(NET).export(tmp_path / "other.onnx")
    assert other.exists()
    process.terminate()
    process.wait()


def test_a_disk_that_fills_up_keeps_the_old_model(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    target = tmp_path / "net.onnx"
    target.write_bytes(b"old")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limit[1]))
    try:
        with pytest.raises(archcalc.FileError, match=r"E606 .*net.onnx cannot be written: File too large"):
            archcalc.parse(NET).export(target, external=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert (names(tmp_path), target.read_bytes()) == (["net.onnx"], b"old")


@pytest.mark.parametrize("target", ["folder", "missing/net.onnx"])
def test_what_cannot_be_written_is_told_before_the_weights_are(target: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(archcalc.FileError, match="E606"):
        archcalc.parse(NET).export(tmp_path / target, external=True)
    assert names(tmp_path) == ["folder"]
