"""A replay split by case over machines, by Spark: each counts its cases, and the counts are added up.

The log is read once, by whoever starts it, and laid down as Parquet, one row after another with the place of its case.
Spark hands each machine whole cases, in `mapInArrow`, which gives Arrow batches to plain Python; what comes back is
counts, a few kilobytes of each part.
"""

import json
import pickle
import re
import time
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from supportflow.exceptions import InvalidInput, MissingExtra
from supportflow.policy import Policy
from supportflow.replay.cases import CaseLog
from supportflow.replay.counting import Cases
from supportflow.replay.mapping import LogMapping
from supportflow.replay.processes import Replaying
from supportflow.replay.reading import Row
from supportflow.replay.running import Replayed, add_bad, extent_of
from supportflow.replay.tally import Counted, Tally

__all__ = ["replay_by_spark", "spark_path"]

_BATCH = 20_000
_TEXTS = (
    "case",
    "state",
    "status",
    "opened",
    "actor",
    "agent",
    "group",
    "requester",
    "priority_class",
    "outcome",
    "text",
)
_NUMBERS = ("line", "at_us", "level")


def replay_by_spark(
    spark: Any,
    log: CaseLog,
    mapping: LogMapping,
    policy: Policy | None = None,
    *,
    verify_every: int = 0,
    verdicts: bool = False,
    parts: int | None = None,
    folder: Path | str | None = None,
) -> Replayed:
    """Replay a log by the machines of a Spark session; the report is that of one process, but for its processor time.

    Args:
        spark: A `SparkSession`. Its machines have this version of supportflow.
        log: The log.
        mapping: What it was read by.
        policy: The policy; the mapping's own, or a plain desk, if not given.
        verify_every: Check every n-th case; 0 checks none.
        verdicts: Whether the verdict of every case is brought back and kept.
        parts: Into how many parts the cases go; four for each core that Spark has, if not given.
        folder: A folder that all machines see, in which the rows are laid down for the while; one of this machine, if not
            given, which is right for local Spark.

    Raises:
        InvalidInput: If `parts` is below 1.
        MappingError: If the mapping does not fit the policy.
        PolicyError: If the policy is wrong.
        MissingExtra: If pyarrow is not installed.
    """
    if parts is not None and parts < 1:
        raise InvalidInput("parts", "is below 1")
    began = time.process_time()
    policy = policy or mapping.policy or Policy()
    extent = extent_of(log)
    work = Replaying(mapping, policy, extent.last_us or 0, verify_every, verdicts)
    tally = Tally(mapping, policy, verdicts=verdicts)
    Cases(
        tally, mapping, policy, work.end_us, 0
    )  # what is wrong with either is said here, not by every machine
    elsewhere_s = 0.0
    with TemporaryDirectory(dir=folder, prefix="supportflow-") as made:
        path = Path(made) / "rows.parquet"
        _write(log, path)
        number = parts or 4 * spark.sparkContext.defaultParallelism
        rows = (
            spark.read.parquet(spark_path(path))
            .repartition(number, "place")
            .sortWithinPartitions("place", "seq")
        )
        for answer in rows.mapInArrow(_Machine(work), "counted binary, cpu_s double").toLocalIterator():
            tally.absorb(pickle.loads(answer["counted"]))  # noqa: S301 - of this session's own making
            elsewhere_s += answer["cpu_s"]
    add_bad(tally, log)
    seconds = log.cpu_s + elsewhere_s + time.process_time() - began
    return Replayed(tally.report(extent, seconds), dict(sorted(tally.verdicts.items())))


def spark_path(path: Path) -> str:
    """A file that all machines see, as Spark is told of it.

    Spark decodes nothing, so that this is no URI of the usual kind: signs that stand for others in its patterns have a
    backslash. Without the scheme it would look in its default file system, such as HDFS.
    """
    told = re.sub(r"[][{}*?\\]", r"\\\g<0>", path.absolute().as_posix())
    return f"file:///{told.removeprefix('/')}"


def _arrow() -> Any:
    try:
        import pyarrow  # noqa: ICN001, PLC0415 - an extra
        import pyarrow.parquet  # noqa: PLC0415
    except ModuleNotFoundError:
        raise MissingExtra("parquet", "a replay by Spark") from None
    return pyarrow


def _write(log: CaseLog, path: Path) -> None:
    """The rows of a log, in the order of its cases: `place` counts these, `seq` the rows."""
    arrow = _arrow()
    whole, text = arrow.int64(), arrow.string()
    schema = arrow.schema(
        [("place", whole), ("seq", whole), *((name, whole) for name in _NUMBERS), ("attributes", text)]
        + [(name, text) for name in _TEXTS]
    )
    with arrow.parquet.ParquetWriter(path, schema) as writer:
        held: list[tuple[object, ...]] = []
        seq = 0
        for place, rows in enumerate(log.each()):
            for row in rows:
                numbers = (getattr(row, name) for name in _NUMBERS)
                texts = (getattr(row, name) for name in _TEXTS)
                held.append((place, seq, *numbers, json.dumps(row.attributes), *texts))
                seq += 1
            if len(held) >= _BATCH:
                writer.write_batch(_batch(arrow, held, schema))
                held = []
        if held:
            writer.write_batch(_batch(arrow, held, schema))


def _batch(arrow: Any, rows: list[tuple[object, ...]], schema: Any) -> Any:
    columns = zip(*rows, strict=True)
    return arrow.record_batch(
        [arrow.array(column, field.type) for column, field in zip(columns, schema, strict=True)],
        schema=schema,
    )


class _Machine:
    """What a machine does with its cases.

    Args:
        work: What it is told.
    """

    def __init__(self, work: Replaying) -> None:
        self._work = work

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        """The counts of all cases in some batches, as one row."""
        began = time.process_time()
        counted = self._counted(row for batch in batches for row in batch.to_pylist())
        arrow = _arrow()
        columns = [
            arrow.array([pickle.dumps(counted)], arrow.binary()),
            arrow.array([time.process_time() - began]),
        ]
        yield arrow.RecordBatch.from_arrays(columns, names=["counted", "cpu_s"])

    def _counted(self, rows: Iterable[dict[str, Any]]) -> Counted:
        work = self._work
        tally = Tally(work.mapping, work.policy, verdicts=work.verdicts)
        replaying = Cases(tally, work.mapping, work.policy, work.end_us, work.verify_every)
        for place, case in groupby(rows, key=itemgetter("place")):
            replaying.case(list(map(_row, case)), before=place)
        return tally.counted()


def _row(cells: dict[str, Any]) -> Row:
    values = {name: cells[name] for name in (*_NUMBERS, *_TEXTS)}
    # What the order was by is over: the rows stand in it.
    return Row(**values, order=(cells["seq"], 0), attributes=json.loads(cells["attributes"]))
