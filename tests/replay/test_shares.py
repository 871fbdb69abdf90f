"""A log that is read in shares is the log that one process reads."""

import random

import pytest

from supportflow.exceptions import InvalidInput, MappingError
from supportflow.replay import cases as case_log
from supportflow.replay import reading
from supportflow.replay.cases import CaseLog
from supportflow.replay.ordered import Ordered
from supportflow.replay.shares import _take
from supportflow.replay.tables import is_csv


def told(log):
    found = (log.rows, log.usable, log.first_us, log.last_us, log.bad.counts(None), log.people, log.cases)
    return found, list(log.each())


def many(rows, copies):
    """The rows again and again, as other cases; some cannot be used, and a cell has two lines."""
    made = [(f"{case}-{copy}", *cells) for copy in range(copies) for case, *cells in rows]
    made[3] = ("too", "short")
    made[5] = (*made[5][:3], "sam\nsmith")
    made[-2] = ("", *made[-2][1:])
    return made


@pytest.mark.parametrize(("of", "block"), [(2, 1), (2, 7), (3, 5), (5, 1_000)])
def test_shares_put_together_are_the_whole(monkeypatch, tmp_path, written, mapping, rows, of, block):
    monkeypatch.setattr(reading, "BLOCK", block)
    monkeypatch.setattr("supportflow.replay.ordered.HELD", 4)
    path, given = written(many(rows, 4)), mapping()
    with CaseLog(path, given) as whole:
        shared = Ordered(tmp_path)
        found = []
        for share in range(of):
            own = Ordered(tmp_path, f"{share}-")
            found.append(_take(path, given, own, share, of, None))
            shared.absorb(own.runs(), found[-1].usable)
        assert (sum(one.rows for one in found), sum(one.usable for one in found)) == (
            whole.rows,
            whole.usable,
        )
        assert [row for _, _, row in shared] == [row for case in whole.packed() for row in case]
        assert len(shared) == whole.usable
        assert sum(one.people for one in found).to_bytes(40, "big") == whole.people
        assert min(one.first_us for one in found if one.usable) == whole.first_us
        assert max(one.last_us for one in found if one.usable) == whole.last_us


def test_two_processes_read_what_one_reads(monkeypatch, written, mapping, rows):
    path, given = written(many(rows, 25)), mapping()
    with CaseLog(path, given) as one:
        assert one.rows > 2 * reading.BLOCK
        monkeypatch.setattr(case_log, "WORTH", 0)
        seen = []
        with CaseLog(path, given, processes=2, progress=seen.append) as two:
            assert told(two) == told(one)


def test_the_key_of_a_log_does_not_depend_on_the_order_of_its_rows(written, mapping, rows):
    lines = list(rows)
    with CaseLog(written(rows), mapping()) as log:
        people = log.people
    random.Random(3).shuffle(lines)
    with CaseLog(written(lines), mapping()) as log:
        assert log.people == people
    with CaseLog(written(lines[1:]), mapping()) as log:
        assert log.people != people


def test_what_is_wrong_is_said_once(monkeypatch, written, mapping, rows):
    monkeypatch.setattr(case_log, "WORTH", 0)
    with pytest.raises(MappingError):
        CaseLog(written(rows, header=("a", "b", "c", "d")), mapping(), processes=2)
    with pytest.raises(InvalidInput, match="processes"):
        CaseLog(written(rows), mapping(), processes=0)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"x", True),
        ("a.csv.gz", b"\x1f\x8b", True),
        ("a.JSONL", b"{}", False),
        ("a.xes.gz", b"", False),
        ("a", b"PAR1", False),
    ],
)
def test_only_csv_is_read_in_shares(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    assert is_csv(tmp_path / name) is said
