"""One page for a simulation: who waits and who works over time, how long, and how busy agents are."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from supportflow.reports.markup import NOTHING, Words, document, minute, section, share, span, table, words_of
from supportflow.reports.pictures import layers, text
from supportflow.simulation import SimulationReport
from supportflow.simulation.report import BacklogPoint
from supportflow.simulation.statistics import Estimate

__all__ = ["simulation_page"]

_MOST_POINTS = 120


def simulation_page(report: SimulationReport, *, language: str = "en") -> str:
    """The report of a simulation as one page that works offline: the same report gives the same bytes.

    Args:
        report: What `simulate` has found.
        language: `"en"`, `"zh"` or `"zh-Hant"`.

    Raises:
        InvalidInput: If there are no words in that language.
    """
    words = words_of("page", "simulation", language=language)
    title = words["sim_title"].format(name=report.scenario)
    return document(title, _body(title, report, words), words, language)


def _body(title: str, report: SimulationReport, words: Words) -> Iterator[str]:
    facts = words["sim_facts"].format(
        runs=f"{report.replications:,}",
        hours=f"{report.hours:g}",
        start=minute(report.start),
        tickets=f"{report.tickets:,}",
        seed=report.seed,
    )
    yield f"<header><h1>{text(title)}</h1><p>{text(facts)}</p>"
    yield f"<p>{text(words['sim_policy'])} <code>{report.policy[:16]}</code></p></header>"
    yield '<main id="figures"><section class="cards">'
    cards = (
        (words["sim_waiting_max"], f"{report.waiting_max:,}"),
        (words["sim_waiting_end"], _number(report.waiting_at_end)),
        (words["sim_abandoned"], f"{report.abandoned:,}"),
        (words["sim_unserved"], f"{report.unserved:,}"),
    )
    yield "".join(f'<div class="card"><b>{value}</b><span>{text(name)}</span></div>' for name, value in cards)
    yield "</section>"
    yield _queue(report, words)
    yield _waits(report, words)
    yield _targets(report, words)
    yield _tiers(report, words)
    yield "</main>"


def _queue(report: SimulationReport, words: Words) -> str:
    points = _thinned(report.backlog)
    names = [f"{report.start + timedelta(hours=point.hours):%m-%d %H:%M}" for point in points]
    counts = {
        words["sim_working"]: [round(point.working) for point in points],
        words["sim_waiting"]: [round(point.waiting) for point in points],
    }
    rows = [
        [name, f"{point.working:,.4g}", f"{point.waiting:,.4g}", f"{point.open:,.4g}"]
        for name, point in zip(names, points, strict=True)
    ]
    header = [words["date"], words["sim_working"], words["sim_waiting"], words["sim_open"]]
    return section(
        words["sim_queue"],
        words["sim_queue_note"],
        layers(names, counts, words["sim_queue"]),
        table(words, header, rows),
    )


def _waits(report: SimulationReport, words: Words) -> str:
    rows = [
        [
            one.name,
            f"{one.arrived:,}",
            _span(one.waits.mean.mean, words),
            *(_span(seconds, words) for seconds in (one.waits.p50, one.waits.p95, one.waits.max)),
            _share(one.abandoned),
        ]
        for one in report.classes
    ]
    header = [
        words["class"],
        words["tickets"],
        words["sim_mean"],
        "p50",
        "p95",
        words["sim_longest"],
        words["sim_left"],
    ]
    title = words["sim_waits"]
    return section(title, words["sim_waits_note"], "", table(words, header, rows, title=title, shown=True))


def _targets(report: SimulationReport, words: Words) -> str:
    if not report.targets:
        return ""
    rows = [
        [one.name, f"{one.met:,}", f"{one.missed:,}", f"{one.late:,}", _share(one.attained)]
        for one in report.targets
    ]
    header = [words["target"], words["met"], words["missed"], words["sim_late"], words["share"]]
    title = words["sim_targets"]
    return section(title, words["sim_interval"], "", table(words, header, rows, title=title, shown=True))


def _tiers(report: SimulationReport, words: Words) -> str:
    rows = [
        [one.name, f"{one.agents:,}", f"{one.on_duty_hours:,.4g}", _share(one.occupancy)]
        for one in report.tiers
    ]
    header = [words["sim_tier"], words["sim_agents"], words["sim_duty"], words["sim_occupancy"]]
    title = words["sim_staffing"]
    return section(title, words["sim_interval"], "", table(words, header, rows, title=title, shown=True))


def _thinned(points: Sequence[BacklogPoint]) -> Sequence[BacklogPoint]:
    return points[:: max(-(-len(points) // _MOST_POINTS), 1)]


def _span(seconds: float | None, words: Words) -> str:
    return NOTHING if seconds is None else span(seconds, words)


def _share(one: Estimate) -> str:
    return share(one.mean) + (f" ± {one.half_width:.1%}" if one.half_width else "")


def _number(one: Estimate) -> str:
    return NOTHING if one.mean is None else f"{one.mean:,.4g}"
