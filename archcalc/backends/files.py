"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from ..errors import Diagnostic, FileError


def write_whole(target: Path, fill: Callable[[BinaryIO], int]) -> int:
    """Write a file through a temporary one beside it; what `fill` returns. FileError if it cannot be written."""
    named, target, temporary = target, target.resolve(), None
    try:
        if target.exists() and not target.is_file():  # replacing a device would take it from everybody
            raise OSError(0, "it is a folder" if target.is_dir() else "it is no regular file")
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
        temporary = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            result = fill(file)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except OSError as error:
        raise FileError(Diagnostic("E606", f"{named} cannot be written: {error.strerror or error}")) from None
    else:
        temporary = None
        return result
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()


def _umask() -> int:
    """The permissions that new files lack here."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
