"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import disk_usage
from typing import BinaryIO

from ..errors import FileError, LimitError
from .memory import gib

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_PREFIX, _SUFFIX = ".archcalc-", ".part"
"""How temporary files are called. Each is locked while its process lives: those without a lock were left behind."""


class Unfinished:
    """A file that is being written, under a name that nobody asks for."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self.file = file
        self.path = path

    def reserve(self, size: int) -> None:
        """Take the room for so many bytes. OSError if there is not as much; systems that cannot tell let it be."""
        if not size or not hasattr(os, "posix_fallocate"):
            return
        try:
            os.posix_fallocate(self.file.fileno(), 0, size)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise

    def publish(self, target: Path) -> None:
        """Give it its name, in place of whatever had it."""
        self.file.flush()
        self.path.chmod(0o666 & ~_umask())
        if fcntl is None:
            self.file.close()  # Windows renames no open file
        self.path.replace(target)


@contextmanager
def unfinished(folder: Path) -> Iterator[Unfinished]:
    """A temporary file, which is gone at the end unless it was published. What killed processes left goes as well."""
    _sweep(folder)
    file, path = _locked(folder)
    try:
        yield Unfinished(file, path)
    finally:
        with suppress(OSError):  # a full disk, which has been told already
            file.close()
        with suppress(OSError):
            path.unlink()


def write_whole(target: Path, fill: Callable[[BinaryIO], int]) -> int:
    """Write a file through a temporary one beside it; what `fill` returns. FileError if it cannot be written."""
    check_target(target)
    with writing(target), unfinished(target.resolve().parent) as new:
        result = fill(new.file)
        new.publish(target.resolve())
    return result


def check_target(target: Path) -> None:
    """Refuse what cannot be a file to write, before there is work in it."""
    with writing(target):
        if target.exists() and not target.is_file():  # replacing a device would take it from everybody
            raise OSError(0, "it is a folder" if target.is_dir() else "it is no regular file")
        if not target.resolve().parent.is_dir():
            raise OSError(0, "its folder doesn't exist")


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """What the system refuses meanwhile is a FileError about the target."""
    try:
        yield
    except OSError as error:
        raise FileError.of("E606", f"{target} cannot be written: {error.strerror or error}") from None


def need_room(folder: Path, size: int) -> None:
    """Refuse (LimitError) to write more than the disk has room for."""
    try:
        free = disk_usage(folder).free
    except OSError:
        return  # writing will tell why
    if size > free:
        help = ("--force tries it all the same", "--dtype float16 needs half of it, --weights virtual next to nothing")
        raise LimitError.of("E508", f"{gib(size)} are to be written, {gib(free)} are free", str(folder), help)


def _locked(folder: Path) -> tuple[BinaryIO, Path]:
    """A new file of ours that nobody sweeps away."""
    while True:
        descriptor, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=folder)
        path = Path(name)
        _lock(descriptor)
        if path.exists():  # else somebody swept it before it was locked
            return os.fdopen(descriptor, "wb"), path
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Whether the file is ours now: until it is closed, or the process dies."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # somebody has it, or the file system has no locks
        return False
    return True


def _sweep(folder: Path) -> None:
    """Remove temporary files whose process is gone."""
    for path in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
            try:
                if _lock(descriptor):
                    path.unlink()
            finally:
                os.close(descriptor)


def _umask() -> int:
    """The permissions that new files lack here."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
