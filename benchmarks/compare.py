"""Comparing: families of networks, and long networks side by side."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

import archcalc

from .measure import Result, best

ROOT = Path(__file__).parent.parent
RESNET = """\
set title="ResNet-50" fit=floor
let n=64 classes=1000
def cb n k s=1 p=0 { CONV n k s=s p=p nobias -> BN }
def body n s=1 { cb n 1x1 -> RELU -> cb n 3x3 s=s p1 -> RELU -> cb (4*n) 1x1 }
def down n s { ADD [body n s=s, cb (4*n) 1x1 s=s] -> RELU }
def stay n { ADD [body n, ID] -> RELU }
def stage n reps s=2 { down n s -> [stay n]*(reps-1) }
INPUT 224x224x3 -> cb n 7x7 s2 p3 -> RELU -> POOL 3 s2 p1
stage n 3 s1 -> stage (2*n) 4 -> stage (4*n) 6 -> stage (8*n) 3
GAP -> FC classes -> SOFTMAX
"""
LAYERS = 2000


def results() -> Iterator[Result]:
    """A sweep as a whole process, in its processor time; two networks that differ everywhere."""
    yield Result("1,000 variants of a ResNet-50", min(_sweep() for _ in range(3)), "allowed, on one core", 10, 1)
    before, after = (_random(seed) for seed in (1, 2))
    yield Result(f"{LAYERS:,} layers against {LAYERS:,} others", best(partial(before.diff, after), 5), "allowed", 2, 1)


def _sweep() -> float:
    """The processor time of the command, from its start to its end."""
    command = [sys.executable, "-m", "archcalc", "sweep", RESNET, "--set", "n=1..100", "classes=100..1000:100", "--csv"]
    before = _spent()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return _spent() - before


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _random(seed: int) -> archcalc.Network:
    random = Random(seed)
    layers = [f"CONV {random.choice([4, 8, 16, 32])} {random.choice(['1x1', '3x3 p1'])}" for _ in range(LAYERS)]
    net = archcalc.parse("\n".join(["INPUT 8x8x4", *layers]))
    net.table()
    return net
