"""The same report by every engine: Python, DuckDB over Parquet, PostgreSQL."""

import random
import shutil
import sys
from importlib.util import find_spec

import pytest

from reports.naive import Row
from reports.test_history import FOUR, opened
from reports.test_rates import reported
from supportflow import Desk
from supportflow.exceptions import InvalidInput, MissingExtra
from supportflow.model.people import Requester
from supportflow.reports import (
    load_tables,
    read_tables,
    report,
    report_by,
    report_history,
    report_tables,
)
from supportflow.testing import CountingIds, ManualClock


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A log of a hundred and twenty cases that have everything, its report, and the tables of that report."""
    dice = random.Random(5)
    cases = []
    for number in range(120):
        now = dice.randrange(30 * 24) * 60
        rows = [
            Row(
                f"c{number}",
                now,
                "New",
                "",
                dice.choice(["", "x", "y"]),
                dice.randint(1, 4),
                dice.choice("pqrst"),
            )
        ]
        for _ in range(dice.randrange(7)):
            now += dice.choice([1, 7, 30, 600, 3_000])
            state = dice.choice(["Work", "Work", "Wait", "Hold", "Done", "Shut"])
            agent, group = dice.choice(["", "sam", "mei"]), dice.choice(["", "x", "y"])
            rows.append(
                rows[0]._replace(at=now, state=state, agent=agent, group=group, level=dice.randint(1, 4))
            )
        cases.append(rows)
    folder = tmp_path_factory.mktemp("tables")
    options = {"adjust": ["level", "assignee"], "hours": "office", "tz": "Asia/Kolkata", "repeat_days": 2}
    found = reported(cases, "office", True, tables=folder, **options)
    return found.model_copy(update={"timeline": None}), folder


def test_duckdb_says_the_same(course):
    found, folder = course

    assert found.targets[0].causes
    assert len(found.targets[0].standardised) == 6
    assert found.repeating.count > 20
    assert report_tables(folder) == found


def test_tables_are_loaded_into_an_engine_and_replaced(course):
    found, folder = course
    connection = pytest.importorskip("ibis").duckdb.connect()
    for _ in range(2):
        frame = load_tables(connection, folder)
    assert report_by(connection, frame) == found
    connection.disconnect()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no folder of such a name")
@pytest.mark.parametrize(("name", "other"), [("all*", "all of it"), ("what?", "what1"), ("[12]", "1")])
def test_a_folder_is_no_pattern(course, tmp_path, name, other):
    """To an engine that reads files itself: else all that is in the other folder was counted, too."""
    found, folder = course
    for one in (name, other):
        shutil.copytree(folder, tmp_path / one)
    (tmp_path / other / "tickets.parquet").unlink()
    shutil.copy(folder / "clocks.parquet", tmp_path / other / "tickets.parquet")
    assert report_tables(tmp_path / name) == found


def test_postgresql_says_the_same(course, postgresql):
    found, folder = course
    ibis = pytest.importorskip("ibis")
    connection = ibis.connect(postgresql)
    for _ in range(2):  # what is there already is replaced
        frame = load_tables(connection, folder)
    assert report_by(connection, frame) == found
    connection.disconnect()


@pytest.mark.exhaustive
@pytest.mark.skipif(find_spec("pyspark") is None, reason="needs Spark: pip install pyspark, and Java 17")
@pytest.mark.filterwarnings("ignore")
def test_spark_says_the_same(course, monkeypatch, tmp_path):
    from pyspark.sql import SparkSession

    found, folder = course
    ibis = pytest.importorskip("ibis")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        # A cluster's files lie elsewhere, if it is not told otherwise: local ones are read all the same.
        "spark.hadoop.fs.defaultFS": "hdfs://nobody.invalid:9",
        "spark.sql.warehouse.dir": (tmp_path / "warehouse").as_uri(),
    }
    spark = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    try:
        connection = ibis.pyspark.connect(spark)
        for name in ("two words", "it's 日志 100%25", "x[1]", "a{b,c}", "all*", "back\\slash"):
            shutil.copytree(folder, tmp_path / name)
            frame = load_tables(connection, tmp_path / name)
            assert connection.table("tickets").count().execute() == found.cases
        assert report_by(connection, frame) == found
    finally:
        spark.stop()


def test_a_desk_s_history_by_an_engine(tmp_path):
    clock = ManualClock("2026-03-02T09:00:00Z")
    desk = Desk(FOUR, clock=clock, ids=CountingIds())
    for ref in "abc":
        opened(desk, ref, category="refund")
    clock.advance(hours=5)
    desk.run_due()
    [key] = [clock.key for clock in desk.get(ref="a").clocks]
    desk.reply(ref="a", body="!", by="sam")
    for ref in "ab":
        desk.resolve(ref=ref, by="sam")
    desk.correct(ref="a", clock=key, met=True, reason="ours", by="sam")
    desk.exclude(ref="b", clock=key, reason="a test", by="sam")
    desk.resolve(ref="c", by="sam")
    desk.receive(ref="c", body="Again.", by=Requester("ana"))
    found = report_history(desk, until=clock.now(), tables=tmp_path / "new")

    assert (found.targets[0].excluded, found.targets[0].adjusted.met, found.reopened) == (1, 1, 1)
    assert report_tables(tmp_path / "new") == found.model_copy(update={"timeline": None})


def test_a_percentile_at_an_exact_share_is_the_value_below(tmp_path):
    """Half of four waits do not exceed the second: the third does not count, on any engine."""
    rows = [
        [
            Row(f"c{n}", 0, "New", "", "x"),
            Row(f"c{n}", n, "Work", "sam", "x"),
            Row(f"c{n}", 60, "Done", "sam", "x"),
        ]
        for n in (1, 2, 3, 4)
    ]
    found = reported(rows, "24x7", False, tables=tmp_path)
    assert found.ola[0].percentiles == {50: 120, 75: 180, 90: 240, 95: 240, 99: 240}
    assert report_tables(tmp_path) == found


def test_nothing_at_all_by_an_engine(tmp_path, written, mapping):
    found = report(written([]), mapping(), FOUR, tables=tmp_path, adjust=["level"])
    assert report_tables(tmp_path) == found


def test_notebooks_take_the_tables(course):
    found, folder = course
    frame, tables = read_tables(folder)

    tickets = tables["tickets"].to_pandas()
    assert len(tickets) == found.cases
    assert frame.strata == ("level", "assignee")
    assert tickets["stratum_0"].isin(list("1234")).all()
    assert (tickets["resolution_us"].dropna() / 1_000_000).max() == found.distributions[1].percentiles[99]
    clocks = tables["clocks"].to_pandas()
    assert (clocks["ended"] == "missed").sum() == found.targets[0].ended["missed"]


def test_a_folder_with_something_else(tmp_path):
    with pytest.raises(FileNotFoundError):
        report_tables(tmp_path)
    (tmp_path / "frame.json").write_text('{"mapping": 7}', encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"tables: have a damaged frame\.json"):
        report_tables(tmp_path)


def test_what_is_needed_is_said(course, monkeypatch):
    monkeypatch.setitem(sys.modules, "ibis", None)
    with pytest.raises(MissingExtra, match=r"supportflow\[reports\]"):
        report_tables(course[1])
