"""A replay in several processes finds what one finds, to the last byte."""

import os
import signal
from itertools import pairwise

import pytest

from supportflow.cli import main
from supportflow.exceptions import InvalidInput, MappingError
from supportflow.policy import Policy
from supportflow.replay import processes as apart
from supportflow.replay import read_log, replay, replay_log
from supportflow.replay.counting import Cases
from supportflow.replay.reading import Log
from supportflow.replay.tally import Tally
from supportflow.sla.policy import SlaPolicy, Target

POLICY = Policy(
    name="four",
    auto_close_after="PT3H",
    sla=(SlaPolicy(name="all", targets=(Target.resolution(hours=4, pause_on=["pending"]),)),),
)


@pytest.fixture
def rows(rows_at):
    """Cases that are refused things, are reopened, close by themselves, and have bad rows."""
    found = []
    for n in range(12):
        found += rows_at(
            ("09:00", "New"), (f"1{n % 4}:30", "Done"), ("15:00", "Work"), ("16:00", "Shut"), case=f"a{n}"
        )
        found += rows_at(("09:00", "Shut"), (f"1{n % 5}:00", "New"), ("08:00", "Wait"), case=f"b{n}")
        found += rows_at(("09:00", "What"), ("10:00", "New"), case=f"c{n}", who="x" * (n * 40))
        found += rows_at(("09:00", "Strange"), case=f"d{n}")
    return found


def same(found):
    return found.report.model_copy(update={"cpu_s": 0.0}).model_dump_json(), list(found.verdicts.items())


def test_parts_put_together_are_the_whole(written, mapping, rows):
    """Every cut of the log, without processes: what a part has counted is all that the next needs to know of it."""
    log, given = read_log(written(rows), mapping()), mapping()
    end_us = max(row.at_us for case in log.cases.values() for row in case)
    whole = replay_log(log, given, POLICY, verify_every=3)

    for count in (1, 2, 5, 48):
        tally = Tally(log, given, POLICY)
        parts = list(apart._parts(log, given, POLICY, end_us, 3, count))
        assert [case for part in parts for case in part.cases] == list(log.cases.values())
        assert [part.first for part in parts] == [0, *_sums([len(part.cases) for part in parts])][:-1]
        for part in parts:
            tally.absorb(apart._replayed(part)[0])
        report = tally.report(0.0)
        assert (
            report.model_copy(update={"cpu_s": 0.0}).model_dump_json(),
            list(tally.verdicts.items()),
        ) == same(whole)


def _sums(lengths):
    total, found = 0, []
    for length in lengths:
        total += length
        found.append(total)
    return found


def test_two_processes_give_the_same_bytes(written, mapping, rows):
    path, told = written(rows), []
    one = replay(path, mapping(), POLICY, verify_every=2)
    two = replay(
        path, mapping(), POLICY, verify_every=2, processes=2, progress=lambda *done: told.append(done)
    )

    assert same(one) == same(two)
    assert told[-1] == (one.report.rows, one.report.rows)
    assert all(a[0] < b[0] for a, b in pairwise(told))


def test_what_is_wrong_is_said_by_this_process(written, mapping, rows_at):
    path = written(rows_at(("09:00", "New")))
    good, wrong = mapping(), mapping(state={"column": "state", "statuses": {"New": "nowhere"}})
    with pytest.raises(MappingError, match="not a status"):
        replay(path, wrong, POLICY, processes=2)
    with pytest.raises(InvalidInput, match="processes: is below 1"):
        replay(path, good, POLICY, processes=0)


def _dies(_):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_dies_is_an_error_and_no_answer(written, mapping, rows_at, monkeypatch):
    monkeypatch.setattr(apart, "_replayed", _dies)
    with pytest.raises(ChildProcessError, match="ended before its work was done"):
        replay(written(rows_at(("09:00", "New"))), mapping(), POLICY, processes=2)


def test_no_more_processes_begin_than_have_work(written, mapping, rows_at, monkeypatch):
    begun, pool = [], apart.ProcessPoolExecutor
    monkeypatch.setattr(
        apart, "ProcessPoolExecutor", lambda count, **options: begun.append(count) or pool(1, **options)
    )
    path = written([row for case in "abc" for row in rows_at(("09:00", "New"), case=case)])
    replay(path, mapping(), POLICY, processes=10_000)
    replay(path, mapping(), POLICY, processes=2)
    assert begun == [3, 2]


def test_an_empty_log_in_two_processes(written, mapping):
    found = replay(written([]), mapping(), POLICY, processes=2)
    assert (found.report.cases, found.report.rows) == (0, 0)


def test_a_check_counts_the_cases_of_the_log(written, mapping, rows_at):
    """Also those that nothing could be made of: where a case stands decides, so that parts agree."""
    given = mapping()
    log = read_log(
        written([*rows_at(("09:00", "Huh"), case="1"), *rows_at(("09:00", "New"), case="2")]), given
    )
    for before, checked in ((0, 1), (1, 0)):
        tally = Tally(Log(0, {}, [], 0.0), given, POLICY)
        cases = Cases(tally, given, POLICY, 0, 2, before=before)
        for rows in log.cases.values():
            cases.case(rows)
        found = tally.report(0.0).verification
        assert (0 if found is None else found.checked) == checked


def test_on_the_command_line(written, mapping, rows_at, capsys, monkeypatch):
    log, asked = str(written(rows_at(("09:00", "New")))), []
    monkeypatch.setattr("supportflow.cli.replay.load_mapping", lambda _: mapping())
    monkeypatch.setattr(
        "supportflow.cli.replay.replay_log",
        lambda *given, processes, **options: asked.append(processes) or replay_log(*given, **options),
    )
    assert main(["replay", log, "--mapping", "m.toml", "--processes", "3"]) == 0
    assert main(["replay", log, "--mapping", "m.toml", "--processes", "0"]) == 2
    assert asked == [3]
    assert "--processes: is not a whole number from 1" in capsys.readouterr().err
