"""What coverage need not look at: to measure takes as long as to run, and the same lines again show nothing new."""

from collections.abc import Iterator
from contextlib import contextmanager

from coverage import Coverage


@contextmanager
def unmeasured() -> Iterator[None]:
    """Nothing is measured meanwhile. A test of its own is marked with `no_cover`."""
    measuring = Coverage.current()
    if measuring is not None:
        measuring.stop()
    try:
        yield
    finally:
        if measuring is not None:
            measuring.start()
