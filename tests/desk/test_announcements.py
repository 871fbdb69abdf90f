"""Announcements: said to many after a second person has read them, once to each ticket, corrected and withdrawn."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import (
    Actor,
    Agent,
    Desk,
    MemoryChannel,
    MemoryStore,
    Policy,
    Requester,
    SlaPolicy,
    SqlStore,
    Target,
)
from supportflow.events import ReplySent
from supportflow.exceptions import InvalidInput, PolicyError, Refused
from supportflow.testing import CountingIds, ManualClock

RULES = {
    "posts": ["x"],
    "audiences": {"phishing": {"field": "category", "eq": "phishing"}, "all": {"field": "level", "ge": 1}},
}
POLICY = Policy(
    announcements=RULES,
    greetings={"en": "Hello."},
    sla=[SlaPolicy(name="all", targets=[Target.first_response(hours=1)])],
)
MAIL = {"en": "Do not open mails that ask you to log in.", "zh-Hans": "请勿打开要求您登录的邮件。"}


class Square:
    """A desk with a problem, tickets about it and about something else, and channels that keep what leaves."""

    def __init__(self, policy=POLICY, store=None):
        self.clock = ManualClock("2026-03-25T10:00:00Z")
        self.store = store or MemoryStore()
        self.ids, self.policy, self.sent = (
            CountingIds(),
            policy,
            {"web": MemoryChannel(), "x": MemoryChannel()},
        )
        self.desk = self.process()
        self.problem = self.desk.open(
            subject="A wave of false mails",
            requester="lena",
            by="lena",
            type="problem",
            private=True,
            ref="P",
        ).ticket.id

    def process(self):
        """One more process of the same desk, which knows only what is stored."""
        return Desk(self.policy, store=self.store, clock=self.clock, ids=self.ids, channels=self.sent)

    def ticket(self, ref, category="phishing", **given):
        return self.desk.open(
            subject=f"Case {ref}", requester=f"r{ref}", category=category, ref=ref, **given
        ).ticket

    def announce(self, texts=MAIL, by="lena", second="sam", **given):
        self.desk.propose_announcement(self.problem, texts=texts, by=by, **given)
        number = given.get("number") or self.desk.announcements(self.problem)[-1].number
        self.desk.decide_announcement(self.problem, number=number, approve=True, by=second)
        return number

    def heard(self, ref):
        """What left for the requester of a ticket."""
        return [one.body for one in self.sent["web"].sent if one.requester == f"r{ref}"]


def said_on(desk, ticket):
    """The announcements in a ticket's history: number, wording, withdrawn."""
    events = [one for one in desk.history(ticket) if isinstance(one, ReplySent) and one.announced]
    return [
        (one.announced.number, one.announced.revision, one.announced.withdrawn, one.channel) for one in events
    ]


@pytest.fixture(params=["memory", "sqlite"])
def square(request, tmp_path):
    return Square(store=SqlStore(f"sqlite:///{tmp_path / 'desk.db'}") if request.param == "sqlite" else None)


def test_one_notice_reaches_tickets_channels_and_greetings_in_the_readers_language(square):
    square.ticket("1", language="en")
    square.ticket("2", language="zh-CN")
    square.ticket("3", category="fees")

    square.announce(audience="phishing")
    square.desk.run_due()

    assert square.heard("1") == [MAIL["en"]]
    assert square.heard("2") == [MAIL["zh-Hans"]]
    assert square.heard("3") == []
    assert [one.body for one in square.sent["x"].sent] == ["\n\n".join(MAIL.values())]
    assert square.desk.greeting("en") == f"Hello.\n\n{MAIL['en']}"
    assert square.desk.greeting("zh") == MAIL["zh-Hans"]


def test_who_was_sent_which_words_is_recorded(square):
    square.ticket("1")
    number = square.announce(audience="phishing")
    square.desk.run_due()
    square.clock.advance(minutes=5)
    square.ticket("2")
    square.announce(number=number, texts={"en": "Open none at all."}, by="sam", second="lena")
    square.desk.run_due()

    told = [
        (one.requester, one.channel, one.revision) for one in square.desk.tellings(ref="P", number=number)
    ]

    assert told == [(None, "x", 1), (None, "x", 2), ("r1", "web", 1), ("r1", "web", 2), ("r2", "web", 2)]


def test_what_comes_later_or_changes_later_is_told_as_long_as_it_holds(square):
    square.ticket("1", category="fees")
    square.announce(audience="phishing", lasts_for=timedelta(hours=1))
    square.desk.run_due()
    square.clock.advance(minutes=30)
    square.ticket("2")
    square.desk.update(ref="1", category="phishing")
    square.desk.run_due()
    square.clock.advance(minutes=31)
    square.ticket("3")
    square.desk.run_due()

    assert [len(square.heard(ref)) for ref in "123"] == [1, 1, 0]
    assert square.desk.greeting("en") == "Hello."


def test_a_notice_that_is_withdrawn_is_taken_back_from_whoever_was_told(square):
    square.ticket("1")
    square.ticket("closed")
    number = square.announce(audience="phishing")
    square.desk.run_due()
    square.desk.resolve(ref="closed", by="sam")
    square.desk.close_ticket(ref="closed", by="sam")
    square.desk.withdraw_announcement(
        ref="P", number=number, by="lena", reason="It was a test of the mail team."
    )
    square.ticket("2")
    square.desk.run_due()

    assert [len(square.heard(ref)) for ref in ("1", "closed", "2")] == [2, 2, 0]
    assert "no longer holds" in square.heard("closed")[1]
    assert square.desk.greeting("en") == "Hello."
    with pytest.raises(Refused, match="withdrawn already"):
        square.desk.withdraw_announcement(ref="P", number=number, by="lena")
    with pytest.raises(Refused, match="make a new one"):
        square.desk.propose_announcement(ref="P", number=number, texts=MAIL, by="lena")


def test_an_announcement_answers_nobody():
    square = Square()
    ticket = square.ticket("1")
    square.announce(audience="phishing")
    square.desk.run_due()
    told = square.desk.get(ticket.id)

    assert (told.replies, told.first_replied_at, told.waiting_since) == (0, None, ticket.waiting_since)
    assert told.clock("first_response").state == "running"
    assert told.touched_at == ticket.touched_at


def test_a_metric_of_a_host_can_take_an_announcement_for_an_answer():
    metric = {"name": "informed", "start": ["opened"], "stop": ["announced", "public_reply"]}
    sla = [{"name": "all", "targets": [{"metric": "informed", "hours": 1}]}]
    square = Square(Policy.model_validate({"announcements": RULES, "metrics": [metric], "sla": sla}))
    ticket = square.ticket("1")
    square.announce(audience="phishing")
    square.desk.run_due()

    assert square.desk.get(ticket.id).clock("informed").state == "met"


def test_a_process_that_is_stopped_in_the_middle_of_a_correction_goes_on_with_it():
    square = Square()
    for ref in "123":
        square.ticket(ref)
    number = square.announce(audience="phishing")
    square.desk.run_due()
    for ref in "123":  # nobody looks at what has ended but to correct it
        square.desk.resolve(ref=ref, by="sam")
    square.announce(number=number, texts={"en": "Other words"})
    left = iter(range(3))
    square.desk.run_due(stop=lambda: next(left, None) is None)
    assert 0 < sum(len(square.heard(ref)) for ref in "123") < 6

    square.desk.run_due()

    assert [len(square.heard(ref)) for ref in "123"] == [2, 2, 2]


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=2)])
def test_whoever_is_stopped_between_two_tickets_goes_on_with_the_other(late):
    square = Square()
    for ref in "123":
        square.ticket(ref)
    number = square.announce(audience="phishing")
    for stopped in (2, 3, 4):
        square.clock.advance(late)
        left = iter(range(stopped))
        square.desk.run_due(stop=lambda left=left: next(left, None) is None)
    square.clock.advance(late)
    square.desk.run_due()
    assert [len(square.heard(ref)) for ref in "123"] == [1, 1, 1]
    for ref in "123":
        square.desk.resolve(ref=ref, by="sam")
    square.desk.withdraw_announcement(square.problem, number=number, by="sam")
    square.clock.advance(late)
    told = []
    for stopped in (3, 4, 5):
        left = iter(range(stopped))
        square.desk.run_due(stop=lambda left=left: next(left, None) is None)
        told.append(sum(len(square.heard(ref)) for ref in "123"))
    assert {4, 5} & {*told}
    square.desk.run_due()
    assert [len(square.heard(ref)) for ref in "123"] == [2, 2, 2]


def test_a_notice_that_outlives_its_problem_links_nobody_to_it_any_more():
    square = Square()
    square.ticket("1")
    square.announce(audience="phishing", links=True)
    square.desk.run_due()
    square.clock.advance(minutes=5)
    square.desk.solve_problem(square.problem, by="lena")
    square.clock.advance(minutes=5)
    late = square.ticket("2")
    square.clock.advance(minutes=5)
    square.desk.run_due()

    assert [len(square.heard(ref)) for ref in "12"] == [1, 1]
    assert square.desk.get(late.id).spread.problem is None
    assert [square.desk.get(ref=ref).is_open for ref in "12"] == [False, True]


def test_a_problem_hears_a_notice_and_is_no_incident_of_another_problem():
    square = Square()
    other = square.ticket("B", type="problem")
    square.announce(audience="phishing", links=True)
    square.desk.run_due()

    assert len(square.heard("B")) == 1
    assert square.desk.get(other.id).spread.problem is None


def test_private_work_hears_nothing_though_it_is_of_the_audience(square):
    mine = square.desk.open(
        subject="Look into these mails", requester="lena", by="lena", category="phishing", private=True
    ).ticket.id
    square.ticket("1")
    square.announce(audience="phishing")
    square.desk.run_due()
    assert said_on(square.desk, mine) == []
    assert square.heard("1") == [MAIL["en"]]


def test_a_ticket_that_announces_does_not_tell_itself(square):
    square.problem = square.ticket("1", type="problem").id
    number = square.announce(audience="phishing")
    square.desk.run_due()
    assert square.heard("1") == []
    assert said_on(square.desk, square.problem) == [(number, 1, False, "x")]


def test_a_ticket_of_a_process_whose_clock_is_behind_is_told_too(square):
    square.announce(audience="phishing")
    square.clock.advance(minutes=1)
    square.ticket("1")
    square.desk.run_due()
    behind = ManualClock("2026-03-25T10:00:57Z")
    other = Desk(POLICY, store=square.store, clock=behind, ids=square.ids, channels=square.sent)
    other.open(subject="Case 2", requester="r2", category="phishing", ref="2")
    square.desk.run_due()
    assert (square.heard("1"), square.heard("2")) == ([MAIL["en"]], [MAIL["en"]])


def test_greetings_go_on_where_a_ticket_that_announces_is_damaged():
    square = Square()
    square.announce()
    other = square.ticket("B")
    square.desk.propose_announcement(other, texts={"en": "Read this."}, by="lena")
    square.desk.decide_announcement(other, number="1", approve=True, by="sam")
    load = square.store.load

    def damaged(tenant, ticket_id):
        row = load(tenant, ticket_id)
        return replace(row, version=row.version + 7, snapshot=b"?") if ticket_id == square.problem else row

    square.store.load = damaged
    assert square.process().greeting("en") == "Hello.\n\nRead this."


# --- a second person -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "second", ["lena", Actor(kind="host", id="host"), Requester("lena"), Actor(kind="bot", id="b")]
)
def test_only_another_person_of_the_desk_approves(second):
    square = Square()
    square.desk.propose_announcement(square.problem, texts=MAIL, by="lena")

    with pytest.raises(Refused):
        square.desk.decide_announcement(square.problem, number="1", approve=True, by=second)

    square.desk.run_due()
    assert square.desk.greeting("en") == "Hello."
    assert not square.sent["x"].sent


def test_who_proposes_under_one_id_does_not_approve_under_another():
    square = Square()
    square.desk.link_requester("lena", "lena-2", by="sam")
    square.desk.propose_announcement(square.problem, texts=MAIL, by="lena")

    with pytest.raises(Refused, match="who proposes"):
        square.desk.decide_announcement(square.problem, number="1", approve=True, by="lena-2")


def test_the_policy_names_the_tiers_that_approve():
    routing = {"tiers": ["expert", "compliance"], "routes": [{"name": "all", "tier": "expert"}]}
    square = Square(Policy(announcements={**RULES, "approved_by": ["compliance"]}, routing=routing))
    for agent in (Agent("exp", tiers=["expert"]), Agent("law", tiers=["compliance"])):
        square.desk.enrol(agent)
    square.desk.propose_announcement(ref="P", texts=MAIL, by="lena")

    for nobody in ("exp", "unknown"):
        with pytest.raises(Refused, match="only tiers compliance"):
            square.desk.decide_announcement(ref="P", number="1", approve=True, by=nobody)
    square.desk.decide_announcement(ref="P", number="1", approve=True, by="law")

    assert square.desk.announcements(ref="P")[0].state == "approved"
    with pytest.raises(PolicyError, match=r"announcements.approved_by: unknown tier 'expret'"):
        Desk(Policy(announcements={"approved_by": ["expret"]}, routing=routing))


def test_other_words_wait_too_and_the_approved_ones_stand_until_then():
    square = Square()
    square.ticket("1")
    number = square.announce(audience="phishing")
    square.desk.propose_announcement(square.problem, number=number, texts={"en": "Other words"}, by="lena")
    square.desk.run_due()
    assert square.heard("1") == [MAIL["en"]]

    square.desk.decide_announcement(
        square.problem, number=number, approve=False, by="sam", reason="Not clear."
    )
    square.desk.run_due()

    assert square.heard("1") == [MAIL["en"]]
    assert square.desk.announcements(square.problem)[0][2:5] == (2, "approved", MAIL)


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ({"en": "Please send us your seed phrase."}, "asks for a secret"),
        ({"en": "All is well.", "zh": "请把您的验证码发给我们。"}, "asks for a secret"),
        ({"en": "Order 202606010001234567 is affected."}, "personal data"),
        ({"en": "Write to ana@example.net."}, "personal data"),
    ],
)
def test_words_that_must_not_be_said_to_many_are_refused(texts, why):
    square = Square()
    before = square.desk.history(square.problem)

    with pytest.raises(Refused, match=why):
        square.desk.propose_announcement(square.problem, texts=texts, by="lena")

    assert square.desk.history(square.problem) == before


def test_a_desk_whose_policy_has_none_announces_nothing():
    square = Square(Policy())
    with pytest.raises(Refused, match="no announcements"):
        square.desk.propose_announcement(square.problem, texts=MAIL, by="lena")


def test_what_cannot_be_announced_is_one_clear_error():
    square = Square()
    for wrong in (
        {"audience": "nobody"},
        {"number": "7"},
        {"texts": {}},
        {"texts": {"": "x"}},
        {"texts": []},
    ):
        with pytest.raises(InvalidInput):
            square.desk.propose_announcement(square.problem, **{"texts": MAIL, "by": "lena", **wrong})
    incident = square.ticket("1")
    with pytest.raises(Refused, match="only a problem"):
        square.desk.propose_announcement(incident, texts=MAIL, links=True, by="lena")
    with pytest.raises(Refused, match="requester"):
        square.desk.propose_announcement(incident, texts=MAIL, by=Requester("r1"))


@pytest.mark.parametrize(
    ("rules", "path"),
    [
        ({"audiences": {"a": {"field": "colour", "eq": "red"}}}, "announcements.audiences.a"),
        ({"posts": ["x", "x"]}, "announcements.posts"),
        ({"language": "not a tag"}, "announcements.language"),
    ],
)
def test_a_policy_with_wrong_announcements_is_refused_with_the_path(rules, path):
    with pytest.raises(PolicyError, match=path):
        Desk(Policy(announcements=rules))


def test_a_desk_that_announces_nothing_is_asked_nothing_more():
    square = Square()
    square.ticket("1")
    square.desk.run_due()
    asked = []
    search = square.store.search
    square.store.search = lambda *given: asked.append(given) or search(*given)
    square.desk.run_due()
    square.desk.reply(ref="1", body="Hello.", by="sam")
    assert not [query for _, query in asked if query.order == ("touched_us", "id")]


# --- never twice -------------------------------------------------------------------------------------


class Story(Square):
    """What happens at random: tickets come, change and end; words are approved and taken back; processes die."""

    def __init__(self):
        super().__init__(Policy(announcements=RULES))
        self.opened, self.processes = [], [self.desk, self.process()]

    def one(self):
        """An open ticket, whichever the step says."""
        tickets = [one for one in self.opened if self.desk.get(one).is_open]
        return tickets[self.pick % len(tickets)] if tickets else None

    def holding(self):
        numbers = [one.number for one in self.desk.announcements(self.problem) if one.state != "withdrawn"]
        return numbers[self.pick % len(numbers)] if numbers else None

    def open(self, category="phishing"):
        self.opened.append(self.ticket(f"{len(self.opened)}", category=category).id)

    def other(self):
        self.open("fees")

    def change(self):
        if self.one():
            self.desk.update(self.one(), category="phishing")

    def end(self):
        if self.one():
            self.desk.resolve(self.one(), by="sam")

    def make(self):
        if len(self.desk.announcements(self.problem)) < 3:
            self.announce(audience="phishing")

    def correct(self):
        if self.holding():
            self.announce(number=self.holding(), texts={"en": f"Words {self.clock.now()}"[:20]})

    def withdraw(self):
        if self.holding():
            self.desk.withdraw_announcement(self.problem, number=self.holding(), by="sam")

    def tick(self):
        self.processes[self.pick % 2].run_due()

    def killed(self):
        left = iter(range(self.pick))
        self.processes[self.pick % 2].run_due(stop=lambda: next(left, None) is None)

    def restart(self):
        self.processes[self.pick % 2] = self.process()


WHAT = st.sampled_from(
    ["open", "other", "change", "end", "make", "correct", "withdraw", "tick", "killed", "restart"]
)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(WHAT, st.integers(0, 5)), min_size=4, max_size=18))
def test_no_announcement_comes_to_a_ticket_twice_and_none_stays_out(steps):
    """Whatever is opened, corrected, withdrawn, and whenever a process dies between two tickets."""
    story = Story()
    for what, pick in steps:
        story.pick = pick
        getattr(story, what)()
        story.clock.advance(seconds=20)
    for process in story.processes:
        process.run_due()

    made = story.desk.announcements(story.problem)
    for ticket_id in (*story.opened, story.problem):
        told = said_on(story.desk, ticket_id)
        assert max(Counter(told).values(), default=1) == 1
        for one in made:
            check_what_was_heard(story, ticket_id, one, [said for said in told if said[0] == one.number])


def check_what_was_heard(story, ticket_id, one, told):
    """A naive account: the words in their order, the last ones last, by those whom they concern and by nobody else."""
    heard, ticket = [(revision, gone) for _, revision, gone, _ in told], story.desk.get(ticket_id)
    concerned = ticket.category == "phishing" or ticket_id == story.problem
    assert heard == sorted(heard)  # never an older wording after a newer one, and nothing after the end
    assert concerned or not heard
    if heard:
        assert heard[-1] == (one.revision, one.state == "withdrawn")
    elif concerned and ticket_id != story.problem and ticket.is_open:
        assert one.state == "withdrawn"
