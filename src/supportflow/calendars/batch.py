"""Whole arrays of questions at once, with NumPy (extra `numpy`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from supportflow._time import to_us
from supportflow.calendars.compiled import Compiled, Edge, Near
from supportflow.calendars.moments import duration_us
from supportflow.exceptions import InvalidInput, MissingExtra

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.int64]
    AnyArray = NDArray[Any]
    Mask = NDArray[np.bool_]

__all__ = ["add_many", "elapsed_many"]


def _numpy() -> ModuleType:
    try:
        return import_module("numpy")
    except ImportError:
        raise MissingExtra("numpy", "working on arrays") from None


class _Cells:
    """Places in a sorted array, found in the same few steps for all questions together.

    The axis is cut into equal cells, and each remembers how many keys lie before it. A look-up starts there
    and steps over the keys of its own cell; there are few, as opening hours are spread evenly. Where they are
    not, NumPy's bisection does it.
    """

    __slots__ = ("_cells", "_first", "_keys", "_np", "_padded", "_shift", "_steps")

    def __init__(self, np: ModuleType, keys: Array) -> None:
        self._np = np
        self._keys = keys
        self._first = int(keys[0])
        span = int(keys[-1]) - self._first + 1
        self._shift = max(span.bit_length() - (8 * len(keys)).bit_length(), 0)
        edges = self._first + (np.arange((span >> self._shift) + 2, dtype=np.int64) << self._shift)
        self._cells = np.searchsorted(keys, edges, side="left")
        self._steps = int(np.diff(self._cells).max())
        self._padded = np.append(keys, np.iinfo(np.int64).max)

    def find(self, values: Array, *, right: bool) -> Array:
        """As `numpy.searchsorted(keys, values, side)`, for values no less than the first key."""
        np = self._np
        if self._steps > 3:  # noqa: PLR2004
            found: Array = np.searchsorted(self._keys, values, side="right" if right else "left")
            return found
        at: Array = self._cells.take((values - self._first) >> self._shift, mode="clip")
        for _ in range(self._steps):
            key = self._padded.take(at)
            at += (key <= values) if right else (key < values)
        return at


class _Tables:
    """A compiled stretch as arrays."""

    __slots__ = ("_by_start", "_by_sum", "near", "shifts", "sums")

    def __init__(self, np: ModuleType, near: Near) -> None:
        self.near = near
        _, _, starts, shifts, sums = near
        self.shifts = np.asarray(shifts, dtype=np.int64)
        self.sums = np.asarray(sums, dtype=np.int64)
        self._by_start = _Cells(np, np.asarray(starts, dtype=np.int64))
        # The mark below the first sum only serves bisection.
        self._by_sum = _Cells(np, self.sums)

    def worked(self, np: ModuleType, t: Array) -> Array:
        """W(t) for instants within the stretch."""
        i = self._by_start.find(t, right=True)
        worked: Array = np.minimum(t - self.shifts.take(i), self.sums.take(i))
        return worked

    def place(self, np: ModuleType, target: Array, edge: Edge) -> Array:
        """The interval that each working time falls in."""
        found = self._by_sum.find(np.maximum(target, self.sums[0]), right=edge == "open")
        place: Array = np.where(target < self.sums[0], 0, found)
        return place


def add_many(core: Compiled, starts: object, durations: object, edge: Edge | None) -> AnyArray:
    """See `BusinessCalendar.add_many`."""
    np = _numpy()
    if edge not in ("close", "open", None):
        raise InvalidInput("edge", "is neither 'close' nor 'open'")
    t, integers = _as_us(np, starts, "starts", to_us)
    us, _ = _as_us(np, durations, "durations", duration_us)
    t, us = np.broadcast_arrays(t, us)
    if edge is None:
        out = t.copy()
        signs: list[tuple[Edge, Mask]] = [("close", us > 0), ("open", us < 0)]
        for chosen, signed in signs:
            if signed.any():
                out[signed] = _add(np, core, t[signed], us[signed], chosen)
    else:
        out = _add(np, core, t.ravel(), us.ravel(), edge).reshape(t.shape)
    answer: AnyArray = out if integers else out.astype("datetime64[us]")
    return answer


def _add(np: ModuleType, core: Compiled, t: Array, us: Array, edge: Edge) -> Array:
    out: Array = np.empty(t.shape, dtype=np.int64)
    inside = _inside(core, t)
    if inside.any():
        out[inside] = _add_near(np, core, t[inside], us[inside], edge)
    _one_by_one(core, out, ~inside, (t, us), edge)
    return out


def _add_near(np: ModuleType, core: Compiled, t: Array, us: Array, edge: Edge) -> Array:
    tables = _tables(np, core, t)
    target = tables.worked(np, t) + us
    # The farthest answers make the stretch grow once, for all.
    for at in (int(target.argmin()), int(target.argmax())):
        core.add(int(t[at]), int(us[at]), edge)
    if core.near is not tables.near:
        return _add_near(np, core, t, us, edge)
    i = tables.place(np, target, edge)
    out: Array = target + tables.shifts.take(i, mode="clip")
    # What the stretch cannot hold is a matter for the closed form.
    apart = (i < 2) | (i >= len(tables.sums))  # noqa: PLR2004 - the marks below the first interval
    _one_by_one(core, out, apart, (t, us), edge)
    return out


def _one_by_one(core: Compiled, out: Array, which: Mask, given: tuple[Array, Array], edge: Edge) -> None:
    t, us = given
    for at in which.nonzero()[0].tolist():
        out[at] = core.add(int(t[at]), int(us[at]), edge)


def elapsed_many(core: Compiled, starts: object, ends: object) -> AnyArray:
    """See `BusinessCalendar.elapsed_many`."""
    np = _numpy()
    a, integers = _as_us(np, starts, "starts", to_us)
    b, _ = _as_us(np, ends, "ends", to_us)
    a, b = np.broadcast_arrays(a, b)
    both: Array = np.concatenate((a.ravel(), b.ravel()))
    if both.size and _inside(core, both).all():
        tables = _tables(np, core, both)
        out = tables.worked(np, b) - tables.worked(np, a)
    else:
        pairs = zip(a.ravel().tolist(), b.ravel().tolist(), strict=True)
        out = np.fromiter((core.elapsed(x, y) for x, y in pairs), np.int64, a.size).reshape(a.shape)
    answer: AnyArray = out if integers else out.astype("timedelta64[us]")
    return answer


def _inside(core: Compiled, t: Array) -> Mask:
    """Which instants can be answered from intervals."""
    first, last = core.span
    mask: Mask = (t >= first) & (t < last)
    return mask


def _tables(np: ModuleType, core: Compiled, t: Array) -> _Tables:
    """Tables that hold instants which can be answered from intervals."""
    near = core.cover(int(t.min()), int(t.max()))
    assert near is not None
    tables = core.tables
    if not isinstance(tables, _Tables) or tables.near is not near:
        core.tables = tables = _Tables(np, near)
    return tables


def _as_us(np: ModuleType, values: object, field: str, read: Callable[[Any], int]) -> tuple[Array, bool]:
    """An `int64` array of microseconds, and whether the values were integers."""
    array = (
        values
        if isinstance(values, np.ndarray)
        else np.asarray(values, dtype=object if _is_time(values) else None)
    )
    if array.dtype.kind in "mM":
        _check_unit(np, array, field)
        return array.astype(f"{array.dtype.kind}8[us]").astype(np.int64), False
    if array.dtype.kind in "iu" or not array.size:
        return array.astype(np.int64, copy=False), True
    if array.dtype.kind == "O":
        return np.fromiter((read(value) for value in array.flat), np.int64, array.size).reshape(
            array.shape
        ), False
    raise InvalidInput(field, "is neither integers nor times")


def _check_unit(np: ModuleType, array: AnyArray, field: str) -> None:
    unit = np.datetime_data(array.dtype)[0]
    if array.dtype.kind == "m" and unit in {"Y", "M"}:
        raise InvalidInput(field, "counts months or years, which have no fixed length")
    if np.isnat(array).any():
        raise InvalidInput(field, "holds NaT, which is no time")
    if unit == "generic":
        raise InvalidInput(field, "has no unit")


def _is_time(values: object) -> bool:
    if isinstance(values, datetime | timedelta):
        return True
    return isinstance(values, list | tuple) and any(
        isinstance(value, datetime | timedelta) for value in values
    )
