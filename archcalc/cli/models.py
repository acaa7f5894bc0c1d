"""run, verify: what onnxruntime is needed for."""

from __future__ import annotations

import re
import sys
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from ..errors import Diagnostic, SpecError, Styled
from ..report import json, text, values
from ..report.bench import DEVICES, spread
from ..report.spell import count, memory, thousands
from ..shape import show
from .arguments import parse, weights_of
from .common import network, print_table, working

if TYPE_CHECKING:
    from ..backends.runtime import Run, Verification


def run(words: list[str]) -> int:
    """What comes out for what goes in."""
    given = parse("run", words)
    shaped = [word for word in given.input if re.fullmatch(r"\d+([x×]\d+)+", word)]
    net = network(given, "run", shaped)
    data = [word for word in given.input if word not in shaped]
    from ..backends.feed import check_target, feed, save  # noqa: PLC0415 - numpy takes 50 ms to import

    if given.output:
        check_target(given.output, len(net.graph.outputs))
    inputs = feed(data, net.graph) if data else None
    with working("running"):
        result = net.run(
            inputs, device=given.device, batch=given.batch, threads=given.threads, repeat=given.repeat,
            force=given.force, **weights_of(given),
        )  # fmt: skip
    if given.output:
        _print_saved(given, save(given.output, result.outputs))
    elif given.json:
        sys.stdout.write(json.document(_as_dict(result)))
    else:
        _print_outputs(result)
    if given.repeat > 1 and not given.json:
        sys.stdout.write(f"\n{spread(result.seconds)}, {count(given.repeat, 'run')} on {DEVICES[result.device]}\n")
    return 0


def _print_saved(given: Namespace, size: int) -> None:
    said = f"wrote {given.output}: {memory(size)}\n"
    sys.stdout.write(json.document({"path": given.output, "bytes": size}) if given.json else said)


def _as_dict(result: Run) -> dict[str, Any]:
    outputs = [
        {"name": name, "shape": list(array.shape), "values": array.tolist()} for name, array in result.outputs.items()
    ]
    return {"device": result.device, "seconds": list(result.seconds), "outputs": outputs}


def _print_outputs(result: Run) -> None:
    room, _ = text.screen(sys.stdout)
    lines: list[Styled] = []
    for name, array in result.outputs.items():
        lines += [()] * bool(lines)
        lines += values.output(name, array.shape, array.tolist(), min(room or 100, 100))
    text.write(lines, sys.stdout)


def verify(words: list[str]) -> int:
    """Every predicted volume against what onnxruntime produces."""
    given = parse("verify", words)
    net = network(given, "verify", given.input)
    net.check()
    if not given.json:
        print_table(net.table())
    with working("running it with every volume exposed"):
        result = net.verify(
            device=given.device, batch=given.batch, threads=given.threads, force=given.force, **weights_of(given)
        )
    if not result.ok:
        raise SpecError(*_differences(result))
    if given.json:
        sys.stdout.write(json.document(_proof(result)))
        return 0
    stored = f"{thousands(result.params)} weights" + (" and buffers" if net.totals.buffers else "")
    how = "in a process of its own" if net.graph.origin else f"batch {given.batch}"
    seen = f"{stored}, {how}, {result.seconds:.1f} s"
    said = f"verified: {_volumes(len(result.rows))} what onnxruntime produced on {DEVICES[result.device]}"
    text.write([(), ((said, "good"),), ((seen, "faint"),)], sys.stdout)
    return 0


def _volumes(number: int) -> str:
    return "the predicted volume is" if number == 1 else f"all {number:,} predicted volumes are"


def _differences(result: Verification) -> list[Diagnostic]:
    """A diagnostic for every volume, or count of weights, that is not the predicted one."""
    wrong = [
        Diagnostic("E801", f"{row.name} differs", f"{show(row.predicted)} predicted, {show(row.actual)} produced")
        for row in result.rows
        if row.predicted != row.actual
    ]
    if result.params != result.predicted_params:
        note = f"{thousands(result.predicted_params)} predicted, {thousands(result.params)} in the model"
        wrong.append(Diagnostic("E802", "the number of weights differs", note))
    return wrong


def _proof(result: Verification) -> dict[str, Any]:
    volumes = [{"name": row.name, "predicted": list(row.predicted), "actual": list(row.actual)} for row in result.rows]
    return {
        "ok": True, "device": result.device, "params": result.params, "seconds": round(result.seconds, 3),
        "volumes": volumes,
    }  # fmt: skip
