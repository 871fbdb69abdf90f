"""Stretches of time as integers: sorted `(start, end)` pairs, half-open, that neither overlap nor touch."""

from collections.abc import Iterable, Sequence

__all__ = ["Span", "Spans", "intersection", "union", "without"]

Span = tuple[int, int]
"""From `start` until just before `end`, in microseconds since 1970-01-01T00:00Z."""
Spans = list[Span]


def union(spans: Iterable[Span]) -> Spans:
    """All that lies in any of the spans, which may come in any order, overlap, and be empty."""
    found: Spans = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            if end > found[-1][1]:
                found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def intersection(some: Sequence[Span], others: Sequence[Span]) -> Spans:
    """What lies in both."""
    found: Spans = []
    i = j = 0
    while i < len(some) and j < len(others):
        start, end = max(some[i][0], others[j][0]), min(some[i][1], others[j][1])
        if start < end:
            found.append((start, end))
        if some[i][1] < others[j][1]:
            i += 1
        else:
            j += 1
    return found


def without(spans: Sequence[Span], cut: Span) -> Spans:
    """What is left after one span is cut out."""
    start, end = cut
    if start >= end:
        return list(spans)
    found: Spans = []
    for first, last in spans:
        if first < start:
            found.append((first, min(last, start)))
        if last > end:
            found.append((max(first, end), last))
    return found
