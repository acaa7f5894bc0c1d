"""bench: how long each layer takes, beside the work that was predicted for it."""

from __future__ import annotations

import sys
from argparse import Namespace

from ..report import bench as report
from ..report import json, text
from .arguments import parse, weights_of
from .common import network, working
from .ending import tidy


def bench(words: list[str]) -> int:
    """The time of every layer, as a table, for programs, or on a line of time."""
    given = parse("bench", words)
    if given.chrome_trace:
        _check(given)
    net = network(given, "bench", given.input)
    net.check()
    with tidy(), working(f"running it {2 * (given.repeat + 3)} times"):
        measured = net.bench(
            device=given.device, batch=given.batch, threads=given.threads, repeat=given.repeat, force=given.force,
            **weights_of(given),
        )  # fmt: skip
    name = net.graph.title or net.graph.name
    if given.chrome_trace:
        _save(given, json.document(report.trace(name, measured)))
    if given.json:
        sys.stdout.write(json.document(report.as_dict(net.graph.name, measured)))
        return 0
    room, signs = text.screen(sys.stdout)
    text.write(report.report(name, measured, room, signs), sys.stdout)
    return 0


def _check(given: Namespace) -> None:
    """What cannot be written is told before anything runs."""
    from pathlib import Path  # noqa: PLC0415 - only who saves waits for it

    from ..backends.files import check_target  # noqa: PLC0415 - numpy takes 50 ms to import
    from .output import check_other  # noqa: PLC0415 - only who saves waits for it

    check_other(given.chrome_trace, given.spec, "--chrome-trace trace.json")
    check_target(Path(given.chrome_trace))


def _save(given: Namespace, content: str) -> None:
    from pathlib import Path  # noqa: PLC0415 - only who saves waits for it

    from ..backends.files import write_whole  # noqa: PLC0415 - numpy takes 50 ms to import

    write_whole(Path(given.chrome_trace), lambda file: file.write(content.encode()))
