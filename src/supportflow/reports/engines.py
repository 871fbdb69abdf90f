"""The counts of a report by an SQL engine, from its tables: whole numbers, so that every engine gives the same report.

Queries are Ibis expressions; DuckDB runs them over Parquet files, and any other engine that Ibis knows over tables of
the same names. Nothing is left to an engine that engines do in ways of their own: a percentile is the value at a
rank.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import Any

from supportflow._time import SECOND_US
from supportflow.exceptions import MissingExtra
from supportflow.replay.spark import spark_path
from supportflow.reports.assembling import Frame, assembled
from supportflow.reports.counts import BINS_S, DAY_US, PERCENTILES, By, Counts, Took, rank
from supportflow.reports.course import CAUSES
from supportflow.reports.figures import Report
from supportflow.reports.tables import COLUMNS, read_frame, read_tables, spent_column, stratum_column

__all__ = ["Queries", "connected", "load_tables", "report_by", "report_tables"]

_HOLDERS: tuple[By, ...] = ("agent", "group", "topic")
_LOADS = ("tickets", "open", "reopened")


def report_tables(folder: Path | str) -> Report:
    """The report on a folder of tables, by DuckDB over its files.

    Returns:
        The report that was made when the tables were written, but for the clock in detail and another policy.

    Raises:
        OSError: If they are not there.
        InvalidInput: If the folder holds something else.
        MissingExtra: If Ibis or DuckDB is not installed.
    """
    with connected(folder) as queries:
        return assembled(queries.counts(), queries.frame)


@contextmanager
def connected(folder: Path | str) -> Iterator["Queries"]:
    """DuckDB over the files of a folder of tables."""
    ibis = _ibis()
    connection = ibis.duckdb.connect()
    try:
        yield Queries(ibis, connection, load_tables(connection, folder))
    finally:
        connection.disconnect()


def load_tables(connection: Any, folder: Path | str) -> Frame:
    """Copy the tables of a folder into an engine, in place of those of the same names.

    DuckDB and Spark read the files themselves, so Spark's machines must all see the folder.

    Args:
        connection: An Ibis connection.
        folder: The folder.

    Returns:
        What the report says besides.

    Raises:
        OSError: If they are not there.
        InvalidInput: If the folder holds something else.
        MissingExtra: If pyarrow is not installed.
    """
    folder = Path(folder)
    frame = read_frame(folder)
    reads = _READ_FILES.get(connection.name)
    if reads is not None:
        for name in COLUMNS:
            reads(connection, folder / f"{name}.parquet", name)
        return frame
    found = read_tables(folder)
    for name, table in found.tables.items():
        # Ibis 12's own `drop_table` sends no name beside the newest sqlglot.
        connection.raw_sql(f'DROP TABLE IF EXISTS "{name}"').close()
        connection.create_table(name, table)
    return frame


def _read_by_duckdb(connection: Any, path: Path, name: str) -> None:
    # A path to DuckDB is a pattern: with `*` in a folder's name it would read that folder and others.
    connection.read_parquet(escape(str(path)), table_name=name)


def _read_by_spark(connection: Any, path: Path, name: str) -> None:
    # Ibis' own `read_parquet` takes the scheme away.
    told = re.sub(r"[\\']", r"\\\g<0>", spark_path(path))
    connection.raw_sql(f"CREATE OR REPLACE TEMPORARY VIEW {name} USING parquet OPTIONS (path '{told}')")


_READ_FILES: dict[str, Callable[[Any, Path, str], None]] = {
    "duckdb": _read_by_duckdb,
    "pyspark": _read_by_spark,
}


def report_by(connection: Any, frame: Frame) -> Report:
    """The report on the tables that an engine has.

    Args:
        connection: An Ibis connection with `tickets`, `clocks`, `stays`, `pauses` and `stints`.
        frame: What the report says besides.
    """
    return assembled(Queries(_ibis(), connection, frame).counts(), frame)


def _ibis() -> Any:
    try:
        import ibis  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise MissingExtra("reports", "a report by an engine") from None
    return ibis


class Queries:
    """The queries of a report on one connection.

    Args:
        ibis: The library.
        connection: A connection of its, with the tables.
        frame: What the report says besides.
    """

    def __init__(self, ibis: Any, connection: Any, frame: Frame) -> None:
        self.frame = frame
        self._ibis = ibis
        self.tickets, self._clocks, self._stays, self._pauses, self._stints = map(connection.table, COLUMNS)

    def counts(self) -> Counts:
        """All of them."""
        found, tickets = Counts(), self.tickets
        found.tickets = Counter(dict(self._whole()))
        found.opened = self._sums(tickets, "day")
        found.busy = self._sums(tickets, "weekday", "hour")
        found.handovers = self._sums(tickets, "handovers")
        found.bot = self._sums(tickets.filter(tickets.bot.notnull()), "bot")
        found.stays = self._sums(self._stays, "status", of="spent_us")
        found.steps = self.steps()
        paused = self._pauses.group_by(["target", "reason"])
        for row in self._rows(paused.aggregate(pauses=self._pauses.count(), us=self._pauses.spent_us.sum())):
            found.pauses[row["target"], row["reason"]] = int(row["pauses"])
            found.pause_us[row["target"], row["reason"]] = int(row["us"])
        found.ended = self._sums(self._clocks, "target", "ended")
        self._decided(found)
        self._held(found)
        for by in _HOLDERS:
            named = tickets.filter(tickets[by].notnull())
            sums = {
                "tickets": named.count(),
                "open": named.open.ifelse(1, 0).sum(),
                "reopened": (named.reopens > 0).ifelse(1, 0).sum(),
            }
            for row in self._rows(named.group_by(by).aggregate(**sums)):
                found.loads.update({(by, row[by], what): int(row[what]) for what in _LOADS})
        found.took = {
            "first_response": self._took(tickets, "response_us"),
            "resolution": self._took(tickets, "resolution_us"),
        }
        return found

    def _rows(self, expression: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = expression.to_pyarrow().to_pylist()
        return rows

    def _sums(self, table: Any, *by: str, of: str | None = None) -> Counter[Any]:
        """What stands in some columns → how many rows, or the sum of a column."""
        number = table.count() if of is None else table[of].sum()
        rows = self._rows(table.group_by(list(by)).aggregate(number=number))
        return Counter(
            {
                row[by[0]] if len(by) == 1 else tuple(row[name] for name in by): int(row["number"])
                for row in rows
            }
        )

    def _whole(self) -> Iterator[tuple[str, int]]:
        t = self.tickets
        one = {
            "open": t.open,
            "reopened": t.reopens > 0,
            "ended": (t.reopens > 0) | ~t.open,
            "resolved": t.first_contact.notnull(),
            "first_contact": t.first_contact.fill_null(False),
            "known": t.requester.notnull(),
        }
        sums = {name: when.ifelse(1, 0).sum() for name, when in one.items()}
        [row] = self._rows(t.aggregate(cases=t.count(), joined=t.joined.sum(), **sums))
        yield from ((name, int(number or 0)) for name, number in row.items())
        yield "repeats", self.repeats()

    def repeats(self) -> int:
        """Tickets of a requester who had opened another one shortly before."""
        t = self.tickets
        known = t.filter(t.requester.notnull())
        before = known.opened_us.lag().over(
            self._ibis.window(group_by=known.requester, order_by=known.opened_us)
        )
        gaps = known.select(gap=known.opened_us - before)
        [row] = self._rows(
            gaps.aggregate(repeats=(gaps.gap <= self.frame.repeat_days * DAY_US).ifelse(1, 0).sum())
        )
        return int(row["repeats"] or 0)

    def steps(self) -> Counter[tuple[str, str]]:
        """(day, class) → how many more tickets are open when it begins."""
        s = self._stays
        up = s.select(day=s.from_day, name=s.priority_class, step=self._ibis.literal(1, "int64"))
        down = s.select(day=s.to_day, name=s.priority_class, step=self._ibis.literal(-1, "int64"))
        return self._sums(up.union(down), "day", "name", of="step")

    def decided_by_level(self) -> Counter[Any]:
        """(target, level, met) → clocks."""
        return self._judged(self._decided_clocks(), "level")

    def _decided_clocks(self) -> Any:
        return self._clocks.filter(self._clocks.ended.isin(["met", "missed"]))

    def _judged(self, clocks: Any, *by: str) -> Counter[Any]:
        """(target, what stands in some columns, met) → clocks that were decided."""
        sums = self._sums(clocks, "target", *by, "ended")
        return Counter({(*key, ended == "met"): number for (*key, ended), number in sums.items()})

    def _strata(self) -> list[str]:
        return [stratum_column(place) for place in range(len(self.frame.strata))]

    def _decided(self, found: Counts) -> None:
        """How clocks ended, by what their tickets are, and why they were missed."""
        clocks, strata = self._decided_clocks(), self._strata()
        columns: tuple[tuple[By, str], ...] = (
            ("day", "day"),
            ("class", "priority_class"),
            ("level", "level"),
        )
        holders: tuple[By, ...] = ("day", "group", "agent")
        for by, column in columns:
            sums = self._judged(clocks, column)
            found.decided.update({(target, by, str(name), met): n for (target, name, met), n in sums.items()})
        for place, stratum in enumerate(strata):
            for by in holders:
                sums = self._judged(clocks.filter(clocks[by].notnull()), by, stratum)
                found.mixed.update(
                    {
                        (target, by, name, place, value, met): n
                        for (target, name, value, met), n in sums.items()
                    }
                )
        c = clocks
        for (target, met), number in self._sums(c.filter(c.adjusted.notnull()), "target", "adjusted").items():
            found.adjusted[target, "met" if met else "missed"] += number
        for target, number in self._sums(c.filter(c.excluded), "target").items():
            found.adjusted[target, "excluded"] += number
        missed = c.filter(c.cause.notnull())
        found.causes = self._sums(missed, "target", "cause")
        spent = {cause: missed[spent_column(cause)].sum() for cause in CAUSES}
        for row in self._rows(missed.group_by("target").aggregate(**spent)):
            found.cause_us.update({(row["target"], cause): int(row[cause]) for cause in CAUSES if row[cause]})

    def _held(self, found: Counts) -> None:
        """How long groups held tickets."""
        s = self._stints
        taken = s.filter(s.wait_us.notnull())
        held = s.group_by("group").aggregate(
            stints=s.count(), taken=s.wait_us.count(), held_us=s.held_us.sum()
        )
        for row in self._rows(held):
            found.stints.update(
                {(row["group"], what): int(row[what]) for what in ("stints", "taken", "held_us")}
            )
        ranked = taken.mutate(
            place=self._ibis.row_number().over(group_by=taken.group, order_by=taken.wait_us) + 1,
            number=taken.count().over(group_by=taken.group),
        )
        percentiles: dict[str, dict[int, int]] = {}
        for percent in PERCENTILES:
            # The first place that so large a share of them does not exceed, in whole numbers.
            reached = ranked.place * 100 >= ranked.number * percent
            before = (ranked.place - 1) * 100 < ranked.number * percent
            for row in self._rows(ranked.filter(reached & before).select("group", "wait_us")):
                percentiles.setdefault(row["group"], {})[percent] = row["wait_us"]
        found.waits = {
            name: Took(found.stints[name, "taken"], values, {})
            for name, values in sorted(percentiles.items())
        }

    def _took(self, table: Any, column: str) -> Took:
        known = table.filter(table[column].notnull()).select(us=table[column])
        number = int(self._rows(known.aggregate(number=known.count()))[0]["number"])
        if not number:
            return Took(0, {}, {})
        edge = self._ibis.cases(
            *((known.us <= edge * SECOND_US, self._ibis.literal(edge, "int64")) for edge in BINS_S),
            else_=self._ibis.null("int64"),
        )
        bins = self._sums(known.select(edge=edge), "edge")
        return Took(number, self.percentiles(table, column, number), bins)

    def percentiles(self, table: Any, column: str, number: int) -> dict[int, int]:
        """Percent → the value at its rank, of so many values in a column that has one."""
        known = table.filter(table[column].notnull()).select(us=table[column])
        ranked = known.mutate(place=self._ibis.row_number().over(order_by=known.us) + 1)
        places = {percent: rank(percent, number) for percent in PERCENTILES}
        chosen = self._rows(ranked.filter(ranked.place.isin(sorted(set(places.values())))))
        at = {row["place"]: row["us"] for row in chosen}
        return {percent: at[place] for percent, place in places.items()}
