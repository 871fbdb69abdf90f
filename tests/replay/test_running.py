from datetime import timedelta

import pytest

from supportflow._time import from_us, iso
from supportflow.events import StatusChanged, TicketAdopted
from supportflow.policy import Policy
from supportflow.replay import counting, read_log
from supportflow.replay.casewise import CaseRunner
from supportflow.replay.running import replay_log
from supportflow.sla.policy import SlaPolicy, Target

HOUR = 3_600_000_000
SLA = Policy(
    name="four",
    sla=(SlaPolicy(name="all", targets=(Target.resolution(hours=4), Target.first_response(hours=1))),),
)


@pytest.fixture
def replayed(written, mapping, monkeypatch):
    """Replays rows and keeps each case's events and texts, to look at what was recorded."""
    seen = {}
    real = CaseRunner.case

    def watched(runner, rows):
        ticket = real(runner, rows)
        events = [] if ticket is None else runner.events(ticket)
        held = runner.desk.held
        seen[rows[0].case] = (events, dict(held.contents), held.refs)
        return ticket

    monkeypatch.setattr(CaseRunner, "case", watched)

    def run(log_rows, policy=None, *, header=("id", "at", "state", "who"), verify_every=1, **changes):
        chosen = mapping(**changes)
        log = read_log(written(log_rows, header=header), chosen)
        result = replay_log(log, chosen, policy, verify_every=verify_every)
        assert result.report.verification is None or result.report.verification.differing == ()
        return result

    run.events = lambda case="1": seen[case][0]
    run.contents = lambda: seen["1"][1]
    run.refs = lambda: seen["1"][2]
    return run


def told(report):
    return [(problem.reason, problem.lines, problem.left_out) for problem in report.problems]


# --- how a case begins -------------------------------------------------------------------------


def test_a_case_begins_with_its_first_row(replayed, rows_at):
    report = replayed(rows_at(("09:00", "Work"), ("10:00", "Work"), ("11:00", "Done"))).report
    adopted, kept, changed = replayed.events()
    assert isinstance(adopted, TicketAdopted)
    assert (adopted.status, iso(adopted.opened_at), adopted.assignee) == (
        "open",
        "2026-03-02T09:00:00.000000Z",
        "sam",
    )
    assert (kept.kind, iso(kept.recorded_at)) == ("status_kept", "2026-03-02T10:00:00.000000Z")
    assert (changed.kind, changed.target, changed.trigger, changed.forced) == (
        "status_changed",
        "resolved",
        "resolve",
        False,
    )
    assert (report.rows, report.cases, report.changes, report.repeats) == (3, 1, 1, 1)
    assert report.begins == {"Work": 1}


def test_a_column_may_say_when_it_was_opened(replayed):
    rows = [("1", "2026-03-02T09:00:00Z", "Done", "sam", "2026-03-01T08:00:00Z")]
    replayed(rows, header=("id", "at", "state", "who", "born"), opened={"column": "born"})
    adopted, assigned, changed = replayed.events()
    assert (adopted.status, iso(adopted.opened_at)) == ("new", "2026-03-01T08:00:00.000000Z")
    assert assigned.assignee == "sam"
    assert (changed.source, changed.target, iso(changed.recorded_at)) == (
        "new",
        "resolved",
        "2026-03-02T09:00:00.000000Z",
    )


@pytest.mark.parametrize(
    ("state", "kinds"),
    [("New", ["ticket_adopted"]), ("Done", ["ticket_adopted", "assignment_changed", "status_changed"])],
)
def test_a_row_that_is_the_opening_itself(replayed, state, kinds):
    rows = [("1", "2026-03-02T09:00:00Z", state, "sam", "2026-03-02T09:00:00Z")]
    replayed(rows, header=("id", "at", "state", "who", "born"), opened={"column": "born"})
    assert [event.kind for event in replayed.events()] == kinds


@pytest.mark.parametrize(
    ("born", "reason"),
    [("2026-03-02T09:00:01Z", "opened_later"), ("soon", "unreadable_opening"), ("", None)],
)
def test_an_opening_that_cannot_be_used_gives_way_to_the_first_row(replayed, born, reason):
    rows = [("1", f"2026-03-02T{time}:00Z", "Work", "", born) for time in ("09:00", "10:00")]
    report = replayed(rows, header=("id", "at", "state", "who", "born"), opened={"column": "born"}).report
    assert iso(replayed.events()[0].opened_at) == "2026-03-02T09:00:00.000000Z"
    # Said once a case, not once a row.
    assert told(report) == ([(reason, (2,), False)] if reason else [])


def test_a_case_whose_first_state_is_unknown_begins_with_the_first_known_one(replayed, rows_at):
    report = replayed(rows_at(("09:00", "?"), ("10:00", "Work"))).report
    assert iso(replayed.events()[0].opened_at) == "2026-03-02T10:00:00.000000Z"
    assert told(report) == [("no_status_yet", (2,), True), ("unknown_state", (2,), False)]
    assert (report.cases, report.left_out, report.changes) == (1, 1, 1)


def test_a_case_without_any_known_state_is_no_case(replayed, rows_at):
    report = replayed(rows_at(("09:00", "?"))).report
    assert (report.rows, report.cases, report.left_out, report.events) == (1, 0, 1, {})


# --- what rows say -----------------------------------------------------------------------------


def test_time_that_goes_back_is_taken_in_and_said(replayed, rows_at):
    report = replayed(
        rows_at(("09:00", "New"), ("11:00", "Work"), ("10:00", "Done"), ("10:30", "Shut"))
    ).report
    resolved, closed = (event for event in replayed.events()[2:])
    assert (resolved.target, iso(resolved.recorded_at)) == ("resolved", "2026-03-02T11:00:00.000000Z")
    assert iso(resolved.observed_at) == "2026-03-02T10:00:00.000000Z"
    assert (closed.target, iso(closed.observed_at)) == ("closed", "2026-03-02T10:30:00.000000Z")
    assert told(report) == [("time_backwards", (4, 5), False)]
    assert report.problems[0].example == "2026-03-02T10:00:00.000000Z after 2026-03-02T11:00:00.000000Z"
    assert report.left_out == 0


def test_of_an_unknown_state_the_rest_is_taken_in(replayed):
    rows = [("1", "2026-03-02T09:00:00Z", "New", "sam"), ("1", "2026-03-02T10:00:00Z", "-100", "mei")]
    report = replayed(rows).report
    assert [event.kind for event in replayed.events()] == ["ticket_adopted", "assignment_changed"]
    assert (report.changes, report.left_out, told(report)) == (1, 0, [("unknown_state", (3,), False)])


def test_an_id_that_cannot_be_one_costs_its_row_alone(replayed):
    rows = [
        ("\x1b[31m", "2026-03-02T09:00:00Z", "New", "sam"),
        ("1", "2026-03-02T09:00:00Z", "New", "sam"),
        ("1", "2026-03-02T10:00:00Z", "Work", "x" * 300),
        ("1", "2026-03-02T11:00:00Z", "Done", "sam"),
    ]
    report = replayed(rows).report
    assert told(report) == [("unusable", (2, 4), True)]
    assert [event.kind for event in replayed.events()] == ["ticket_adopted", "status_changed"]


def test_an_actor_that_cannot_be_one_costs_its_row_alone(replayed):
    rows = [("1", "2026-03-02T09:00:00Z", "New", "sam"), ("1", "2026-03-02T10:00:00Z", "Work", "a\0b")]
    report = replayed(rows, agent=None, actor={"column": "who", "kind": "bot"}).report
    assert told(report) == [("unusable", (3,), True)]
    assert str(replayed.events()[0].by) == "bot sam"


@pytest.mark.parametrize(("rows", "assignee"), [("snapshots", None), ("changes", "sam")])
def test_what_an_empty_cell_means(replayed, rows, assignee):
    log = [("1", "2026-03-02T09:00:00Z", "New", "sam"), ("1", "2026-03-02T10:00:00Z", "New", "")]
    replayed(log, rows=rows)
    assert [event.assignee for event in replayed.events() if hasattr(event, "assignee")][-1] == (assignee)


def test_a_column_that_is_not_mapped_says_nothing(replayed, rows_at):
    replayed(rows_at(("09:00", "New"), ("10:00", "Work")), agent=None)
    assert [event.kind for event in replayed.events()] == ["ticket_adopted", "status_changed"]


def test_requesters_are_numbered_and_their_names_stay_out(replayed):
    header = ("id", "at", "state", "who", "asker")
    rows = [
        (str(case), "2026-03-02T09:00:00Z", "New", "sam", asker)
        for case, asker in enumerate(["ana@example.org", "tom@example.org", "ana@example.org", ""])
    ]
    replayed(rows, header=header, requester="asker")
    found = [replayed.events(str(case))[0] for case in range(4)]
    # A case is replayed by itself: who asked in another one is not known, so that nothing grows with the log.
    assert [event.requester for event in found] == ["requester 1", "requester 1", "requester 1", "unknown"]
    assert not any("ana" in event.model_dump_json() for event in found)


def test_attributes_only_where_the_policy_declares_them(replayed):
    header = ("id", "at", "state", "who", "size")
    rows = [
        ("1", "2026-03-02T09:00:00Z", "New", "", "3"),
        ("1", "2026-03-02T10:00:00Z", "New", "", "4"),
        ("1", "2026-03-02T11:00:00Z", "New", "", "-1"),
    ]
    attributes = {"size": {"column": "size", "kind": "integer"}}
    assert replayed(rows, header=header, attributes=attributes).report.events == {
        "status_kept": 2,
        "ticket_adopted": 1,
    }
    declaring = Policy(fields={"size": {"kind": "integer", "minimum": 0}})
    report = replayed(rows, declaring, header=header, attributes=attributes).report
    assert [event.attributes for event in replayed.events() if hasattr(event, "attributes")] == [
        {"size": 3},
        {"size": 4},
    ]
    assert told(report) == [("unusable", (4,), True)]


def test_states_can_mean_that_somebody_wrote(replayed, rows_at):
    state = {
        "column": "state",
        "statuses": {"New": "new", "Wait": "pending", "Work": "open"},
        "replied": ["Wait"],
        "requester_wrote": ["Work"],
    }
    rows = rows_at(("09:00", "New"), ("09:30", "Wait"), ("10:00", "Work"))
    result = replayed(rows, SLA, state=state)
    kinds = [event.kind for event in replayed.events()]
    assert kinds.count("reply_sent") == kinds.count("message_received") == 1
    assert result.verdicts["1"].targets["first_response"].ended == "met"


# --- what would have been refused --------------------------------------------------------------


def test_each_kind_of_refusal_has_a_row_that_shows_it(replayed, rows_at):
    rows = [
        *rows_at(("09:00", "New"), ("10:00", "Shut"), ("11:00", "Work")),
        *rows_at(("09:00", "New"), ("10:00", "Shut"), case="2"),
        *rows_at(("09:00", "Done"), ("20T09:00", "Work"), case="3"),
    ]
    report = replayed(rows).report
    assert report.forced == 4
    assert [
        (one.reason, one.source, one.target, one.count, one.line, one.case, one.unmet_guards)
        for one in report.refusals
    ] == [
        ("no_transition", "new", "closed", 2, 3, "1", ()),
        ("final", "closed", "open", 1, 4, "1", ()),
        ("guard", "resolved", "open", 1, 8, "3", ("within_reopen_window",)),
    ]
    assert (report.reopens, report.reopened_cases) == (2, 2)
    moves = {(one.source, one.target): (one.count, one.forced, one.trigger) for one in report.transitions}
    assert moves == {
        ("new", "closed"): (2, 2, None),
        ("closed", "open"): (1, 1, None),
        ("resolved", "open"): (1, 1, "reopen"),
    }


# --- what time does ----------------------------------------------------------------------------


def test_automatic_closings_against_the_logs_own(replayed, rows_at):
    policy = Policy(auto_close_after=timedelta(days=1))
    rows = [
        *rows_at(("02T09:00", "Done"), ("03T09:20", "Shut"), case="confirmed"),
        *rows_at(("02T09:00", "Done"), ("03T12:00", "Shut"), case="confirmed late"),
        *rows_at(("02T09:00", "Done"), ("03T09:10", "?"), ("03T10:20", "Shut"), case="confirmed in the end"),
        *rows_at(("02T09:00", "Done"), ("04T09:00", "Work"), case="contradicted"),
        *rows_at(("02T09:00", "Done"), case="unanswered"),
        *rows_at(("02T09:00", "Done"), ("03T08:59", "Shut"), case="closed before"),
        *rows_at(("02T09:00", "Done"), ("03T09:00", "Shut"), case="closed at that instant"),
        *rows_at(("05T09:00", "New"), case="the log goes on"),
    ]
    found = replayed(rows, policy).report.auto_closes
    assert (found.count, found.confirmed, found.contradicted, found.unanswered) == (5, 3, 1, 1)
    assert (found.within_hour, found.earliest_s, found.median_s, found.latest_s) == (1, 1_200, 4_800, 10_800)
    closing = replayed.events("confirmed")[1]
    assert isinstance(closing, StatusChanged)
    assert (closing.cause, iso(closing.recorded_at)) == ("auto_close", "2026-03-03T09:00:00.000000Z")


def test_every_case_runs_to_the_logs_end(replayed, rows_at):
    rows = [
        *rows_at(("09:00", "New"), ("10:00", "Done"), case="met"),
        *rows_at(("09:00", "New"), ("13:01", "Done"), case="missed"),
        *rows_at(("09:00", "New"), case="late and open"),
        *rows_at(("10:30", "New"), case="in time and open"),
        *rows_at(("09:00", "New"), ("09:30", "Wait"), case="waiting"),
        *rows_at(("14:00", "New"), case="the end"),
    ]
    result = replayed(rows, SLA)
    ended = {case: found.targets["resolution"].ended for case, found in result.verdicts.items()}
    assert ended == {
        "met": "met",
        "missed": "missed",
        "late and open": "missed",
        "in time and open": "undecided",
        "waiting": "undecided",
        "the end": "undecided",
    }
    late = result.verdicts["late and open"].targets["resolution"]
    assert (iso(from_us(late.due_us)), late.duration_us) == ("2026-03-02T13:00:00.000000Z", 4 * HOUR)
    (whole, *_) = (one for one in result.report.attainment if one.target == "resolution")
    assert (whole.met, whole.missed, whole.undecided, whole.level) == (1, 2, 3, None)
    assert whole.share == pytest.approx(1 / 3)


# --- against the log's own outcome -------------------------------------------------------------


@pytest.mark.parametrize(("read", "both_met", "only_ours_missed"), [("last", 1, 1), ("worst", 0, 0)])
def test_verdicts_against_the_logs_outcome(replayed, read, both_met, only_ours_missed):
    def case(name, done, *said):
        times = ("09:00", "09:10", done)
        states = ("New", "Work", "Done")
        return [
            (name, f"2026-03-02T{time}:00Z", state, "", word)
            for time, state, word in zip(times, states, said, strict=True)
        ]

    rows = [
        *case("a", "10:00", "yes", "no", "yes"),
        *case("b", "19:00", "yes", "no", "yes"),
        *case("c", "19:00", "yes", "yes", "no"),
        *case("d", "10:00", "yes", "yes", "no"),
        *case("e", "10:00", "", "", ""),
        ("f", "2026-03-02T18:00:00Z", "New", "", "yes"),
    ]
    report = replayed(
        rows,
        SLA,
        header=("id", "at", "state", "who", "ok"),
        outcome={"column": "ok", "met": ["yes"], "missed": ["no"], "read": read},
    ).report
    found = report.agreement[0]
    assert (found.both_met, found.only_ours_missed) == (both_met, only_ours_missed)
    assert found.compared == 4
    assert found.both_missed + found.only_log_missed == 4 - both_met - only_ours_missed
    assert (found.undecided, found.unknown) == (1, 1)
    assert found.share == {"last": 0.5, "worst": 0.5}[read]
    assert found.base == {"last": 0.5, "worst": 1.0}[read]


def test_without_a_target_of_that_name_nothing_is_compared(replayed, rows_at):
    report = replayed(
        rows_at(("09:00", "New")), outcome={"column": "who", "met": ["sam"], "missed": ["x"]}
    ).report
    assert report.agreement == ()


# --- checking itself ---------------------------------------------------------------------------


def test_a_snapshot_that_is_not_the_fold_of_its_events_is_found(written, mapping, rows_at, monkeypatch):
    real = counting.fold
    monkeypatch.setattr(counting, "fold", lambda events, tenant: real(list(events)[:-1], tenant=tenant))
    rows = [row for case in "12345" for row in rows_at(("09:00", "New"), ("10:00", "Done"), case=case)]
    log = read_log(written(rows), mapping())
    found = replay_log(log, mapping(), verify_every=2).report.verification
    assert (found.checked, found.differing) == (2, ("2", "4"))


def test_nothing_is_checked_unless_asked(written, mapping, rows_at):
    log = read_log(written(rows_at(("09:00", "New"))), mapping())
    assert replay_log(log, mapping()).report.verification is None


def test_progress_is_told_after_every_case(written, mapping, rows_at):
    rows = [row for case in "123" for row in rows_at(("09:00", "New"), ("10:00", "Done"), case=case)]
    seen = []
    replay_log(
        read_log(written(rows), mapping()), mapping(), progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(2, 6), (4, 6), (6, 6)]


def test_a_log_without_rows(written, mapping):
    report = replay_log(read_log(written([]), mapping()), mapping()).report
    assert (report.rows, report.cases, report.first_at, report.rows_per_second) == (0, 0, None, 0.0)


def test_a_log_at_the_ends_of_time(replayed):
    policy = Policy(auto_close_after=timedelta(days=5), sla=SLA.sla)
    rows = [
        ("1", "0001-01-01T00:00:00Z", "New", "sam"),
        ("1", "0001-01-01T00:00:01Z", "Done", "sam"),
        ("2", "9999-12-31T23:00:00Z", "New", "sam"),
        ("2", "9999-12-31T23:59:59Z", "Done", "sam"),
    ]
    report = replayed(rows, policy).report
    assert report.rows == 4
    assert report.rows - report.left_out == sum(
        report.events[kind] for kind in ("ticket_adopted", "status_changed")
    ) - sum(one.count for one in report.transitions if one.cause == "auto_close")


# --- what was written ---------------------------------------------------------------------------


def test_texts_are_read_and_cleaned_and_raise_the_class(replayed):
    log = [
        ("1", "2026-03-02T09:00:00Z", "Wrote", "sam", "How do I change my picture?"),
        ("1", "2026-03-02T10:00:00Z", "Answered", "sam", "In your profile."),
        ("1", "2026-03-02T11:00:00Z", "Work", "sam", "internal remark"),
        ("1", "2026-03-02T12:00:00Z", "Wrote", "sam", "My account was hacked, my password was Tr0ub4dor&3"),
    ]
    statuses = {"Wrote": "open", "Answered": "open", "Work": "open"}
    state = {"column": "state", "statuses": statuses, "replied": ["Answered"], "requester_wrote": ["Wrote"]}
    report = replayed(log, header=("id", "at", "state", "who", "words"), state=state, text="words").report
    assert told(report) == []
    said = [event for event in replayed.events() if event.kind in {"message_received", "reply_sent"}]
    refs = [event.body.id for event in said]
    kept = replayed.contents()
    assert [kept[ref].value for ref in refs] == [
        "How do I change my picture?",
        "In your profile.",
        "My account was hacked, my password was [password removed]",
    ]
    [raised] = [event for event in replayed.events() if event.kind == "priority_changed"]
    assert (raised.priority_class, iso(raised.recorded_at)) == ("security", "2026-03-02T12:00:00.000000Z")


def test_a_text_that_is_too_long_leaves_its_row_out(replayed):
    log = [
        ("1", "2026-03-02T09:00:00Z", "Work", "sam", ""),
        ("1", "2026-03-02T10:00:00Z", "Wrote", "sam", "a" * 2_000_000),
    ]
    state = {"column": "state", "statuses": {"Wrote": "open", "Work": "open"}, "requester_wrote": ["Wrote"]}
    report = replayed(log, header=("id", "at", "state", "who", "words"), state=state, text="words").report
    assert told(report) == [("unreadable", (3,), True)]


def test_a_case_leaves_nothing_behind_for_the_next(replayed, rows_at):
    """Memory does not grow with the log, and no ticket can touch another."""
    replayed([*rows_at(("09:00", "New"), case="1"), *rows_at(("09:00", "New"), case="2")])

    assert list(replayed.refs()) == ["2"]
