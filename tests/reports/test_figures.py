"""The figures of a report: small logs by hand, a public one against pandas."""

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from supportflow.calendars import BusinessCalendar
from supportflow.exceptions import InvalidInput
from supportflow.policy import Policy, read_policy
from supportflow.replay import load_mapping, ordered
from supportflow.reports import report
from supportflow.reports.counts import BINS_S
from supportflow.sla.policy import SlaPolicy, Target
from unmeasured import unmeasured

POLICIES = Path(__file__).parents[2] / "examples" / "policies"
FOUR = Policy(name="four", sla=(SlaPolicy(name="all", targets=(Target.resolution(hours=4),)),))


@pytest.fixture
def reported(written, mapping):
    def run(rows, policy=FOUR, *, header=("id", "at", "state", "who"), changes=(), **options):
        return report(written(rows, header=header), mapping(**dict(changes)), policy, **options)

    return run


def test_attainment_by_period_class_and_level(reported, rows_at):
    rows = [
        *rows_at(("02T09:00", "New"), ("02T10:00", "Done"), case="a"),
        *rows_at(("02T09:00", "New"), ("02T15:00", "Done"), case="b"),
        *rows_at(("04T09:00", "New"), ("04T10:00", "Done"), case="c"),
        *rows_at(("04T10:00", "New"), case="d"),
    ]
    found = reported(rows)
    [target] = found.targets

    assert (found.period, found.opened) == ("day", (("2026-03-02", 2), ("2026-03-03", 0), ("2026-03-04", 2)))
    assert [(one.name, one.met, one.missed, one.share) for one in target.by_period] == [
        ("2026-03-02", 1, 1, 0.5),
        ("2026-03-03", 0, 0, None),
        ("2026-03-04", 1, 0, 1.0),
    ]
    assert target.ended == {"met": 2, "missed": 1, "undecided": 1}
    assert [(one.name, one.met, one.missed) for one in target.by_class] == [("general", 2, 1)]
    assert [(one.name, one.met, one.missed) for one in target.by_level] == [("3", 2, 1)]
    assert (found.cases, found.open, found.reopened, found.rows, found.left_out) == (4, 1, 0, 7, 0)


def test_nothing_stays_on_disk_of_a_report_that_ends_or_is_stopped(
    reported, rows_at, monkeypatch, tmp_path_factory
):
    folder = tmp_path_factory.mktemp("spilled")
    monkeypatch.setattr(ordered, "HELD", 2)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    rows = [row for n in range(9) for row in rows_at(("09:00", "New"), (f"09:1{n}", "Done"), case=f"{n}")]
    lay = []

    def told(done, _):
        lay.append(len(list(folder.iterdir())))
        if done == stopped_at:
            raise InterruptedError

    stopped_at = None
    assert reported(rows, progress=told).distributions[1].percentiles[50] == 14 * 60
    assert list(folder.iterdir()) == []
    stopped_at = 14
    with pytest.raises(InterruptedError):
        reported(rows, progress=told)
    assert max(lay) > 1  # the log's own, and what is counted
    assert list(folder.iterdir()) == []


def test_percentiles_are_values_that_occurred(reported, rows_at):
    rows = []
    for n in range(1, 11):
        rows += rows_at(("09:00", "New"), (f"09:{n:02}", "Done"), case=f"{n:02}")
    first_response, resolution = reported(rows).distributions

    assert (first_response.count, first_response.percentiles) == (0, {})
    assert resolution.percentiles == {50: 300, 75: 480, 90: 540, 95: 600, 99: 600}
    assert resolution.bins[:2] == ((300, 5), (900, 5))
    assert sum(count for _, count in resolution.bins) == resolution.count == 10


def test_the_last_resolution_and_the_first_answer_count(reported, rows_at):
    state = {
        "column": "state",
        "statuses": {"New": "new", "Answer": "open", "Done": "resolved", "Work": "open"},
        "replied": ["Answer"],
    }
    rows = [
        *rows_at(("09:00", "New"), ("09:10", "Answer"), ("09:20", "Answer"), ("10:00", "Done"), case="a"),
        *rows_at(("09:00", "New"), ("10:00", "Done"), ("11:00", "Work"), ("12:00", "Done"), case="b"),
        *rows_at(("09:00", "New"), ("10:00", "Done"), ("11:00", "Work"), case="c"),
    ]
    found = reported(rows, changes={"state": state})
    first_response, resolution = found.distributions

    assert (first_response.count, first_response.percentiles[50]) == (1, 600)
    # Ticket c is open again: it is not resolved.
    assert (resolution.count, resolution.percentiles[50], resolution.percentiles[99]) == (2, 3_600, 10_800)
    assert (found.reopened, found.open) == (2, 1)


@pytest.mark.parametrize(
    ("last", "count"), [(("Drop",), 2), (("Work", "Drop"), 2), (("Drop", "Shut"), 2), (("Shut",), 3)]
)
def test_a_cancelled_ticket_was_never_resolved(reported, rows_at, last, count):
    state = {
        "column": "state",
        "statuses": {"New": "new", "Work": "open", "Done": "resolved", "Shut": "closed", "Drop": "cancelled"},
    }
    rows = [
        *rows_at(("09:00", "New"), ("09:10", "Done"), case="a"),
        *rows_at(("09:00", "New"), ("09:20", "Shut"), case="b"),
        *rows_at(("09:00", "New"), *((f"1{hour}:00", one) for hour, one in enumerate(last, 2)), case="c"),
    ]
    found = reported(rows, changes={"state": state})
    _, resolution = found.distributions

    assert (found.cases, found.open) == (3, 0)
    assert resolution.count == sum(count for _, count in resolution.bins) == count
    assert resolution.percentiles[99] == (1_200 if count == 2 else 3 * 3_600)


def test_backlog_when_days_begin_and_hours_in_a_zone(reported, rows_at):
    rows = [
        *rows_at(("02T23:30", "New"), ("04T00:00", "Done"), case="a"),
        *rows_at(("03T00:00", "New"), ("03T12:00", "Done"), ("05T12:00", "Work"), case="b"),
        *rows_at(("06T09:00", "New"), case="c"),
    ]
    found = reported(rows)

    # On the 4th, ticket a ends as the day begins: it is not open any more.
    assert found.backlog.days == ("2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06")
    assert found.backlog.open == {"general": (2, 0, 0, 1)}
    assert found.busy[0][23] == found.busy[1][0] == found.busy[4][9] == 1
    shanghai = reported(rows, tz="Asia/Shanghai")
    assert shanghai.busy[1][7] == shanghai.busy[1][8] == shanghai.busy[4][17] == 1
    assert found.waits == {"new": (24.5 + 12) * 3_600, "open": 21 * 3_600}


def test_load_by_agent_and_group(reported):
    header = ("id", "at", "state", "who", "team")
    rows = [
        ("1", "2026-03-02T09:00:00Z", "New", "sam", "one"),
        ("1", "2026-03-02T10:00:00Z", "Done", "mei", "one"),
        ("2", "2026-03-02T09:00:00Z", "New", "mei", "two"),
        ("3", "2026-03-02T09:00:00Z", "New", "", ""),
    ]
    found = reported(rows, header=header, changes={"group": "team"})

    assert [(one.name, one.tickets, one.open, one.reopened) for one in found.agents] == [("mei", 2, 1, 0)]
    assert [(one.name, one.tickets, one.open) for one in found.groups] == [("one", 1, 0), ("two", 1, 1)]


def test_the_clock_that_has_most_to_show(reported, rows_at):
    office = BusinessCalendar.weekdays("09:00", "17:00", tz="UTC", name="office")
    policy = Policy(
        name="office",
        calendars={"office": office},
        sla=(SlaPolicy(name="all", calendar="office", targets=(Target.resolution(hours=4),)),),
    )
    rows = [
        *rows_at(("02T09:00", "New"), ("02T10:00", "Done"), case="a"),
        *rows_at(
            ("02T15:00", "New"), ("03T10:00", "Wait"), ("03T11:00", "Work"), ("04T12:00", "Done"), case="b"
        ),
    ]
    shown = reported(rows, policy).timeline

    assert (shown.case, shown.target, shown.ended) == ("b", "resolution", "missed")
    assert [(one.kind, one.counted_us // 3_600_000_000) for one in shown.stretches] == [
        ("running", 2), ("closed", 0), ("running", 1), ("paused", 0), ("running", 6), ("closed", 0), ("running", 3),
    ]  # fmt: skip
    # Around the clock, and without a pause, there is nothing to see.
    assert reported(rows_at(("02T09:00", "New"), ("03T10:00", "Done"))).timeline is None


def test_another_policy_is_compared(reported, rows_at):
    eight = FOUR.model_copy(
        update={"name": "eight", "sla": (SlaPolicy(name="all", targets=(Target.resolution(hours=8),)),)}
    )
    found = reported(rows_at(("09:00", "New"), ("15:00", "Done")), against=eight)

    assert found.whatif.verdicts == {"resolution: missed -> met": 1}
    assert reported(rows_at(("09:00", "New"))).whatif is None


def test_what_cannot_be_reported(reported, rows_at):
    rows = rows_at(("09:00", "New"))
    with pytest.raises(InvalidInput, match="tz: is not an IANA time zone"):
        reported(rows, tz="Atlantis")
    with pytest.raises(InvalidInput, match="until: lies before"):
        reported(rows, until="2026-03-01T00:00Z")
    empty = reported([])
    assert (empty.cases, empty.first_at, empty.opened, empty.backlog.days) == (0, None, (), ())


# --- the ServiceNow log, recomputed with pandas from its rows ---------------------------------------


@pytest.fixture(scope="module")
def uci(shared_data):
    path = shared_data / "uci_incident.csv.gz"
    policy = read_policy(POLICIES / "servicenow_uci.toml")
    with unmeasured():
        found = report(path, load_mapping("servicenow_uci"), policy, adjust=["level"])
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame["order"] = frame["sys_mod_count"].astype(int)
    frame["at"] = pd.to_datetime(frame["sys_updated_at"], format="%d/%m/%Y %H:%M")
    frame["opened"] = pd.to_datetime(frame["opened_at"], format="%d/%m/%Y %H:%M")
    frame = frame.sort_values(["number", "order"], kind="stable")
    # One time goes back; what is recorded never does.
    frame["at"] = frame.groupby("number")["at"].cummax()
    return found, frame


def test_resolution_percentiles_and_bars_agree_with_pandas(uci):
    found, frame = uci
    frame = frame[frame["incident_state"] != "-100"].copy()
    frame["ended"] = frame["incident_state"].isin(["Resolved", "Closed"])
    before = frame.groupby("number")["ended"].shift(fill_value=False)
    resolved = frame[frame["ended"] & ~before].groupby("number").last()
    took = (resolved["at"] - resolved["opened"]).dt.total_seconds()
    resolution = found.distributions[1]

    assert resolution.count == len(took) == 7_511
    for percent, seconds in resolution.percentiles.items():
        assert (
            seconds == took.quantile(percent / 100, interpolation="higher")
            or seconds == took.sort_values().iloc[-(-percent * len(took) // 100) - 1]
        )
        assert (took <= seconds).mean() >= percent / 100 > (took < seconds).mean()
    edges = [-1, *BINS_S, float("inf")]
    bars = pd.cut(took, edges).value_counts(sort=False).tolist()
    assert [count for _, count in resolution.bins] == bars


def test_openings_agree_with_pandas(uci):
    found, frame = uci
    opened = frame.groupby("number")["opened"].first()

    assert dict(found.opened) == {
        f"{period}": count for period, count in opened.dt.to_period("M").value_counts().items()
    }
    grid = Counter(zip(opened.dt.day_of_week, opened.dt.hour, strict=True))
    assert found.busy == tuple(tuple(grid[day, hour] for hour in range(24)) for day in range(7))


def test_attainment_and_load_agree_with_pandas(uci):
    found, frame = uci
    [target] = found.targets
    last = frame.groupby("number").last()

    assert sum(target.ended.values()) == len(last)
    levels = last["priority"].str[0].value_counts().to_dict()
    assert {one.name: one.met + one.missed for one in target.by_level} == levels
    assert sum(one.met for one in target.by_period) == target.ended["met"] == 5_166
    groups = last.loc[last["assignment_group"] != "?", "assignment_group"].value_counts()
    expected = sorted(groups.items(), key=lambda one: (-one[1], one[0]))[:20]
    assert [(one.name, one.tickets) for one in found.groups] == expected
    assert found.reopened == 75


def test_backlog_agrees_with_pandas(uci):
    found, frame = uci
    frame = frame[frame["incident_state"] != "-100"].copy()
    frame["ended"] = frame["incident_state"].isin(["Resolved", "Closed"])
    rows = list(frame[["number", "at", "opened", "ended"]].itertuples(index=False))
    spans, since, number = [], None, None
    for row in rows:
        if row.number != number:
            number, since = row.number, row.opened
        if row.ended and since is not None:
            spans.append((since, row.at))
            since = None
        elif not row.ended and since is None:
            since = row.at
    starts, ends = (pd.Series(side) for side in zip(*spans, strict=True))
    for day, count in zip(found.backlog.days, found.backlog.open["general"], strict=True):
        at = pd.Timestamp(day)
        assert ((starts <= at) & (ends > at)).sum() == count, day


def test_handovers_and_repeated_contacts_agree_with_pandas(uci):
    found, frame = uci
    moved = pd.Series(0, index=frame.index)
    for column in ("assigned_to", "assignment_group"):
        named = frame[column].where(frame[column] != "?")
        before = named.groupby(frame["number"]).ffill().groupby(frame["number"]).shift()
        moved |= (named.notna() & before.notna() & (named != before)).astype(int)
    times = moved.groupby(frame["number"]).sum()
    assert found.handovers == {int(n): int(count) for n, count in times.value_counts().sort_index().items()}

    first = frame.groupby("number").first().sort_values("opened", kind="stable")
    # The requester of a case is the first that its rows name.
    known = first[first["caller_id"] != "?"]
    gap = known.groupby("caller_id")["opened"].diff()
    assert (found.repeating.of, found.repeating.count) == (len(known), (gap <= pd.Timedelta(days=7)).sum())


def test_first_contact_and_reopening_agree_with_pandas(uci):
    found, frame = uci
    frame = frame[frame["incident_state"] != "-100"]
    ended = frame["incident_state"].isin(["Resolved", "Closed"])
    before = ended.groupby(frame["number"]).shift(fill_value=False)
    by_case = pd.DataFrame(
        {
            "back": (before & ~ended).groupby(frame["number"]).any(),
            "asked": (frame["incident_state"] == "Awaiting User Info").groupby(frame["number"]).any(),
            "ended": ended.groupby(frame["number"]).last(),
        }
    )
    resolved = by_case[by_case["ended"]]
    assert (found.first_contact.of, found.first_contact.count) == (
        len(resolved),
        (~resolved["back"] & ~resolved["asked"]).sum(),
    )
    assert (found.reopening.of, found.reopening.count) == (len(by_case), by_case["back"].sum())
