"""Intervals of shares."""

import math

__all__ = ["wilson"]

_Z = 1.959963984540054
"""95 % of a normal distribution lie within this many deviations."""


def wilson(found: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson's score: it stays inside 0 to 1, and holds for small numbers too."""
    if not of:
        return 0.0, 1.0
    share, z2 = found / of, _Z * _Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max(middle - half, 0.0), min(middle + half, 1.0)
