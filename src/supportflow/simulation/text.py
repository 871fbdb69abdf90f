"""A report of a simulation as text for people."""

from collections.abc import Iterator, Sequence

from supportflow._legible import columns, escaped, padded
from supportflow.simulation.report import BacklogPoint, SimulationReport
from supportflow.simulation.statistics import Estimate

__all__ = ["simulation_text"]

_BARS = " ▁▂▃▄▅▆▇█"
_WIDE = 48


def simulation_text(report: SimulationReport) -> str:
    """The whole report."""
    sections = (
        _head(report),
        _waits(report),
        _targets(report),
        _tiers(report),
        _backlog(report),
        _rest(report),
    )
    return "\n\n".join("\n".join(map(escaped, lines)) for lines in map(list, sections) if lines) + "\n"


def _head(report: SimulationReport) -> Iterator[str]:
    runs = "one run" if report.replications == 1 else f"{report.replications} runs"
    yield f"Simulation of {report.scenario!r}, seed {report.seed}, {runs} of {report.hours:g} h"
    yield f"  {report.tickets:,} tickets, {report.events:,} events, digest {report.digest}"


def _waits(report: SimulationReport) -> Iterator[str]:
    yield "Waits until an agent has it"
    rows: list[tuple[str, ...]] = [
        ("class", "tickets", "mean", "± 95 %", "p50", "p95", "p99", "max", "abandoned")
    ]
    for one in report.classes:
        waits = one.waits
        rows.append(
            (
                one.name,
                f"{one.arrived:,}",
                _span(waits.mean.mean),
                _span(waits.mean.half_width),
                *map(_span, (waits.p50, waits.p95, waits.p99, waits.max)),
                _share(one.abandoned),
            )
        )
    yield from _table(rows)


def _targets(report: SimulationReport) -> Iterator[str]:
    if not report.targets:
        return
    yield "Service levels"
    rows = [("target", "met", "missed", "late", "attained")]
    rows += [
        (one.name, f"{one.met:,}", f"{one.missed:,}", f"{one.late:,}", _share(one.attained))
        for one in report.targets
    ]
    yield from _table(rows)


def _tiers(report: SimulationReport) -> Iterator[str]:
    yield "Agents"
    rows = [("tier", "agents", "unit hours", "occupancy")]
    rows += [
        (one.name, f"{one.agents:,}", f"{one.on_duty_hours:,.0f}", _share(one.occupancy))
        for one in report.tiers
    ]
    yield from _table(rows)


def _backlog(report: SimulationReport) -> Iterator[str]:
    yield (
        f"Backlog: at most {report.waiting_max:,} waiting and {report.open_max:,} open; "
        f"{_number(report.waiting_at_end)} waiting and {_number(report.open_at_end)} open after {report.hours:g} h"
    )
    points = _thinned(report.backlog)
    most = max((point.waiting for point in points), default=0)
    if most:
        yield "  waiting  " + "".join(_bar(point.waiting / most) for point in points) + f"  most {most:,.0f}"


def _rest(report: SimulationReport) -> Iterator[str]:
    offers = report.offers
    if offers["made"]:
        yield (
            f"Offers: {offers['made']:,} made, {offers['declined']:,} declined, {offers['expired']:,} expired"
            + (f", {offers['refused']:,} refused" if offers["refused"] else "")
        )
    yield f"Abandoned: {report.abandoned:,}; never had an agent: {report.unserved:,}; reopened: {report.reopened:,}"
    if report.not_ended:
        yield f"Finished tickets that nobody there could end, tried again later: {report.not_ended:,}"


def _thinned(points: Sequence[BacklogPoint]) -> Sequence[BacklogPoint]:
    return points[:: max((len(points) + _WIDE - 1) // _WIDE, 1)]


def _bar(share: float) -> str:
    # Rounded up, so that one that waits can be seen.
    return _BARS[-int(-share * (len(_BARS) - 1) // 1)]


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    shown = [[escaped(cell) for cell in row] for row in rows]
    widths = [max(map(columns, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        cells = [
            padded(row[0], widths[0]),
            *(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True)),
        ]
        yield ("  " + "  ".join(cells)).rstrip()


def _span(seconds: float | None) -> str:
    """A duration in the unit that suits it."""
    if seconds is None:
        return "-"
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.1f} s"


def _share(one: Estimate) -> str:
    if one.mean is None:
        return "-"
    return f"{one.mean:.1%}" + (f" ± {one.half_width:.1%}" if one.half_width else "")


def _number(one: Estimate) -> str:
    return (
        "-" if one.mean is None else f"{one.mean:,.0f}" if one.mean == int(one.mean) else f"{one.mean:,.1f}"
    )
