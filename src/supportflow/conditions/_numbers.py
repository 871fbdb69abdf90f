"""What a number in a document means, whichever type a host keeps it in.

A document says `0.1` and means a tenth. The binary float is a little more than a tenth, and
`Decimal("0.1") >= 0.1` is false. So every float, in a document or in a record, stands for the shortest
decimal that reads back as itself, which is how it was written; comparisons are then exact among `int`,
`float` and `Decimal`.
"""

from decimal import Context, Decimal
from math import ceil, floor, inf, isnan, nextafter

__all__ = ["LARGEST", "Exact", "at_least", "between", "exact", "exceeding", "meaning", "plain"]

Exact = int | Decimal

LARGEST = 2**63 - 1
"""The largest whole number that a document may hold, of either sign: what 64 bits can keep."""

# Not the caller's context: the answers must not depend on a precision that a host has set for its own sums.
_CONTEXT = Context(prec=60)


def meaning(number: int | float) -> Exact:  # noqa: PYI041 - an int is told from a float
    """What a finite number of a document stands for."""
    return Decimal(float.__repr__(number)) if isinstance(number, float) else number


def exact(value: object) -> object:
    """The value to compare: a float becomes its shortest decimal, a not-a-number `None`; all else stays."""
    if isinstance(value, float):
        return None if isnan(value) else meaning(value)
    if isinstance(value, Decimal) and value.is_nan():
        return None
    return value


def plain(value: Exact) -> int | float | Decimal:
    """The same number, plainly: an int, a float that means exactly this, or the decimal itself."""
    if value == floor(value):
        return int(value)
    short = float(value)
    return short if meaning(short) == value else value


def at_least(point: Exact) -> float:
    """The smallest float whose meaning is `point` or more."""
    guess = float(point)
    while meaning(guess) < point:
        guess = nextafter(guess, inf)
    while meaning(lower := nextafter(guess, -inf)) >= point:
        guess = lower
    return guess


def exceeding(point: Exact) -> float:
    """The smallest float whose meaning is more than `point`."""
    guess = at_least(point)
    return nextafter(guess, inf) if meaning(guess) == point else guess


def between(low: Exact | None, high: Exact | None, *, whole: bool) -> int | float | Decimal | None:
    """The plainest number strictly between two others (`None` is unbounded), or `None` if there is none.

    Args:
        low: The number below.
        high: The number above.
        whole: Whether only a whole number will do.
    """
    if low is None and high is None:
        return 0
    if high is None:
        assert low is not None
        return floor(low) + 1
    if low is None:
        return ceil(high) - 1
    if floor(low) + 1 < high:
        return floor(low) + 1
    return None if whole else _fraction(Decimal(low), Decimal(high))


def _fraction(low: Decimal, high: Decimal) -> int | float | Decimal:
    # Constants have 19 digits at most, so that 60 hold their middle well enough to lie strictly between.
    middle = _CONTEXT.divide(_CONTEXT.add(low, high), Decimal(2))
    roundings = (Context(prec=digits).plus(middle) for digits in range(1, _CONTEXT.prec + 1))
    return plain(next(number for number in roundings if low < number < high))
