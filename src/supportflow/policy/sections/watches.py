"""When a measure has gone too far: a pure function of its samples."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from supportflow._time import span_us
from supportflow.policy.document.foreseen import Watch

__all__ = ["Sample", "too_far"]


class Sample(NamedTuple):
    """A measure at an instant."""

    at_us: int
    value: Decimal


def too_far(watch: Watch, samples: Sequence[Sample]) -> bool:
    """Whether the latest sample of a measure says that it has gone too far.

    Args:
        watch: The rule.
        samples: In order of time; the last one is the present.
    """
    if not samples:
        return False
    now = samples[-1]
    begin_us = now.at_us - span_us(watch.within)
    if watch.above is not None or watch.below is not None:
        return _stays(watch, samples, begin_us)
    recent = [one.value for one in samples if one.at_us >= begin_us]
    if watch.falls_by is not None:
        return max(recent) - now.value >= watch.falls_by
    assert watch.rises_by is not None
    return now.value - min(recent) >= watch.rises_by


def _stays(watch: Watch, samples: Sequence[Sample], begin_us: int) -> bool:
    """Whether it is beyond the bound, and has been since the beginning of the while at the latest."""
    since_us: int | None = None
    for one in reversed(samples):
        if one.at_us == since_us:
            continue  # the latest value of an instant is the one that was known then
        inside = one.value <= watch.above if watch.above is not None else one.value >= (watch.below or 0)
        if inside:
            break
        since_us = one.at_us
    return since_us is not None and since_us <= begin_us
