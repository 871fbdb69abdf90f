"""What hosts use in their own tests: a clock that they set, and suites that prove their adapters.

This package itself needs neither pytest nor hypothesis.
"""

from supportflow.testing.clock import CountingIds, ManualClock

__all__ = ["CountingIds", "ManualClock"]
