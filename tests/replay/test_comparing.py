import pytest

from supportflow.calendars import BusinessCalendar
from supportflow.policy import Policy
from supportflow.replay import compare, comparison_text, read_log, replay_log
from supportflow.sla.policy import SlaPolicy, Target


def policy(name, *targets, **fields):
    return Policy(name=name, sla=(SlaPolicy(name="all", targets=targets, **fields),))


FOUR = policy("four", Target.resolution(hours=4))
OFFICE = BusinessCalendar.weekdays("09:00", "17:00", tz="UTC", name="office")


@pytest.fixture
def compared(written, mapping, rows_at):
    rows = [
        *rows_at(("02T09:00", "New"), ("02T12:00", "Done"), case="quick"),
        *rows_at(("02T09:00", "New"), ("02T15:00", "Done"), case="slow"),
        *rows_at(
            ("02T09:00", "New"),
            ("02T09:30", "Wait"),
            ("02T12:30", "Work"),
            ("02T15:00", "Done"),
            case="waited",
        ),
        *rows_at(("02T18:00", "New"), ("03T10:00", "Done"), case="overnight"),
    ]
    chosen = mapping()
    log = read_log(written(rows), chosen)

    def run(first, second):
        a, b = replay_log(log, chosen, first), replay_log(log, chosen, second)
        return compare(a.report.policy, a.verdicts, b.report.policy, b.verdicts)

    return run


def told(comparison):
    return {one.case: (one.ended, one.against, one.why, one.detail) for one in comparison.differences}


def test_a_policy_against_itself(compared):
    found = compared(FOUR, FOUR)
    assert (found.compared, found.changes, found.differences) == (4, {}, ())


def test_another_duration(compared):
    found = compared(FOUR, policy("two", Target.resolution(hours=2)))
    assert told(found) == {
        "quick": ("met", "missed", "duration", "4h -> 2h"),
        "waited": ("met", "missed", "duration", "4h -> 2h"),
    }
    assert (found.policy, found.against, found.changes) == ("four", "two", {"met -> missed": 2})
    (quick, _) = found.differences
    assert (quick.due_at.hour, quick.against_due_at.hour) == (13, 11)


def test_another_calendar(compared):
    found = compared(FOUR, policy("office", Target.resolution(hours=4), calendar=OFFICE))
    assert told(found) == {"overnight": ("missed", "met", "calendar", "24x7 -> office")}


def test_the_same_target_that_counts_other_time(compared):
    found = compared(FOUR, policy("without pauses", Target.resolution(hours=4, pause_on=[])))
    assert told(found) == {
        "waited": (
            "met",
            "missed",
            "due",
            "2026-03-02T16:00:00.000000Z -> 2026-03-02T13:00:00.000000Z",
        )
    }


def test_a_target_that_only_one_has(compared):
    found = compared(FOUR, Policy(name="nothing"))
    assert told(found)["quick"] == ("met", None, "target", "all has it -> no SLA policy matched")
    assert found.changes == {"met -> no clock": 2, "missed -> no clock": 2}
    other = compared(policy("other", Target.first_response(hours=1)), FOUR)
    assert told(other)["quick"] == (None, "met", "target", "all has none -> all has it")


def test_in_words(compared):
    text = comparison_text(compared(FOUR, policy("two", Target.resolution(hours=2))))
    assert text.splitlines() == [
        "four against two: 2 of 4 verdicts differ",
        "          2  met -> missed",
        "  quick resolution: met -> missed, because of duration: 4h -> 2h; due 2026-03-02 13:00Z -> 2026-03-02 11:00Z",
        "  waited resolution: met -> missed, because of duration: 4h -> 2h; due 2026-03-02 16:00Z -> 2026-03-02 14:00Z",
    ]
