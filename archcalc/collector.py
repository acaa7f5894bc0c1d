"""Rest for the garbage collector while much is made and nothing is thrown away.

It looks at everything that lives again and again, as what lives grows: for 100,000 layers a quarter of the time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def resting() -> Iterator[None]:
    """No search for cycles inside; whoever has switched it off finds it so afterwards."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
