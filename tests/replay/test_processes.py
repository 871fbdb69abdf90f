"""A replay in several processes finds what one finds, to the last byte."""

import os
import signal
from copy import deepcopy
from itertools import accumulate, pairwise

import pytest

from supportflow.cli import main
from supportflow.exceptions import InvalidInput, MappingError
from supportflow.policy import Policy
from supportflow.replay import pool as pools
from supportflow.replay import processes as apart
from supportflow.replay import read_log, replay, replay_log
from supportflow.replay.counting import Cases
from supportflow.replay.reading import packed, unpacked
from supportflow.replay.running import add_bad, extent_of
from supportflow.replay.tally import Tally
from supportflow.sla.policy import SlaPolicy, Target

POLICY = Policy(
    name="four",
    auto_close_after="PT3H",
    sla=(SlaPolicy(name="all", targets=(Target.resolution(hours=4, pause_on=["pending"]),)),),
)


def same(found):
    return found.report.model_copy(update={"cpu_s": 0.0}).model_dump_json(), list(found.verdicts.items())


@pytest.mark.parametrize("size", [1, 7, 40, 10_000])
def test_parts_put_together_are_the_whole(written, mapping, rows, size):
    """Every cut of the log, without processes, and in any order: counts know nothing of what was counted before."""
    log, given = read_log(written(rows), mapping()), mapping()
    extent = extent_of(log)
    work = apart.Replaying(given, POLICY, extent.last_us, 3, True)
    parts = list(apart._parts([[*map(packed, case)] for case in log.cases.values()], size))
    cases = [[unpacked(case) for case in part.cases] for part in parts]
    assert [case for found in cases for case in found] == list(log.cases.values())
    assert [part.first for part in parts] == [0, *accumulate(map(len, cases))][:-1]
    assert [part.rows for part in parts] == [sum(map(len, found)) for found in cases]

    counts = [apart.replayed(work, found, part.first) for part, found in zip(parts, cases, strict=True)]
    whole = replay_log(log, given, POLICY, verify_every=3)
    for order in (1, -1):
        tally = Tally(given, POLICY)
        for counted in deepcopy(counts)[::order]:
            tally.absorb(counted)
        add_bad(tally, log)
        report = tally.report(extent, 0.0)
        told = report.model_copy(update={"cpu_s": 0.0}).model_dump_json()
        assert (told, dict(tally.verdicts)) == (same(whole)[0], whole.verdicts)


def test_the_order_of_the_cases_changes_nothing(written, mapping, rows):
    """As they stand in the file, or sorted by their ids: the report is the same."""
    path = written(rows)
    by_id, in_file = replay(path, mapping(), POLICY), replay_log(read_log(path, mapping()), mapping(), POLICY)
    assert same(by_id)[0] == same(in_file)[0]
    assert by_id.verdicts == in_file.verdicts
    assert list(by_id.verdicts) != list(in_file.verdicts)


def test_without_verdicts_the_report_is_the_same(written, mapping, rows):
    path = written(rows)
    for processes in (1, 2):
        found = replay(path, mapping(), POLICY, processes=processes, verdicts=False)
        assert found.verdicts == {}
        assert same(found)[0] == same(replay(path, mapping(), POLICY))[0]


def test_two_processes_give_the_same_bytes(written, mapping, rows):
    path, told = written(rows), []
    one = replay(path, mapping(), POLICY, verify_every=2)
    two = replay(
        path, mapping(), POLICY, verify_every=2, processes=2, progress=lambda *done: told.append(done)
    )

    assert same(one) == same(two)
    assert len(one.verdicts) == 30
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
    begun, executor = [], pools.ProcessPoolExecutor
    monkeypatch.setattr(
        pools,
        "ProcessPoolExecutor",
        lambda count, *given, **named: begun.append(count) or executor(1, *given, **named),
    )
    path = written([row for case in "abc" for row in rows_at(("09:00", "New"), case=case)])
    for processes in (10_000, 2):
        replay(path, mapping(), POLICY, processes=processes)
        replay_log(read_log(path, mapping()), mapping(), POLICY, processes=processes)
    assert begun == [3, 3, 2, 2]


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
        tally = Tally(given, POLICY)
        cases = Cases(tally, given, POLICY, 0, 2, before=before)
        for rows in log.cases.values():
            cases.case(rows)
        found = tally.report(extent_of(log), 0.0).verification
        assert (0 if found is None else found.checked) == checked


def test_on_the_command_line(written, mapping, rows_at, capsys, monkeypatch):
    log, asked = str(written(rows_at(("09:00", "New")))), []
    monkeypatch.setattr("supportflow.cli.replay.mapping_named", lambda _: mapping())
    monkeypatch.setattr(
        "supportflow.cli.replay.replay_log",
        lambda *given, processes, **options: asked.append(processes) or replay_log(*given, **options),
    )
    assert main(["replay", log, "--mapping", "m.toml", "--processes", "3"]) == 0
    assert main(["replay", log, "--mapping", "m.toml", "--processes", "0"]) == 2
    assert asked == [3]
    assert "--processes: is not a whole number from 1" in capsys.readouterr().err
