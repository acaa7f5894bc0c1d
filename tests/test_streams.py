"""Commands and the system around them: pipes, full disks, signals, encodings, terminals."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from .commands import ROOT, arguments, environment, process

posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes, signals and terminals as POSIX has them")


@posix
@pytest.mark.parametrize("words", ["vgg16", "vgg16 --json", "list --layers", "--help"])
def test_a_closed_pipe_is_quiet(words: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert process(words, stdout=writer) == (141, "", "")
    finally:
        os.close(writer)


@posix
def test_a_pipe_closed_before_a_diagnostic_is_quiet() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        assert process("nope", stderr=writer) == (141, "", "")
    finally:
        os.close(writer)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("words", ["lenet5", "lenet5 --json", "--version"])
def test_a_full_disk(words: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = process(words, stdout=full)
    assert done == (3, "", "E610 standard output cannot be written: No space left on device\n")


@posix
def test_closed_streams() -> None:
    def closed(descriptor: int, words: str) -> int:
        close = f"import os, sys; os.close({descriptor}); os.execv(sys.executable, {arguments(words)!r})"
        with Path(os.devnull).open("r+") as nowhere:
            return subprocess.call(
                [sys.executable, "-c", close], env=environment(), stdin=nowhere, stdout=nowhere, stderr=nowhere
            )

    assert closed(0, "-") == 3
    assert closed(1, "lenet5") == 3
    assert closed(1, "check lenet5") == 0
    assert closed(2, "lenet5") == 0
    assert closed(2, "nope") == 3


@posix
def test_an_interrupt_is_quiet() -> None:
    code = "import sys; from archcalc.cli import main; print('up', flush=True); sys.exit(main(['-']))"
    running = subprocess.Popen(
        [sys.executable, "-c", code], env=environment(), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    assert running.stdout is not None
    assert running.stdout.readline() == "up\n"
    for _ in range(100):  # until it waits for its input
        running.send_signal(signal.SIGINT)
        try:
            running.wait(0.1)
            break
        except subprocess.TimeoutExpired:
            continue
    assert running.returncode in (130, -signal.SIGINT)
    running.communicate()


@posix
def test_a_spec_from_standard_input() -> None:
    reader, writer = os.pipe()
    os.write(writer, b"\xef\xbb\xbfINPUT 32x32x3\r\nCONV 10 5x5 p2 => 32x32x10\r\n")
    os.close(writer)
    with os.fdopen(reader) as given:
        done = process("-", stdin=given)
    assert (done.code, done.err) == (0, "")
    assert "32x32x10" in done.out


def test_an_encoding_without_our_signs_is_no_failure() -> None:
    done = subprocess.run(
        arguments("'set title=\"é×\"; INPUT 3×3'"), env=environment(PYTHONIOENCODING="ascii"), capture_output=True,
        text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.startswith("\\xe9\\xd7")


# Terminals


def on_terminal(words: str, columns: int, **more: str) -> str:
    """What a terminal of that width receives."""
    pty, fcntl, struct, termios = (pytest.importorskip(name) for name in ("pty", "fcntl", "struct", "termios"))
    main_end, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    variables = {name: value for name, value in environment().items() if name not in ("COLUMNS", "NO_COLOR", "LINES")}
    running = subprocess.Popen(
        arguments(words), env={**variables, "TERM": "xterm", "PYTHONIOENCODING": "utf-8", **more}, stdin=terminal,
        stdout=terminal, stderr=terminal,
    )  # fmt: skip
    os.close(terminal)
    received = b""
    while True:
        try:
            chunk = os.read(main_end, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not chunk:
            break
        received += chunk
    os.close(main_end)
    running.wait(60)
    return received.decode().replace("\r\n", "\n")


ESCAPE = re.compile(r"\x1b\[[\d;]*m")


@posix
@pytest.mark.parametrize(("columns", "file"), [(80, "alexnet-80"), (160, "alexnet-160")])
def test_the_table_fits_the_terminal(columns: int, file: str) -> None:
    shown = on_terminal("alexnet", columns)
    assert ESCAPE.search(shown)
    plain = "".join(line.rstrip() + "\n" for line in ESCAPE.sub("", shown).splitlines())
    assert plain == (ROOT / "tests" / "golden" / f"{file}.txt").read_text(encoding="utf-8")


@posix
@pytest.mark.parametrize("more", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
@pytest.mark.parametrize("words", ["alexnet", "nope", "list", "check nope alexne"])
def test_no_colour(words: str, more: dict[str, str]) -> None:
    assert "\x1b" not in on_terminal(words, 80, **more)


@posix
def test_diagnostics_have_colours_on_a_terminal() -> None:
    shown = on_terminal("'INPUT 224x224x3 -> CONV 96 11x11 s4'", 100)
    assert ESCAPE.search(shown)
    assert process("'INPUT 224x224x3 -> CONV 96 11x11 s4'").err == ESCAPE.sub("", shown)


@posix
@pytest.mark.parametrize("words", ["list", "list --layers", "lenet5", "run lenet5"])
@pytest.mark.parametrize("columns", [80, 120])
def test_no_line_is_wider_than_the_terminal(words: str, columns: int) -> None:
    shown = ESCAPE.sub("", on_terminal(words, columns))
    assert max(map(len, re.split(r"[\n\r]", shown))) <= columns


def test_plain_output_needs_no_rich() -> None:
    code = "import sys; from archcalc.cli import main; main(['alexnet']); sys.exit('rich' in sys.modules)"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], env=environment(), stdout=subprocess.DEVNULL, check=False
        ).returncode
        == 0
    )
