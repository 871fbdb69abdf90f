"""`supportflow archive` and `supportflow erase`: what is kept no longer."""

import re
import sys
from datetime import timedelta
from types import SimpleNamespace

import pytest

from supportflow import Desk, MemoryStore
from supportflow.cli import main
from supportflow.exceptions import InvalidInput
from supportflow.system import SystemClock
from supportflow.testing import CountingIds, ManualClock


def days_ago(days: int) -> ManualClock:
    return ManualClock(SystemClock().now() - timedelta(days=days))


@pytest.fixture
def office(monkeypatch):
    """Ten tickets closed 100 days ago, five closed 10 days ago, one open; each was opened with a key."""
    store, ids = MemoryStore(), CountingIds()
    number = 0
    for days, tickets in ((100, 10), (10, 5)):
        desk = Desk(store=store, ids=ids, clock=days_ago(days))
        for _ in range(tickets):
            number += 1
            ref = str(number)
            desk.open(subject="a subject", body="a body", requester=f"r{number}", ref=ref, key=f"key-{ref}")
            desk.cancel(ref=ref, by="sam")
    desk.open(subject="a subject", requester="r1", ref="open")
    found = SimpleNamespace(store=store, desk=Desk(store=store, ids=ids))
    monkeypatch.setitem(sys.modules, "backoffice", found)
    return found


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def call(*arguments):
        status = main((*arguments, "--store", "backoffice:store"))
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def test_old_tickets_are_put_away_and_still_found_by_id(office, run):
    assert run("archive", "--days", "30") == (0, "10 tickets put away\n", "")
    assert sorted(ticket.ref for ticket in office.desk.find(limit=100)) == [
        "11",
        "12",
        "13",
        "14",
        "15",
        "open",
    ]
    assert office.desk.get(ref="1").status == "cancelled"
    assert run("archive", "--days", "30")[1] == "0 tickets put away\n"
    assert run("archive", "--days", "5")[1] == "5 tickets put away\n"


def test_keys_have_an_age_of_their_own(office, run):
    assert run("archive", "--days", "99999", "--keys-days", "30")[1] == (
        "0 tickets put away\n10 idempotency keys forgotten\n"
    )
    again = {"subject": "a subject", "body": "a body", "requester": "r15", "ref": "15", "key": "key-15"}
    assert office.desk.open(**again).duplicate
    assert not office.desk.open(subject="s", requester="r1", key="key-1").duplicate


def test_texts_of_a_person_are_erased(office, run):
    assert run("erase", "r1", "r2", "--yes") == (0, "5 texts erased\n", "")
    assert office.desk.messages(ref="1")[0].body is None
    assert office.desk.messages(ref="3")[0].body == "a body"
    assert run("erase", "nobody", "--yes")[1] == "0 texts erased\n"


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    "wrong",
    [("erase", "r1"), ("erase", "--yes"), ("erase", "a\nb", "--yes"), ("archive",), ("archive", "--days", "0"),
     ("archive", "--days", "1.5"), ("archive", "--days", "99999999"), ("archive", "--days", "5", "--keys-days", "x")],
)  # fmt: skip
def test_a_wrong_command_line_changes_nothing(run, wrong):
    status, out, err = run(*wrong)
    assert (status, out) == (2, "")
    assert err
    assert run("erase", "r1", "--yes")[1] == "3 texts erased\n"


@pytest.mark.parametrize("method", ["archive", "forget_keys"])
@pytest.mark.parametrize(
    "wrong", [{"limit": 0}, {"before": "soon"}, {"before": SystemClock().now().add(days=1)}]
)
def test_what_cannot_be_used_is_refused(method, wrong):
    with pytest.raises(InvalidInput):
        getattr(Desk(), method)(**{"before": "2026-01-01T00:00:00Z", **wrong})


KEPT = '[retention]\ncontent_for = "P30D"\nkeys_for = "P30D"\narchive_after = "P5D"\n'


def test_what_the_policy_says_is_done(office, run, tmp_path):
    """Only what ended longer ago: ten tickets of a hundred days, five of ten."""
    (tmp_path / "kept.toml").write_text(KEPT)
    named = ("retain", "--policy", "kept.toml", "--batch", "4")
    trial = run(*named, "--dry-run")
    would = (
        "20 texts would be erased: message 10, subject 10\n15 tickets would be put away\n"
        "10 idempotency keys would be forgotten\n"
    )
    assert trial == (0, f"15 ended tickets looked at, 0 held\n{would}", "")
    assert office.desk.row(ref="1").subject == "a subject"
    assert run(*named, "--dry-run", "--kind", "key")[1].endswith("10 idempotency keys would be forgotten\n")
    assert run(*named, "--dry-run", "--kind", "note")[1].endswith("\n0 idempotency keys would be forgotten\n")
    done = "10 texts erased: subject 10\n0 tickets put away\n0 idempotency keys forgotten\n"
    assert run(*named, "--kind", "subject", "--yes") == (0, f"15 ended tickets looked at, 0 held\n{done}", "")
    assert office.desk.row(ref="1").subject is None
    assert office.desk.messages(ref="1")[0].body == "a body"
    assert run(*named, "--yes")[1] == (
        "15 ended tickets looked at, 0 held\n10 texts erased: message 10\n15 tickets put away\n"
        "10 idempotency keys forgotten\n"
    )
    assert office.desk.messages(ref="1")[0].body is None
    assert office.desk.messages(ref="15")[0].body == "a body"
    assert [ticket.ref for ticket in office.desk.find(limit=100)] == ["open"]
    # A desk that uses it from now on says so in the store.
    assert run("retain", "--yes")[0] == 2


def test_a_ticket_that_cannot_be_read_is_named(office, run, tmp_path):
    (tmp_path / "kept.toml").write_text(KEPT)
    broken = office.desk.get(ref="3").id
    stream = office.store._tenants["default"].streams[f"ticket:{broken}"]
    stream[0] = stream[0]._replace(data=b"{")
    status, out, err = run("retain", "--policy", "kept.toml", "--yes", "--quiet")
    assert (status, err) == (1, f"could not be read: {broken}\n")
    assert "18 texts erased" in out


def test_a_pass_that_is_broken_off_says_how_to_go_on(office, run, tmp_path, monkeypatch):
    (tmp_path / "kept.toml").write_text(KEPT)
    whole, calls = office.store.ended, []

    def ended(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return whole(*arguments)

    named = ("retain", "--policy", "kept.toml", "--batch", "4", "--yes")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(office.store, "ended", ended)
        _, out, err = run(*named)
    assert out == ""
    said = re.search(r"go on with --cursor (ticket:\S+)", err)
    assert said is not None
    status, out, _ = run(*named, "--cursor", said[1])
    assert (status, out.splitlines()[0]) == (0, "7 ended tickets looked at, 0 held")


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    "wrong",
    [("--dry-run", "--kind", "mesage"), (), ("--yes", "--batch", "0"), ("--yes", "--cursor", "x"),
     ("--yes", "--policy", "none.toml")],
)  # fmt: skip
def test_a_wrong_command_line_erases_nothing(run, tmp_path, wrong):
    (tmp_path / "kept.toml").write_text(KEPT)
    policy = () if "--policy" in wrong else ("--policy", "kept.toml")
    status, out, err = run("retain", *policy, *wrong)
    assert (status, out) == (2, "")
    assert err


@pytest.mark.usefixtures("office")
def test_who_has_no_texts_is_named(run):
    status, out, err = run("erase", "r1", "nobody", "--yes")
    assert (status, out) == (1, "3 texts erased\n")
    assert err == "supportflow: 'nobody' has no texts here, or they were erased before\n"
    assert run("erase", "r1", "--yes")[0] == 1
