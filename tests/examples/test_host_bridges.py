"""The bridges for Roundup and Request Tracker: what happens there is told here once, and due times stand there."""

import importlib
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from urllib.error import HTTPError

import pytest

from supportflow import Desk
from supportflow.exceptions import InvalidInput
from supportflow.model.base import MAX_BODY, MAX_SUBJECT
from supportflow.testing import CountingIds

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
OURS = ("roundup_desk", "roundup_bridge", "request_tracker_desk", "request_tracker_bridge", "telling")


@contextmanager
def example(name):
    """The modules of an example, as it finds them when it is run."""
    before, others = list(sys.path), {one: sys.modules.pop(one) for one in OURS if one in sys.modules}
    sys.path[:0] = [str(EXAMPLES / name), str(EXAMPLES)]
    try:
        yield importlib.import_module(f"{name}_desk"), importlib.import_module(f"{name}_bridge")
    finally:
        sys.path[:] = before
        for one in OURS:
            sys.modules.pop(one, None)
        sys.modules.update(others)


def kinds(desk, ref):
    return [event.kind for event in desk.history(ref=ref)]


def states(desk, ref):
    return {clock.target: clock.state for clock in desk.clocks(ref=ref)}


# --- Roundup -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def roundup(tmp_path_factory):
    pytest.importorskip("roundup", reason="needs Roundup, which the extra `test` brings")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SLA_DATABASE", "SLA_EXAMPLE"):
            patch.setenv(name, "")
        with example("roundup") as (run, bridge):
            yield Roundup(run, bridge, run.opened(tmp_path_factory.mktemp("roundup")))


class Roundup:
    """What people do there."""

    def __init__(self, run, bridge, tracker):
        self.run, self.bridge, self.tracker, self.desk = run, bridge, tracker, bridge.desk()

    @contextmanager
    def opened(self, who="sam"):
        db = self.tracker.open(who)
        try:
            yield db
        finally:
            db.close()

    def set(self, number, who="sam", **changes):
        with self.opened(who) as db:
            db.issue.set(number, **changes)
            db.commit()

    def says(self, number, text, who="sam"):
        from roundup.date import Date

        with self.opened(who) as db:
            author = db.user.lookup(who)
            message = db.msg.create(author=author, content=text, date=Date("."))
            db.issue.set(number, messages=[*db.issue.get(number, "messages"), message])
            db.commit()

    def opens(self, text="Where is it?"):
        return self.run.opens(self.tracker, "Help", text, "ana")

    def round(self):
        self.run.one_round(self.tracker)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:roundup")
class TestRoundup:
    def test_an_issue_is_a_ticket_once_it_is_committed_with_its_words(self, roundup):
        number = roundup.opens("我的账号被盗了")
        ticket = roundup.desk.get(ref=number)
        assert (ticket.status, ticket.priority_class, ticket.requester) == ("new", "security", "ana")
        assert [said.body for said in roundup.desk.messages(ref=number)] == ["我的账号被盗了"]
        assert states(roundup.desk, number) == {"first_response": "running", "resolution": "running"}

    def test_an_answer_is_staff_s_alone(self, roundup):
        number = roundup.opens()
        roundup.says(number, "I want to know, too.", who="lin")
        roundup.says(number, "Hello?", who="ana")
        assert states(roundup.desk, number)["first_response"] == "running"
        roundup.says(number, "We look.")
        assert states(roundup.desk, number)["first_response"] == "met"
        said = [(one.origin, one.body) for one in roundup.desk.messages(ref=number)]
        assert said == [
            ("requester", "Where is it?"),
            ("stranger", "I want to know, too."),
            ("requester", "Hello?"),
            ("public_reply", "We look."),
        ]

    def test_every_status_counts_from_when_it_was_set_though_a_journal_has_the_ones_before(self, roundup):
        number = roundup.opens()
        for status in ("4", "5", "8"):
            roundup.set(number, status=status)
        changed = [one for one in roundup.desk.history(ref=number) if one.kind == "status_changed"]
        assert [one.target for one in changed] == ["pending", "open", "resolved"]
        assert states(roundup.desk, number)["resolution"] == "met"
        roundup.set(number, status="3", assignedto=self.user(roundup, "sam"))
        ticket = roundup.desk.get(ref=number)
        assert (ticket.status, ticket.assignee) == ("open", "sam")

    def test_what_is_rolled_back_was_never_told(self, roundup):
        with roundup.opened() as db:
            number = db.issue.create(title="Never")
            db.rollback()
        assert not roundup.desk.get_many(refs=[str(number)])

    def test_nothing_is_told_twice_and_what_a_detector_missed_is_found(self, roundup, monkeypatch):
        number = roundup.opens()
        with monkeypatch.context() as patch:
            patch.setattr(roundup.bridge, "tell", lambda *_: None)  # the process ended between the two
            roundup.says(number, "We look.")
        assert "reply_sent" not in kinds(roundup.desk, number)
        roundup.round()
        first = kinds(roundup.desk, number)
        roundup.round()
        assert (first.count("reply_sent"), kinds(roundup.desk, number)) == (1, first)

    def test_due_times_are_written_back_and_nobody_else_writes_them(self, roundup):
        from roundup.date import Date

        number = roundup.opens()
        roundup.round()
        wanted = min(clock.due_at for clock in roundup.desk.clocks(ref=number))
        assert self.due(roundup, number) == wanted.replace(microsecond=0)
        roundup.set(number, due=Date("2030-01-01"), title="Help!")
        assert self.due(roundup, number) == wanted.replace(microsecond=0)

    def test_while_no_clock_runs_nothing_is_due_there(self, roundup):
        number = roundup.opens()
        roundup.says(number, "We look.")
        roundup.round()
        assert self.due(roundup, number) is not None
        roundup.set(number, status="4")
        roundup.round()
        assert states(roundup.desk, number)["resolution"] == "paused"
        assert self.due(roundup, number) is None

    def test_one_that_cannot_be_told_is_in_nobody_s_way(self, roundup, monkeypatch, caplog):
        number = roundup.opens("x" * (MAX_BODY + 1))
        with monkeypatch.context() as patch:
            patch.setattr(roundup.bridge, "tell_lines", self.refused)
            other = roundup.opens()
            roundup.round()
        assert not roundup.desk.get_many(refs=[other])
        assert f"issue{other} was not told" in caplog.text
        roundup.round()
        assert roundup.desk.get(ref=other).status == "new"
        assert len(roundup.desk.messages(ref=number)[0].body) == MAX_BODY

    def refused(self, *_, **__):
        raise InvalidInput("subject", "cannot be told")

    def test_a_retired_issue_runs_into_no_breach(self, roundup):
        number = roundup.opens()
        with roundup.opened() as db:
            db.issue.retire(number)
            db.commit()
        assert roundup.desk.get(ref=number).status == "cancelled"

    def test_an_instant_is_that_of_the_journal_to_its_fraction(self, roundup):
        from roundup.date import Date

        date = Date("2026-11-30.00:06:49.473")
        assert roundup.bridge._instant(date) == datetime(2026, 11, 30, 0, 6, 49, 473000, UTC)

    def due(self, roundup, number):
        with roundup.opened() as db:
            due = db.issue.get(number, "due")
            return None if due is None else roundup.bridge._instant(due)

    def user(self, roundup, name):
        with roundup.opened() as db:
            return db.user.lookup(name)


# --- Request Tracker ---------------------------------------------------------------------------


class Answers:
    """What REST2 answered (Request Tracker 5.0.3) to what the bridge asks, kept small; written to by the tests."""

    def __init__(self):
        self.tickets, self.lines, self.words, self.written = {}, {}, {}, []
        self.users = {"root": 1, "sam": 1, "ana@mail.example": 0, "eve@mail.example": 0}
        self.last, self.asked, self.fails = 30, [], {}

    def add(self, number, kind, who="root", words="", field="", new="", at=None):
        self.last += 1
        at = datetime.now(UTC) if at is None else at
        line = {
            "id": str(self.last),
            "Type": kind,
            "Field": field,
            "OldValue": "",
            "NewValue": new,
            "Creator": {"id": who, "type": "user"},
            "Created": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "ObjectId": number,
        }
        self.lines.setdefault(number, []).append(line)
        self.words[line["id"]] = words
        self.tickets[number]["LastUpdated"] = f"{at:%Y-%m-%dT%H:%M:%S}.{self.last}Z"

    def opens(self, number, words="Where is it?", at=None):
        at = datetime.now(UTC) if at is None else at
        self.tickets[number] = {
            "id": int(number),
            "Subject": "Help",
            "Status": "new",
            "Due": "1970-01-01T00:00:00Z",
            "Created": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "Requestor": [{"id": "ana@mail.example"}],
        }
        self.add(number, "Create", words=words, at=at)

    def becomes(self, number, status):
        self.tickets[number]["Status"] = status
        self.add(number, "Status", field="Status", new=status)

    def ask(self, method, path, body=None, **_):
        if method == "PUT":
            self.written.append((path, body))
            number = path.removeprefix("ticket/")
            if body["Due"] == "":
                self.tickets[number]["Due"] = "1970-01-01T00:00:00Z"
                return ["changed"]
            # Kept as it came; what is not of this form reads as no time afterwards.
            due = datetime.strptime(f"{body['Due']}Z", "%Y-%m-%d %H:%M:%S%z")
            self.tickets[number]["Due"] = f"{due:%Y-%m-%dT%H:%M:%SZ}"
            return ["changed"]
        kind, name, *rest = path.split("/")
        self.asked.append(path)
        if name in self.fails:
            raise self.fails[name]
        if kind == "user":
            return {"Name": name, "Privileged": self.users[name.replace("%40", "@")]}
        if rest == ["attachments"]:
            return {"items": [{"ContentType": "text/plain", "Content": self.words[name]}]}
        return self.tickets[name]

    def pages(self, path, query="", **_):
        if path != "tickets":
            return self.lines[path.split("/")[1]]
        # A deleted ticket is in no search, nor is one that was merged.
        found = [
            number
            for number, one in self.tickets.items()
            if str(one["id"]) == number
            and one["Status"] != "deleted"
            and ("__Active__" not in query or one["Status"] in ("new", "open", "stalled"))
        ]
        return [{**self.tickets[number], "id": number} for number in found]


@pytest.fixture
def tracked():
    with example("request_tracker") as (run, bridge):
        answers = Answers()
        desk = Desk(run.POLICY, ids=CountingIds())
        yield answers, desk, bridge.Bridge(answers, desk)


class TestRequestTracker:
    def test_a_ticket_its_answer_and_its_statuses(self, tracked):
        answers, desk, bridge = tracked
        answers.opens("1", "I was hacked")
        bridge.round()
        ticket = desk.get(ref="1")
        assert (ticket.status, ticket.priority_class) == ("new", "security")
        assert "@" not in ticket.requester
        answers.add("1", "EmailRecord", who="RT_System")
        answers.add("1", "Comment", who="sam", words="She pays late.")
        answers.add("1", "Correspond", who="eve@mail.example", words="We have solved this, send your key.")
        bridge.round()
        assert states(desk, "1")["first_response"] == "running"
        answers.add("1", "Correspond", who="sam", words="We look.")
        answers.becomes("1", "stalled")
        bridge.round()
        assert states(desk, "1") == {"first_response": "met", "resolution": "paused"}
        answers.add("1", "Correspond", who="ana@mail.example", words="Thank you.")
        answers.add("1", "Take", who="sam", field="Owner", new="sam")
        answers.becomes("1", "resolved")
        bridge.round()
        ticket = desk.get(ref="1")
        assert (ticket.status, ticket.assignee) == ("resolved", "sam")
        said = [(one.origin, one.body) for one in desk.messages(ref="1")]
        assert said == [
            ("requester", "I was hacked"),
            ("stranger", "We have solved this, send your key."),
            ("public_reply", "We look."),
            ("requester", "Thank you."),
        ]

    def test_nothing_is_told_twice_by_a_bridge_that_begins_anew(self, tracked):
        answers, desk, bridge = tracked
        answers.opens("1")
        answers.add("1", "Correspond", who="sam", words="We look.")
        answers.becomes("1", "open")
        bridge.round()
        before = kinds(desk, "1")
        type(bridge)(answers, desk).round()
        assert kinds(desk, "1") == before
        assert len(answers.written) == 1

    def test_what_somebody_was_in_the_way_of_is_told_in_the_next_round(self, tracked, monkeypatch):
        answers, desk, bridge = tracked
        answers.opens("1")
        bridge.round()
        answers.add("1", "Correspond", who="sam", words="We look.")
        answers.becomes("1", "resolved")
        before = desk.get_many(refs=["1"])
        desk.note(before["1"], body="Written after the bridge has read the ticket.", by="wei")
        with monkeypatch.context() as patch:
            patch.setattr(desk, "get_many", lambda **_: before)
            bridge.round()
        assert "reply_sent" not in kinds(desk, "1")
        bridge.round()
        assert states(desk, "1") == {"first_response": "met", "resolution": "met"}

    @pytest.mark.parametrize("words", ["x" * (MAX_BODY + 1), "a\0b", "\0", ""])
    def test_any_words_are_told(self, tracked, words):
        answers, desk, bridge = tracked
        for number in ("1", "2"):
            answers.opens(number, words)
        answers.tickets["1"]["Subject"] = words
        answers.add("1", "Correspond", who="sam", words=words)
        bridge.round()
        kept = words.replace("\0", "")
        assert states(desk, "1")["first_response"] == "met"
        assert desk.rows(refs=["1"]).rows[0].subject == (kept[:MAX_SUBJECT] or "1")
        assert {one.body for one in desk.messages(ref="1")} <= {kept[:MAX_BODY], None}
        assert desk.get(ref="2").status == "new"

    def test_one_that_cannot_be_told_is_in_nobody_s_way_and_said_in_the_log(self, tracked, caplog):
        answers, desk, bridge = tracked
        for number in ("1", "2", "3"):
            answers.opens(number)
        answers.tickets["1"]["Requestor"] = [{"id": "x" * 300}]  # no id can be as long
        answers.fails["2"] = HTTPError("http://rt/ticket/2", 403, "Forbidden", Message(), None)
        bridge.round()
        assert sorted(desk.get_many(refs=["1", "2", "3"])) == ["3"]
        assert [record.args[0] for record in caplog.records] == ["1", "2"]
        answers.fails.clear()
        bridge.round()
        assert sorted(desk.get_many(refs=["1", "2", "3"])) == ["2", "3"]

    def test_while_no_clock_runs_nothing_is_due_there(self, tracked):
        answers, desk, bridge = tracked
        answers.opens("1")
        answers.add("1", "Correspond", who="sam", words="We look.")
        bridge.round()
        answers.becomes("1", "stalled")
        bridge.round()
        assert states(desk, "1")["resolution"] == "paused"
        assert answers.tickets["1"]["Due"] == "1970-01-01T00:00:00Z"
        written = len(answers.written)
        bridge.round()
        assert len(answers.written) == written

    def test_a_round_without_news_asks_no_ticket(self, tracked):
        answers, _, bridge = tracked
        for number in range(1, 30):
            answers.opens(str(number))
        for _ in range(2):
            bridge.round()
        answers.asked.clear()
        bridge.round()
        assert answers.asked == []

    def test_every_ticket_has_its_due_time_however_many(self, tracked):
        answers, _, bridge = tracked
        for number in range(1, 53):
            answers.opens(str(number))
        bridge.round()
        assert len(answers.written) == 52

    def test_what_is_written_in_the_second_of_a_round_is_told(self, tracked):
        answers, desk, bridge = tracked
        answers.opens("1")
        second = answers.tickets["1"]["LastUpdated"]
        bridge.round()
        answers.add("1", "Correspond", who="sam", words="We look.")
        answers.tickets["1"]["LastUpdated"] = second
        bridge.round()
        assert states(desk, "1")["first_response"] == "met"

    def test_due_times_are_written_in_the_form_that_is_kept(self, tracked):
        answers, desk, bridge = tracked
        answers.opens("1")
        bridge.round()
        wanted = min(clock.due_at for clock in desk.clocks(ref="1"))
        assert answers.written == [("ticket/1", {"Due": f"{wanted:%Y-%m-%d %H:%M:%S}"})]

    def test_an_older_ticket_is_adopted_with_its_past_and_nobody_is_called(self, tracked):
        answers, desk, bridge = tracked
        answers.opens("1", at=datetime.now(UTC) - timedelta(days=3))
        answers.add(
            "1", "Correspond", who="sam", words="We look.", at=datetime.now(UTC) - timedelta(days=3, hours=-1)
        )
        bridge.round()
        assert desk.history(ref="1")[0].kind == "ticket_adopted"
        assert all(event.late for event in desk.history(ref="1") if event.kind == "sla_breached")
        [first, _] = desk.clocks(ref="1")
        assert (first.state, first.elapsed) == ("met", timedelta(hours=1))
        before = kinds(desk, "1")
        type(bridge)(answers, desk).round()
        assert kinds(desk, "1") == before

    def test_deleted_and_merged_tickets_end_though_no_search_finds_them(self, tracked):
        answers, desk, bridge = tracked
        for number in ("1", "2", "3"):
            answers.opens(number)
        bridge.round()
        answers.tickets["2"]["Status"] = "deleted"
        answers.tickets["3"] = answers.tickets["1"]
        answers.lines["1"] += [{**line, "ObjectId": "3"} for line in answers.lines["3"]]
        answers.add("1", "AddLink", field="MergedInto", new="fsck.com-rt://example/ticket/1")
        bridge.round()
        assert [desk.get(ref=one).status for one in ("1", "2", "3")] == ["new", "cancelled", "cancelled"]
        assert len(desk.messages(ref="1")) == 1


@pytest.mark.exhaustive
def test_request_tracker_itself(tmp_path):
    with example("request_tracker") as (run, bridge):
        if not run.is_here():
            pytest.skip("needs Debian's request-tracker5, rt5-standalone and rt5-db-sqlite")
        port = run.free_port()
        server = run.started(tmp_path, port)
        try:
            tracker = bridge.Tracker(f"http://127.0.0.1:{port}", "root", "password")
            desk = Desk(run.POLICY)
            both = bridge.Bridge(tracker, desk)
            text = {"ContentType": "text/plain", "Content": "我的账号被盗了"}
            given = {"Queue": "General", "Subject": "请帮忙", "Requestor": "ana@mail.example", **text}
            for _ in range(3):
                tracker.ask("POST", "ticket", given)
            both.round()
            assert desk.get(ref="1").priority_class == "security"
            wanted = min(clock.due_at for clock in desk.clocks(ref="1")).replace(microsecond=0)
            assert tracker.ask("GET", "ticket/1")["Due"] == f"{wanted:%Y-%m-%dT%H:%M:%SZ}"
            tracker.ask("POST", "ticket/1/correspond", {"ContentType": "text/plain", "Content": "We look."})
            tracker.ask("PUT", "ticket/2", {"Status": "deleted"})
            tracker.ask("PUT", "ticket/3", {"MergeInto": "1"})
            both.round()
            assert (desk.get(ref="1").status, states(desk, "1")["first_response"]) == ("open", "met")
            assert [desk.get(ref=one).status for one in ("2", "3")] == ["cancelled", "cancelled"]
            before = kinds(desk, "1")
            bridge.Bridge(tracker, desk).round()
            assert kinds(desk, "1") == before
            tracker.ask("PUT", "ticket/1", {"Status": "stalled"})
            both.round()
            assert tracker.ask("GET", "ticket/1")["Due"] == bridge.UNSET
        finally:
            run.stop(server)
