"""What a series of numbers says, and how sure it is."""

from collections.abc import Sequence
from math import ceil, sqrt
from statistics import fmean, stdev

from supportflow.model.base import Value

__all__ = ["Estimate", "batched", "between", "percentile", "t_quantile"]

BATCHES = 20
"""Into how many stretches one run is cut. Neighbours wait alike; the means of long stretches hardly depend on each other."""

_EXACT_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)
_Z = 1.959964


class Estimate(Value):
    """A mean, and how far from it the true one may lie.

    Attributes:
        mean: The mean; None if there was nothing to measure.
        standard_error: The standard deviation of the mean; None if there was too little to tell.
        half_width: Half the width of the 95 % confidence interval.
    """

    mean: float | None = None
    standard_error: float | None = None
    half_width: float | None = None


def t_quantile(freedom: int) -> float:
    """The 97.5 % point of Student's t: from the table up to nine degrees of freedom, by expansion beyond."""
    if freedom <= len(_EXACT_T):
        return _EXACT_T[freedom - 1]
    # Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5.
    first = (_Z**3 + _Z) / 4
    second = (5 * _Z**5 + 16 * _Z**3 + 3 * _Z) / 96
    third = (3 * _Z**7 + 19 * _Z**5 + 17 * _Z**3 - 15 * _Z) / 384
    return _Z + first / freedom + second / freedom**2 + third / freedom**3


def between(values: Sequence[float]) -> Estimate:
    """The mean of independent values, such as those of replications."""
    if not values:
        return Estimate()
    if len(values) == 1:
        return Estimate(mean=values[0])
    error = stdev(values) / sqrt(len(values))
    return Estimate(mean=fmean(values), standard_error=error, half_width=t_quantile(len(values) - 1) * error)


def batched(values: Sequence[float]) -> Estimate:
    """The mean of a series of one run, with an interval from the means of its batches."""
    size = len(values) // BATCHES
    if size < 2:  # noqa: PLR2004 - a batch of one is no batch
        return Estimate(mean=fmean(values) if values else None)
    means = [fmean(values[number * size : (number + 1) * size]) for number in range(BATCHES)]
    return between(means).model_copy(update={"mean": fmean(values)})


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that so large a share of an ordered series does not exceed; None of an empty one."""
    return ordered[max(ceil(share * len(ordered)), 1) - 1] if ordered else None
