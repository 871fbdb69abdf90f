"""What must stay as it is when the question is put in another way."""

import csv
import io
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay.conftest import MAPPING
from supportflow._time import from_us, to_us
from supportflow.calendars import BusinessCalendar
from supportflow.model.commands import Advance
from supportflow.policy import Policy
from supportflow.replay import LogMapping, ordered, recording
from supportflow.replay.casewise import CaseRunner
from supportflow.sla.policy import SlaPolicy, Target
from supportflow.whatif import compare

MAP = LogMapping.model_validate(
    {
        **MAPPING,
        "order": "time",
        "group": "team",
        "priority": {"column": "level", "levels": {"1": 1, "2": 2, "3": 3, "4": 4}},
    }
)
HEADER = ("id", "at", "state", "who", "team", "level")
START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
CALENDARS = {
    "office": BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin"),
    "late": BusinessCalendar.weekdays("12:00", "20:00", tz="UTC"),
}

rows = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "d", "e"]),
        st.integers(0, 400),
        st.sampled_from(["New", "Work", "Wait", "Done", "Shut"]),
        st.sampled_from(["", "sam", "mei"]),
        st.sampled_from(["", "one", "two"]),
        st.sampled_from(["1", "3"]),
    ),
    min_size=1,
    max_size=25,
)
hours = st.integers(1, 30)


@st.composite
def policies(draw):
    levels = [draw(hours), draw(hours)]
    pauses = draw(st.sampled_from([None, [], ["pending"], ["pending", "on_hold"]]))
    return made(
        draw(st.sampled_from(["A", "B"])),
        levels,
        draw(st.sampled_from([None, "office", "late"])),
        pauses,
        draw(st.sampled_from([None, "PT20H", "P3D"])),
    )


def made(name, levels, calendar, pauses, closes):
    targets = [
        Target.resolution(hours=levels[0], when={"field": "level", "eq": 1}, pause_on=pauses),
        Target.resolution(hours=levels[1], when={"field": "level", "eq": 3}, pause_on=pauses),
        Target.first_response(hours=2),
    ]
    sla = SlaPolicy(name="all", targets=targets, **({} if calendar is None else {"calendar": calendar}))
    return Policy(name=name, sla=(sla,), calendars=CALENDARS, auto_close_after=closes)


def written(found):
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(HEADER)
    for case, half_hours, *rest in found:
        writer.writerow((case, (START + timedelta(minutes=30 * half_hours)).isoformat(), *rest))
    return stream.getvalue()


def asked(found, first, second, until=None):
    """The answer as JSON, and all tickets that differ."""
    told = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        path.write_text(written(found), encoding="utf-8", newline="")
        result = compare(path, MAP, first, second, until=until, sink=told.append)
    return result, told


@given(rows, policies())
def test_a_policy_against_itself_differs_nowhere(found, policy):
    result, told = asked(found, policy, policy)

    assert (result.differing, told, result.counts) == (0, [], {})
    assert result.cases == len({row[0] for row in found})
    assert all(total.ended == total.against for total in result.targets)


@given(rows, policies(), st.integers(0, 40))
def test_a_longer_target_never_adds_a_breach(found, policy, more):
    [sla] = policy.sla
    longer = [
        target.model_copy(update={"duration": target.duration + timedelta(hours=more)})
        if target.name == "resolution"
        else target
        for target in sla.targets
    ]
    second = policy.model_copy(update={"sla": (sla.model_copy(update={"targets": tuple(longer)}),)})
    result, _ = asked(found, policy, second)

    assert not [verdict for verdict in result.verdicts if verdict.endswith("-> missed")]
    for total in result.targets:
        assert total.against.get("missed", 0) <= total.ended.get("missed", 0)


@settings(max_examples=40)
@given(rows, policies(), policies(), st.randoms(use_true_random=False))
def test_polling_changes_nothing(found, first, second, chance):
    plain = asked(found, first, second)

    class Polled(CaseRunner):
        """Lets everything happen that is due, at instants drawn at random before each row."""

        def _row(self, ticket, row):
            since = self.clock.now()
            while ticket is not None and chance.random() < 0.6:
                span = from_us(row.at_us) - since
                if span <= timedelta(0):
                    break
                since += span * chance.random()
                self.clock.set(since)
                outcome = self.desk.handle(Advance(ticket_id=ticket.id))
                self.watcher.recorded(row, outcome.events)
                ticket = outcome.ticket
            return super()._row(ticket, row)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(recording, "CaseRunner", Polled)
        polled = asked(found, first, second)

    assert polled == plain


@settings(max_examples=40)
@given(rows, policies(), policies(), st.sets(st.sampled_from("abcde")))
def test_a_log_split_in_two_gives_the_same_sum(found, first, second, left):
    until = START + timedelta(minutes=30 * max(row[1] for row in found))
    whole, told = asked(found, first, second)
    halves = [
        asked(part, first, second, until)
        for part in (
            [row for row in found if row[0] in left],
            [row for row in found if row[0] not in left],
        )
        if part
    ]

    def sums(results):
        totals = Counter()
        for result in results:
            totals.update(rows=result.rows, cases=result.cases, differing=result.differing)
            for counts in (result.counts, result.verdicts, result.reasons):
                totals.update(counts)
            for total in result.targets:
                totals.update({(total.target, "before", how): n for how, n in total.ended.items()})
                totals.update({(total.target, "after", how): n for how, n in total.against.items()})
        return totals

    assert sums([whole]) == sums(result for result, _ in halves)
    assert sorted((one for _, some in halves for one in some), key=lambda one: one.case) == told


@settings(max_examples=40)
@given(rows, policies(), policies(), st.randoms(use_true_random=False))
def test_the_order_of_rows_of_other_cases_and_instants_changes_nothing(found, first, second, chance):
    places = list(range(len(found)))
    chance.shuffle(places)
    # Rows of one case and instant stay as they stand: there the order is what the log says.
    moved = [found[place] for place in places]
    same = {}
    for row in found:
        same.setdefault(row[:2], []).append(row)
    moved = [same[row[:2]].pop(0) for row in moved]

    assert asked(moved, first, second) == asked(found, first, second)


@settings(max_examples=25)
@given(rows, policies(), policies())
def test_every_difference_has_a_reason_that_moves_it_the_right_way(found, first, second):
    _, told = asked(found, first, second)

    for one in told:
        assert all(change.reason.before != change.reason.after for change in one.changes)
        for clock in one.clocks:
            assert clock.reasons
            assert all(reason.before != reason.after for reason in clock.reasons)
            kinds = {reason.kind for reason in clock.reasons}
            if kinds == {"interval"}:
                [why] = clock.reasons
                # What counts more is due earlier.
                if clock.due_at is not None and clock.against_due_at is not None and clock.shift_us:
                    assert (why.net_us > 0) == (clock.shift_us < 0)
                for stretch in (why.first, why.longest):
                    length = to_us(stretch.end_at) - to_us(stretch.start_at)
                    assert sorted((stretch.counted_us, stretch.against_us)) == [0, length]


@settings(max_examples=25)
@given(rows, policies(), policies(), st.integers(1, 4))
def test_a_log_that_does_not_fit_into_memory_gives_the_same_answer(found, first, second, run):
    held = asked(found, first, second)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ordered, "HELD", run)
        patched.setattr(ordered, "MOST_RUNS", 3)
        patched.setattr(ordered, "_BATCH", 2)
        spilled = asked(found, first, second)

    assert spilled == held


def test_twice_the_same_to_the_last_byte():
    chance = random.Random(7)
    found = [
        (
            chance.choice("abcdefgh"),
            chance.randrange(400),
            chance.choice(["New", "Wait", "Work", "Done"]),
            "",
            "",
            "1",
        )
        for _ in range(60)
    ]
    first = made("A", [4, 9], None, None, None)
    second = made("B", [6, 9], "office", [], "P3D")
    once, again = (asked(found, first, second)[0].model_dump_json() for _ in range(2))

    assert once == again
    assert '"differing":0' not in once
