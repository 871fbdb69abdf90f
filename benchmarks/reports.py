"""Reports by DuckDB over a million tickets, beside queries written by hand; and a replay by two processes beside one.

Usage: reports.py [--tickets N] [--runs R] [--log LOG --mapping MAPPING --policy POLICY --copies N]

The tables are made up, in the shape of a real desk's: a clock, two stays and a stint for each ticket. Times are wall time,
medians of runs that take turns, so that whatever else the machine does hits all alike.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import duckdb
import pyarrow.parquet as pq

from supportflow._time import from_us
from supportflow.policy import Policy, read_policy
from supportflow.replay import Log, load_mapping, read_log, replay_log
from supportflow.reports import report_tables
from supportflow.reports.assembling import Frame
from supportflow.reports.course import CAUSES
from supportflow.reports.engines import connected
from supportflow.reports.tables import COLUMNS, spent_column, write_frame

START_US, HOUR_US = 1_767_225_600_000_000, 3_600_000_000
YEAR_HOURS = 365 * 24
KINDS = {"string": "VARCHAR", "int64": "BIGINT", "bool": "BOOLEAN"}


def made_up(folder: Path, number: int) -> None:
    """Tables of so many tickets of a year; every column by a hash of the ticket's number."""
    names = ", ".join(f"'{cause}'" for cause in CAUSES)
    zeros = {
        spent_column(cause): f"CASE WHEN h % 7 = {n} THEN {3 * HOUR_US} ELSE 0 END"
        for n, cause in enumerate(CAUSES)
    }
    late, minute = "h % 7 > 4", "60000000"
    day = "strftime(moment, '%Y-%m-%d')"
    tables: dict[str, dict[str, str]] = {
        "tickets": {
            "case": "'c' || i", "requester": "'p' || h % 300000", "opened_us": "us", "day": day,
            "weekday": "isodow(moment) - 1", "hour": "hour(moment)", "priority_class": "'general'", "level": "1 + h % 4",
            "topic": "'t' || h % 40", "group": "'g' || h % 60", "agent": "'a' || h % 900", "open": "h % 50 = 0",
            "reopens": "CAST(h % 33 = 0 AS BIGINT)",
            "response_us": f"{minute} * (h % 700)", "resolution_us": f"CASE WHEN h % 50 > 0 THEN {minute} * (h % 9000) END",
            "first_contact": "CASE WHEN h % 50 > 0 THEN h % 3 = 0 END", "bot": "CAST(NULL AS VARCHAR)",
            "handovers": "h % 4", "joined": "0", "stratum_0": "CAST(1 + h % 4 AS VARCHAR)",
        },
        "clocks": {
            "case": "'c' || i", "target": "'resolution'", "ended": f"CASE WHEN {late} THEN 'missed' ELSE 'met' END",
            "adjusted": f"NOT ({late})", "excluded": "FALSE", "cause": f"CASE WHEN {late} THEN [{names}][1 + h % 7] END",
            **zeros, "day": day, "priority_class": "'general'", "level": "1 + h % 4", "group": "'g' || h % 60",
            "agent": "'a' || h % 900", "stratum_0": "CAST(1 + h % 4 AS VARCHAR)",
        },
        "stays": {
            "case": "'c' || i", "status": "unnest(['new', 'open'])", "priority_class": "'general'",
            "spent_us": f"{minute} * (h % 900)", "from_day": day, "to_day": "strftime(moment + INTERVAL 2 DAY, '%Y-%m-%d')",
        },
        "pauses": {
            "case": "'c' || i", "target": "'resolution'", "reason": "'pending'", "spent_us": f"{minute} * (h % 900)",
        },
        "stints": {
            "case": "'c' || i", "group": "'g' || h % 60", "held_us": f"{minute} * (h % 900)",
            "wait_us": "CASE WHEN h % 9 > 0 THEN 1000000 * (h % 9000) END",
        },
    }  # fmt: skip
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE made AS SELECT *, make_timestamp(us) AS moment FROM (SELECT i, "
        "CAST(hash(i) % 1000003 AS BIGINT) AS h, CAST($start + (hash(i) % $hours) * $hour + i % 3600 AS BIGINT) AS us "
        "FROM range($number) AS t(i))",
        {"start": START_US, "hours": YEAR_HOURS, "hour": HOUR_US, "number": number},
    )
    for name, columns in tables.items():
        kinds = {**COLUMNS[name], "stratum_0": "string"}
        shown = ", ".join(
            f'CAST({sql} AS {KINDS[kinds[column]]}) AS "{column}"' for column, sql in columns.items()
        )
        connection.sql(f"SELECT {shown} FROM made").write_parquet(str(folder / f"{name}.parquet"))  # noqa: S608 - its own
    end = from_us(START_US + 366 * 24 * HOUR_US)
    frame = Frame(
        mapping="made up",
        policy="made up",
        fingerprint="",
        tz="UTC",
        rows=number,
        left_out=0,
        first_at=from_us(START_US),
        until=end,
        last_day=f"{end:%Y-%m-%d}",
        classes=("general",),
        strata=("level",),
        repeat_days=7,
    )
    write_frame(folder, frame)


BY_HAND = {
    "attainment by level": """
        SELECT target, CAST(level AS VARCHAR), ended = 'met', count(*) FROM '{folder}/clocks.parquet' WHERE ended IN
        ('met', 'missed') GROUP BY ALL
    """,
    "percentiles of resolutions": """
        WITH ranked AS (SELECT resolution_us AS us, row_number() OVER (ORDER BY resolution_us) AS place FROM
        '{folder}/tickets.parquet' WHERE resolution_us IS NOT NULL) SELECT place, us FROM ranked WHERE place IN ({places})
    """,
    "backlog steps": """
        SELECT day, priority_class, sum(step) FROM (SELECT from_day AS day, priority_class, 1 AS step FROM
        '{folder}/stays.parquet' UNION ALL SELECT to_day, priority_class, -1 FROM '{folder}/stays.parquet') GROUP BY ALL
    """,
    "repeated contacts": """
        SELECT sum(CASE WHEN gap <= 7 * 86400000000 THEN 1 ELSE 0 END) FROM (SELECT opened_us - lag(opened_us) OVER
        (PARTITION BY requester ORDER BY opened_us) AS gap FROM '{folder}/tickets.parquet')
    """,
}


def _asked(connection: duckdb.DuckDBPyConnection, text: str) -> list[tuple[object, ...]]:
    return connection.execute(text).fetchall()


def in_turn(runs: int, ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The median time of each way, of runs that take turns; one before them is not counted."""
    took: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(runs + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            if number:
                took[name].append(time.perf_counter() - began)
    return {name: median(times) for name, times in took.items()}


def engines(number: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        made_up(folder, number)
        print(
            f"a report of {number:,} tickets: {in_turn(runs, {'all': lambda: report_tables(folder)})['all']:.2f} s"
        )
        with connected(folder) as queries:
            column = pq.read_table(folder / "tickets.parquet", columns=["resolution_us"]).column(0)
            decided = len(column) - column.null_count
            places = ", ".join(str(-(-percent * decided // 100)) for percent in (50, 75, 90, 95, 99))
            ours = {
                "attainment by level": queries.decided_by_level,
                "percentiles of resolutions": lambda: queries.percentiles(
                    queries.tickets, "resolution_us", decided
                ),
                "backlog steps": queries.steps,
                "repeated contacts": queries.repeats,
            }
            for name, sql in BY_HAND.items():
                text = sql.format(folder=folder, places=places)
                hand = duckdb.connect()
                times = in_turn(runs, {"ours": ours[name], "hand": partial(_asked, hand, text)})
                ratio = times["ours"] / times["hand"]
                print(f"  {name}: {times['ours']:.3f} s, by hand {times['hand']:.3f} s, {ratio:.2f} times")


def processes(log: Log, mapping: str, policy: Policy, copies: int, runs: int) -> None:
    told = load_mapping(mapping)
    cases = {
        f"{name} {copy}": [row._replace(case=f"{name} {copy}") for row in rows]
        for copy in range(copies)
        for name, rows in log.cases.items()
    }
    many = log._replace(cases=cases, rows=log.rows * copies)
    found: dict[int, str] = {}
    cpu: dict[int, list[float]] = {1: [], 2: []}
    waited: list[float] = []

    def replayed(count: int) -> None:
        began = time.process_time()
        report = replay_log(many, told, policy, processes=count).report
        here = time.process_time() - began
        cpu[count].append(report.cpu_s - log.cpu_s)
        if count > 1:
            waited.append(here)
        found[count] = report.model_copy(update={"cpu_s": 0.0}).model_dump_json()

    times = in_turn(runs, {"one": lambda: replayed(1), "two": lambda: replayed(2)})
    assert found[1] == found[2]
    ratio = times["one"] / times["two"]
    print(
        f"{many.rows:,} rows: one process {times['one']:.1f} s, two {times['two']:.1f} s, {ratio:.2f} times as fast"
    )
    alone, both, here = median(cpu[1]), median(cpu[2]), median(waited)
    most = alone / (here + (both - here) / 2)
    print(
        f"processor time: {alone:.1f} s in one, {both:.1f} s in all with two, of it {here:.1f} s in the one that shares "
        f"out and gathers: with two free cores {most:.2f} times as fast"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--mapping", default="servicenow_uci")
    parser.add_argument("--policy", type=Path)
    parser.add_argument("--copies", type=int, default=1)
    given = parser.parse_args()
    if given.log is None:
        engines(given.tickets, given.runs)
    else:
        read = read_log(given.log, load_mapping(given.mapping))
        policy = Policy() if given.policy is None else read_policy(given.policy)
        processes(read, given.mapping, policy, given.copies, given.runs)
