"""A replay by Spark: its parts, with a stand-in that splits rows as Spark does; and by Spark itself, on demand."""

import os
import pickle
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from supportflow.exceptions import InvalidInput, MappingError, MissingExtra
from supportflow.policy import Policy
from supportflow.replay import CaseLog, replay_by_spark, replay_log
from supportflow.sla.policy import SlaPolicy, Target

POLICY = Policy(
    name="four",
    auto_close_after="PT3H",
    sla=(SlaPolicy(name="all", targets=(Target.resolution(hours=4, pause_on=["pending"]),)),),
)


FOLDERS = ["two words", "日志 100%25", "x[1]", "a{b,c}", "a#b", "what?", "all*", "back\\slash"]
"""Names of folders that are no plain URI, or patterns."""


class Spark:
    """Reads rows, and gives the cases to parts by their place, each part in several batches.

    As Spark does, it reads nothing before it is asked for rows, sends the function away as bytes, and wants columns of the
    types that were named. A path to Spark is a pattern with a scheme, in which nothing is decoded (seen with 4.3.0).
    """

    class sparkContext:  # noqa: N801 - Spark's own name
        defaultParallelism = 1  # noqa: N815

    def __init__(self):
        self.read, self.parts, self.folder = self, 0, None

    def parquet(self, path):
        assert path.startswith("file:///")
        assert not re.search(r"(?<!\\)(\\\\)*[][{}*?]", path), "a pattern"
        self.rows = Path(re.sub(r"\\(.)", r"\1", path.removeprefix("file://")))
        self.folder = self.rows.parent
        assert self.rows.is_file()
        return self

    def repartition(self, parts, column):
        self.parts, self.column = parts, column
        return self

    def sortWithinPartitions(self, *columns):  # noqa: N802
        self.by = columns
        return self

    def mapInArrow(self, function, schema):  # noqa: N802
        assert schema == "counted binary, cpu_s double"
        self.sent = pickle.dumps(function)
        return self

    def toLocalIterator(self):  # noqa: N802
        arrow = pytest.importorskip("pyarrow")
        schema = arrow.schema([("counted", arrow.binary()), ("cpu_s", arrow.float64())])
        table = pytest.importorskip("pyarrow.parquet").read_table(self.rows)
        rows = table.to_pylist()[::-1]
        for part in range(self.parts):
            taken = [row for row in rows if row[self.column] * 7_919 % self.parts == part]
            taken.sort(key=lambda row: [row[column] for column in self.by])
            batches = [
                arrow.RecordBatch.from_pylist(taken[n : n + 7], schema=table.schema)
                for n in range(0, len(taken), 7)
            ]
            for answer in pickle.loads(self.sent)(iter(batches)):
                assert answer.schema == schema
                yield from answer.to_pylist()


@pytest.fixture
def path(written, rows):
    return written([*rows, ("", "2026-03-02T09:00:00Z", "New", ""), ("e", "soon", "New", "")])


def told(found):
    return found.report.model_copy(update={"cpu_s": 0.0}).model_dump_json(), found.verdicts


@pytest.mark.parametrize("parts", [None, 1, 5, 100])
def test_machines_give_the_bytes_of_one_process(path, mapping, parts):
    with CaseLog(path, mapping()) as log:
        whole = replay_log(log, mapping(), POLICY, verify_every=3)
        spark = Spark()
        found = replay_by_spark(spark, log, mapping(), POLICY, verify_every=3, verdicts=True, parts=parts)
        assert told(found) == told(whole)
        assert whole.report.verification.checked == 9
        assert list(found.verdicts) == list(whole.verdicts)
        assert spark.parts == (parts or 4)
        assert not spark.folder.exists()
        bare = replay_by_spark(Spark(), log, mapping(), POLICY, verify_every=3, parts=parts)
        assert told(bare) == (told(whole)[0], {})


@pytest.mark.parametrize("name", FOLDERS)
def test_rows_are_found_whatever_the_folder_is_called(written, rows_at, mapping, tmp_path, name):
    if os.name == "nt" and set(name) & set("?*\\"):
        pytest.skip("Windows has no folder of that name")
    (tmp_path / name).mkdir()
    with CaseLog(written(rows_at(("09:00", "New"))), mapping()) as log:
        spark = Spark()
        found = replay_by_spark(spark, log, mapping(), POLICY, folder=tmp_path / name)
        assert found.report.cases == 1
        assert spark.folder.parent == tmp_path / name


def test_a_folder_is_found_from_where_the_program_runs(written, rows_at, mapping, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("here").mkdir()
    with CaseLog(written(rows_at(("09:00", "New"))), mapping()) as log:
        assert replay_by_spark(Spark(), log, mapping(), POLICY, folder="here").report.cases == 1


def test_numbers_texts_and_nothing_come_through(written, mapping):
    header = ("id", "at", "state", "who", "size", "words")
    rows = [
        ("1", "2026-03-02T09:00:00Z", "New", "", "3", "短 \U0001f600"),
        ("1", "2026-03-02T10:00:00Z", "Work", "sam", "", ""),
        ("2", "2026-03-02T09:00:00Z", "New", "", "9", ""),
    ]
    given = mapping(attributes={"size": {"column": "size", "kind": "integer"}}, text="words")
    big = {"name": "big", "when": {"field": "size", "ge": 5}, "targets": [Target.resolution(hours=1)]}
    policy = Policy(name="p", fields={"size": {"kind": "integer"}}, sla=[big])
    with CaseLog(written(rows, header=header), given) as log:
        found = replay_by_spark(Spark(), log, given, policy, parts=2, verdicts=True)
        assert told(found) == told(replay_log(log, given, policy))
        assert {case: one.sla for case, one in found.verdicts.items()} == {"1": None, "2": "big"}


def test_what_is_wrong_is_said_before_anything_is_sent(written, rows_at, mapping, monkeypatch):
    wrong = mapping(state={"column": "state", "statuses": {"New": "nowhere"}})
    with CaseLog(written(rows_at(("09:00", "New"))), mapping()) as log:
        with pytest.raises(MappingError, match="not a status"):
            replay_by_spark(Spark(), log, wrong, POLICY)
        with pytest.raises(InvalidInput, match="parts: is below 1"):
            replay_by_spark(Spark(), log, mapping(), POLICY, parts=0)
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        with pytest.raises(MissingExtra, match=r"supportflow\[parquet\]"):
            replay_by_spark(Spark(), log, mapping(), POLICY)


def test_nothing_at_all(written, mapping):
    with CaseLog(written([]), mapping()) as log:
        assert told(replay_by_spark(Spark(), log, mapping(), POLICY)) == told(
            replay_log(log, mapping(), POLICY)
        )


@pytest.mark.exhaustive
@pytest.mark.skipif(find_spec("pyspark") is None, reason="needs Spark: pip install pyspark, and Java 17")
@pytest.mark.filterwarnings("ignore")
def test_spark_itself(path, mapping, monkeypatch, tmp_path):
    from pyspark.sql import SparkSession

    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    spark = builder.getOrCreate()
    try:
        with CaseLog(path, mapping()) as log:
            found = replay_by_spark(spark, log, mapping(), POLICY, verify_every=3, verdicts=True)
            whole = told(replay_log(log, mapping(), POLICY, verify_every=3))
            assert told(found) == whole
            for name in FOLDERS:
                (tmp_path / name).mkdir()
                found = replay_by_spark(
                    spark,
                    log,
                    mapping(),
                    POLICY,
                    verify_every=3,
                    verdicts=True,
                    parts=2,
                    folder=tmp_path / name,
                )
                assert told(found) == whole
    finally:
        spark.stop()
