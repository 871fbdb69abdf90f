"""A report and a comparison as text for people."""

from collections.abc import Iterable, Iterator, Sequence

from supportflow._legible import columns, escaped, padded
from supportflow._time import Instant
from supportflow.replay.comparing import Comparison, Difference
from supportflow.replay.report import Agreement, AutoCloses, ProblemCount, Report

__all__ = ["comparison_text", "report_text"]

_LINES = 8
_DIFFERENCES = 20


def report_text(report: Report) -> str:
    """The whole report."""
    sections = (
        _log(report),
        _events(report),
        _transitions(report),
        _refusals(report),
        () if report.auto_closes is None else _auto_closes(report.auto_closes),
        _attainment(report),
        _agreement(report.agreement),
        _problems(report),
    )
    blocks = ["\n".join(map(escaped, lines)) for lines in map(list, sections) if lines]
    return "\n\n".join(blocks) + "\n\n" + "".join(f"{escaped(line)}\n" for line in _end(report))


def comparison_text(comparison: Comparison) -> str:
    """What differs between two policies, the first cases in full."""
    count = len(comparison.differences)
    lines = [
        f"{comparison.policy} against {comparison.against}: {count:,} of {comparison.compared:,} verdicts differ"
    ]
    lines += [f"  {number:>9,}  {change}" for change, number in comparison.changes.items()]
    lines += [f"  {_difference(one)}" for one in comparison.differences[:_DIFFERENCES]]
    if count > _DIFFERENCES:
        lines.append(f"  … and {count - _DIFFERENCES:,} more; --json has them all")
    return "\n".join(map(escaped, lines)) + "\n"


def _log(report: Report) -> Iterator[str]:
    yield f"Replay of a log by mapping {report.mapping!r} under policy {report.policy!r}"
    yield from _table(
        [
            ("rows", report.rows, f"{_day(report.first_at)} to {_day(report.last_at)}"),
            ("left out", report.left_out, ""),
            ("cases", report.cases, "begin at " + _listed(report.begins.items())),
            ("changes of state", report.changes, "rows whose state differs from the row before"),
            ("repeats", report.repeats, "rows whose state does not"),
        ]
    )


def _events(report: Report) -> Iterator[str]:
    yield f"Events recorded: {sum(report.events.values()):,}"
    yield from _table([(kind, count, "") for kind, count in report.events.items()])


def _transitions(report: Report) -> Iterator[str]:
    total = sum(one.count for one in report.transitions)
    yield f"Changes of status: {total:,}, of which a command would have been refused: {report.forced:,}"
    yield from _table(
        [
            (
                f"{one.source} -> {one.target}",
                one.count,
                (one.trigger or "no trigger")
                + (f", {one.forced:,} refused" if one.forced else "")
                + (", by itself" if one.cause == "auto_close" else ""),
            )
            for one in report.transitions
        ]
    )
    yield f"  reopened: {report.reopens:,} times, {report.reopened_cases:,} cases"


def _refusals(report: Report) -> Iterator[str]:
    if report.refusals:
        yield "What a command would have been refused, with a row that shows it"
    for one in report.refusals:
        against = (*one.unmet_guards, *(f"step {name}" for name in one.unmet_steps))
        guards = f" ({', '.join(against)})" if against else ""
        yield (
            f"  {one.count:>9,}  {one.source} -> {one.target}: {one.reason}{guards}, line {one.line}, case {one.case}"
        )


def _auto_closes(found: AutoCloses) -> Iterator[str]:
    yield f"Closed by themselves: {found.count:,}"
    within = f"the log closed them too, {found.within_hour:,} within the hour"
    yield from _table(
        [
            ("confirmed", found.confirmed, within),
            ("contradicted", found.contradicted, "the log went on in another way"),
            ("unanswered", found.unanswered, "the log says nothing more"),
        ]
    )
    if found.median_s is not None and found.earliest_s is not None and found.latest_s is not None:
        yield (
            f"  the log closed {_duration(found.median_s)} later in the middle, from {_duration(found.earliest_s)} to "
            f"{_duration(found.latest_s)}"
        )


def _attainment(report: Report) -> Iterator[str]:
    if report.attainment:
        yield "Service level targets"
        yield f"  {'target':<24}{'level':>6}{'met':>9}{'missed':>9}{'undecided':>11}{'cancelled':>11}{'attained':>10}"
    for one in report.attainment:
        counts = f"{one.met:>9,}{one.missed:>9,}{one.undecided:>11,}{one.cancelled:>11,}"
        yield f"  {padded(escaped(one.target), 24)}{_level(one.level):>6}{counts}{_share(one.share):>10}"


def _agreement(agreement: Sequence[Agreement]) -> Iterator[str]:
    if not agreement:
        return
    yield f"Verdicts on {agreement[0].target!r} against the log's own outcome"
    yield (
        f"  {'level':>6}{'compared':>10}{'both met':>10}{'both missed':>13}{'only we missed':>16}"
        f"{'only log missed':>17}{'agreed':>8}{'guessing':>10}"
    )
    for one in agreement:
        same = f"{one.compared:>10,}{one.both_met:>10,}{one.both_missed:>13,}"
        other = f"{one.only_ours_missed:>16,}{one.only_log_missed:>17,}"
        yield f"  {_level(one.level):>6}{same}{other}{_share(one.share):>8}{_share(one.base):>10}"
    total = agreement[0]
    if total.undecided or total.unknown:
        yield f"  not compared: {total.undecided:,} undecided by us, {total.unknown:,} without an outcome in the log"
    yield "  guessing: always giving the log's more frequent answer"


def _problems(report: Report) -> Iterator[str]:
    if not report.problems:
        yield "No bad rows"
        return
    yield "Bad rows"
    yield from (f"  {_problem(one)}" for one in report.problems)


def _problem(one: ProblemCount) -> str:
    lines = ", ".join(map(str, one.lines[:_LINES])) + (", …" if one.count > _LINES else "")
    what = "left out" if one.left_out else "the rest taken in"
    example = f": {one.example!r}" if one.example else ""
    return f"{one.count:>9,}  {one.reason} ({what}), line {lines}{example}"


def _end(report: Report) -> list[str]:
    speed = f"{report.cpu_s:.1f} s of processor time, {report.rows_per_second:,.0f} rows a second"
    checked = report.verification
    if checked is None:
        return [speed]
    told = f"{checked.checked:,} cases folded again from their stored events"
    if not checked.differing:
        return [f"{told}: each is its stored snapshot", speed]
    return [f"{told}: {len(checked.differing):,} DIFFER, the first is {checked.differing[0]}", speed]


def _difference(one: Difference) -> str:
    due = f"; due {_minute(one.due_at)} -> {_minute(one.against_due_at)}"
    return (
        f"{one.case} {one.target}: {one.ended or 'no clock'} -> {one.against or 'no clock'}, "
        f"because of {one.why}: {one.detail}{due}"
    )


def _table(rows: Sequence[tuple[str, int, str]]) -> Iterator[str]:
    width = max((columns(escaped(name)) for name, _, _ in rows), default=0)
    for name, count, note in rows:
        yield f"  {padded(escaped(name), width)}  {count:>9,}  {note}".rstrip()


def _listed(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name!r} {count:,}" for name, count in counts)


def _level(level: int | None) -> str:
    return "all" if level is None else str(level)


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _day(moment: Instant | None) -> str:
    return "-" if moment is None else moment.date().isoformat()


def _minute(moment: Instant | None) -> str:
    return "-" if moment is None else f"{moment:%Y-%m-%d %H:%MZ}"


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    days, rest = divmod(abs(minutes), 1_440)
    hours, minutes_left = divmod(rest, 60)
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{minutes_left} min"]
    return ("-" if minutes < 0 else "") + " ".join(part for part in parts if part)
