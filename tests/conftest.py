"""What all tests share: the same examples in every run, and a runtime that writes and sends nothing."""

from __future__ import annotations

import os

from hypothesis import settings

# read when onnxruntime is first imported, by whichever test that is
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

# HYPOTHESIS_PROFILE=search looks for new examples, the default repeats the known ones
settings.register_profile("repeat", deadline=None, derandomize=True, database=None)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))
