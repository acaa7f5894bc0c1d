"""Input that wants to crash, hang or fill the memory: one clear answer, in time, whatever it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from archcalc.build.builder import MAX_LAYERS
from archcalc.syntax import MAX_TEXT

from .commands import arguments, environment

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits and memory are told otherwise")

SECONDS, MEGABYTES = 2, 300
"""Of processor time and of memory, for every case."""
LONG_SECONDS = 20
"""The same for tens of thousands of layers or mistakes."""

CHILD = """
import json, resource, sys, time
import archcalc
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (300, 300))
for line in sys.stdin:
    text, start = json.loads(line), time.process_time()
    try:
        net = archcalc.parse(text)
        net.table().as_dict()
        net.check()
        said = ["", 0, str(net.totals.params)]
    except archcalc.ArchcalcError as error:
        said = [error.diagnostics[0].code, error.exit_code, str(error)]
    except BaseException as error:
        said = ["crash", 70, repr(error)[:300]]
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
    print(json.dumps([*said, time.process_time() - start, int(peak) / 1024]), flush=True)
"""


class Answer(NamedTuple):
    """What a spec got: the code of the first diagnostic ("" if it is fine), the exit code, the text, what it took."""

    code: str
    exit: int
    text: str
    seconds: float
    megabytes: float


@pytest.fixture(scope="module")
def ask() -> Iterator[Callable[[str], Answer]]:
    """Gives a spec to a process with little memory; after a crash a fresh one takes over."""
    children: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        children.append(subprocess.Popen([sys.executable, "-c", CHILD], env=environment(), **pipes))
        return children[-1]

    def put(text: str) -> Answer:
        child = children[-1] if children and children[-1].poll() is None else start()
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(text) + "\n")
        child.stdin.flush()
        line = child.stdout.readline()
        answer = Answer(*json.loads(line)) if line else Answer("died", 70, f"exit code {child.wait()}", 0, 0)
        if answer.code in ("crash", "died") or answer.megabytes > MEGABYTES:
            child.kill()
            child.wait()
        return answer

    yield put
    for child in children:
        child.kill()
        child.communicate()


def doubled(body: str, levels: int, first: str = "RELU") -> str:
    """Blocks that use the one before, z."""
    blocks = [f"def z0 {{ {first} }}", *(f"def z{n} {{ {body.replace('z', f'z{n - 1}')} }}" for n in range(1, levels))]
    return "\n".join([*blocks, f"INPUT 3 -> z{levels - 1}"])


def squared(first: str) -> str:
    """Names, each the square of the one before and a little more."""
    lets = [f"let n0={first}", *(f"let n{i}=(n{i - 1}**2+n{i - 1})" for i in range(1, 60))]
    return "\n".join([*lets, "INPUT (n59)"])


def nested(inner: str, depth: int, before: str = "[", after: str = "]") -> str:
    return before * depth + inner + after * depth


SHORT = {
    "nothing": ("", "E230"),
    "blanks": (" \t\r\n" * 1000, "E230"),
    "a byte order mark": ("\ufeff", "E230"),
    "NUL": ("INPUT 3\0 -> RELU", "E113"),
    "many NULs": ("\0" * 100_000, "E113"),
    "half a character": ("INPUT 3 -> \ud800", "E113"),
    "text that runs backwards": ("INPUT 3 -> \u202eRELU", "E113"),
    "commands to the terminal": ("INPUT 3 -> \x1b[2J", "E113"),
    "ten megabytes on a line": ("INPUT 3" + " " * 10_000_000, "E501"),
    "ten megabytes of brackets": ("[" * 10_000_000, "E501"),
    "ten thousand brackets": (nested("INPUT 3", 10_000), "E502"),
    "ten thousand parentheses": ("INPUT " + nested("1", 10_000, "(", ")"), "E502"),
    "ten thousand brackets of an array": ("INPUT 3 -> CONV 1 1 w=" + nested("1", 10_000), "E502"),
    "brackets that close nothing": ("]" * 100_000, "E108"),
    "brackets that are never closed": ("[" * 90, "E102"),
    "a tower of powers": ("INPUT (9**9**9)", "E209"),
    "a tower of powers below one": ("INPUT ((-2)**-99999)", "E209"),
    "a product without end": ("INPUT (2**1000*2**1000*2**1000)", "E209"),
    "a number with an exponent": ("INPUT 1e999999999", "E209"),
    "a fraction with an exponent": ("INPUT 3 -> DROP 1e-999999999", "E209"),
    "a hundred thousand zeros": (f"INPUT 3 -> DROP 0.{'0' * 100_000}1", "E209"),
    "a hundred thousand digits": (f"INPUT {'9' * 100_000}", "E209"),
    "a number that no float holds": ("INPUT 3 -> LN eps=1e300*1", "E117"),
    "the largest number, as a rate": ("INPUT 3 -> DROP 1e300", "E313"),
    "a thousand signs": (f"INPUT ({'-' * 1000}1)", "E502"),
    "a thousand sums": (f"INPUT ({'1+' * 1000}1)", "E502"),
    "a thousand powers": (f"INPUT ({'1**' * 1000}1)", "E502"),
    "numbers that square themselves": (squared("2"), "E209"),
    "fractions that square themselves": (squared("(1/3)"), "E209"),
    "quotients of huge numbers": ("INPUT (10**300//7**300 + 10**300%7**350)", "E214"),
    "no size": ("INPUT 0x32x3", "E214"),
    "a negative size": ("INPUT -32x32x3", "E214"),
    "a billion layers in one": ("INPUT 5x5 -> LSTM 5 layers=1000000000", "E352"),
    "an image of 10^18 points": ("INPUT 1000000000x1000000000x3 -> CONV 64 3x3", "E315"),
    "an image of 10^900 points": ("INPUT 1e300x1e300x1e300", "E214"),
    "five hundred huge axes": (f"INPUT {'x'.join(['4e18'] * 500)}", "E315"),
    "five thousand axes": (f"INPUT {'x'.join(['2'] * 5000)}", "E315"),
    "a huge stride": ("INPUT 2000000000x2000000000x1 -> POOL 3 s1000000007", "E301"),
    "huge groups": ("INPUT 3x3x1000000007 -> CONV 1000000007 1x1 g3", "E307"),
    "a huge pad": ("INPUT 3x3x1 -> CONV 1 3x3 p4000000000000000000", "E315"),
    "one weight for a billion filters": ("INPUT 3x3x3 -> CONV 1000000000 1x1 w=[[1]]", ""),
    "huge totals": ("INPUT 3000000000 -> FC 3000000000 -> FC 3000000000", ""),
    "repeats of repeats": ("INPUT 3 -> [[[RELU]*9999]*9999]*9999", "E504"),
    "sixty repeats of repeats": ("INPUT 3 -> " + nested("RELU", 60, "[", "]*9999"), "E504"),
    "sixty repeats of nothing": ("INPUT 3 -> " + nested("ID", 60, "[", "]*9999"), ""),
    "10^18 repeats of nothing": ("INPUT 3 -> [ID]*1000000000000000000", ""),
    "10^300 repeats": ("INPUT 3 -> [RELU]*(10**300)", "E504"),
    "10^18 repeats of references": ("INPUT 3 -> a: RELU -> b: RELU -> [@a -> @b -> [@a]*1]*(10**18)", ""),
    "repeats of a block": ("def a { RELU }\nINPUT 3 -> [a]*(10**18)", "E504"),
    "blocks in blocks": (doubled("z", 150), "E505"),
    "blocks that double, 60 levels": (doubled("z -> z", 60), "E504"),
    "blocks that double in branches": (doubled("ADD [z, z]", 45), "E504"),
    "blocks that double and add nothing": (doubled("z -> z", 45, "ID"), "E504"),
    "blocks that double in repeats": (doubled("[z]*2", 45), "E504"),
    "blocks as deep as brackets in them": (
        "def z0 { RELU }\n" + "\n".join(f"def z{n} {{ {nested(f'z{n - 1}', 90)} }}" for n in range(1, 49))
        + "\nINPUT 3 -> z48", "E502",
    ),
    "a block that uses itself": ("def a { a }\nINPUT 3 -> a", "E219"),
    "blocks that use each other": ("def a { b }\ndef b { a }\nINPUT 3 -> a", "E219"),
    "a label of a million letters": (f"{'a' * 900_000}: INPUT 3", "E213"),
    "labels that add up": ("INPUT 3 -> " + nested("RELU", 80, f"{'l' * 400}: ["), "E213"),
    "a label that ends in digits": (f"INPUT 3 -> [a{'9' * 450}: RELU]*3", ""),
    "a block of a million letters": (f"INPUT 3 -> {'a' * 900_000}", "E218"),
    "a layer of a million letters": (f"INPUT 3 -> {'A' * 900_000}", "E210"),
    "quotes that never end": (f'set title="{"a" * 900_000}', "E104"),
    "a million quotes": ('"' * 900_000, "E104"),
    "arrows that never end": (f"INPUT 3 {'-' * 900_000}>", "E113"),
    "a million arrows": ("-> " * 300_000, "E107"),
    "a million commas": ("INPUT " + "3," * 400_000, "E109"),
    "a power of symbols": ("INPUT (H**999999)", "E209"),
    "a power of a sum of symbols": ("INPUT ((H+W+C+D+E+F)**40)", "E257"),
    "symbols that square themselves": (squared("(H+1)"), "E257"),
    "symbols divided by nothing": ("INPUT (H/0)", "E204"),
    "a symbol as exponent": ("INPUT (2**H)", "E232"),
    "hundreds of symbols": (f"INPUT {'x'.join(f'N{n}' for n in range(300))} -> FC 10", "E258"),
    "sixty halves of a symbol": ("INPUT HxWxC -> [POOL 2 s2 floor]*60", ""),
    "a symbol of repeats": ("INPUT H -> [RELU]*H", "E255"),
    "a shape of blanks": ("INPUT " + "3 x " * 5000 + "3", "E109"),
}  # fmt: skip


@pytest.mark.parametrize("name", SHORT)
def test_what_is_refused_at_once(name: str, ask: Callable[[str], Answer]) -> None:
    text, code = SHORT[name]
    answer = ask(text)
    assert (answer.code, answer.exit) == (code, 5 if code[:2] == "E5" else int(bool(code))), answer.text
    assert len(answer.text) < 5000 or not code
    assert answer.seconds < SECONDS
    assert answer.megabytes < MEGABYTES


LONG = {
    "arguments": ("INPUT 3 ", "1 ", "E216"),
    "options": ("INPUT 3 -> RELU ", "a=1 ", "E215"),
    "axes": ("INPUT 1", "x1", ""),
    "minus signs": ("INPUT (", "-", "E102"),
    "sums": ("INPUT (1", "+1", "E102"),
    "numbers in an array": ("INPUT 3x3x1 -> CONV 1 3 w=[1", ",1", "E102"),
    "branches": ("INPUT 3 -> ADD [ID", ",ID", "E102"),
    "unknown layers": ("INPUT 3", " -> WOBBLE", "E210"),
    "unknown blocks": ("INPUT 3", "\nwobble", "E218"),
    "syntax errors": ("INPUT 3", "\nRELU $", "E113"),
    "wrong claims": ("INPUT 3", "\nRELU => 4", "E401"),
    "questions": ("INPUT 3", "\nRELU => ?", ""),
    "names": ("INPUT 3", "\nlet a=1", ""),
    "blocks": ("INPUT 3", "\ndef a { ID }", ""),
    "totals": ("INPUT 3\ncheck params=0", " params=0", "E212"),
    "comments": ("INPUT 3", "\n#", ""),
    "line ends": ("INPUT 3", "\n;", ""),
    "garbage": ("", "$", "E113"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG)
def test_what_is_long(name: str, ask: Callable[[str], Answer]) -> None:
    start, more, code = LONG[name]
    count = min((MAX_TEXT - len(start)) // len(more), MAX_LAYERS // 3)
    answer = ask(start + more * count)
    assert answer.code == code, answer.text[:500]
    assert len(answer.text) < 50_000
    assert answer.seconds < LONG_SECONDS
    assert answer.megabytes < MEGABYTES


def test_the_limits_can_be_raised(tmp_path: Path) -> None:
    from archcalc.build import Options  # noqa: PLC0415 - beside what it tests
    from archcalc.load import parse_spec  # noqa: PLC0415

    options = Options(max_text=2 * MAX_TEXT, max_depth=150, max_layers=MAX_LAYERS + 10)
    spec = f"INPUT 3 -> {nested('RELU', 120)}{' ' * MAX_TEXT} -> [ID]*{MAX_LAYERS + 5}"
    assert len(parse_spec(spec, options).nodes) == 2


FILES = {
    "empty": (b"", 1, "E230"),
    "blank": (b"\n \t\r\n", 1, "E230"),
    "binary": (bytes(range(256)) * 100, 1, "E604"),
    "latin-1": ("set title='Größe'".encode("latin-1"), 1, "E604"),
    "utf-16": ("INPUT 3 -> RELU".encode("utf-16"), 1, "E604"),
    "with a byte order mark": (b"\xef\xbb\xbfINPUT 3 -> RELU", 0, "relu1"),
    "with carriage returns": (b"INPUT 3\r\nRELU\r\n", 0, "relu1"),
    "NULs": (b"INPUT 3\0", 1, "E113"),
    "ten megabytes on a line": (b"INPUT " + b"9" * 10_000_000, 5, "E501"),
    "a tower of powers": (b"INPUT (9**9**9)", 1, "E209"),
    "ten thousand brackets": (b"[" * 10_000, 5, "E502"),
    "repeats of repeats": (b"INPUT 3 -> [[[RELU]*9999]*9999]*9999", 5, "E504"),
    "unknown words": (b"INPUT 3 -> WOBBLE -> wobble", 1, "E210"),
}


@pytest.mark.parametrize("name", FILES)
def test_files_through_the_command(name: str, tmp_path: Path) -> None:
    content, code, said = FILES[name]
    path = tmp_path / "net.arch"
    path.write_bytes(content)
    assert_said(run([str(path)]), code, said)


@pytest.mark.parametrize(
    ("spec", "code", "said"),
    [
        ("missing.arch", 3, "E601"),
        (".", 3, "E602"),
        ("a" * 5000, 3, "E601"),
        ("a/" * 2000, 3, "E601"),
        ("/dev/null", 1, "E230"),
        ("9**9**9", 3, "E601"),
        ("INPUT 3 -", 1, "E101"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else value,
)
def test_names_through_the_command(spec: str, code: int, said: str, tmp_path: Path) -> None:
    assert_said(run([spec], tmp_path), code, said)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is unreadable for root")
def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "net.arch"
    path.write_text("INPUT 3")
    path.chmod(0)
    assert_said(run([str(path)]), 3, "E602")


def run(words: list[str], folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [*arguments(""), *words]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env=environment(), cwd=folder
    )  # fmt: skip


def assert_said(done: subprocess.CompletedProcess[str], code: int, said: str) -> None:
    """One answer on the right stream, without a traceback."""
    assert done.returncode == code, done.stderr
    assert said in (done.stderr if code else done.stdout)
    assert bool(done.stdout) == (code == 0)
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 5000
