"""What the host sees first: a case that is opened and told before its customer asks, and measures that are watched."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from supportflow import Agent, Desk, MemoryChannel, MemoryStore, Policy, Requester
from supportflow.events import RequesterInformed, WatchTripped
from supportflow.exceptions import InvalidInput, PolicyError, Refused, StoreUnavailable
from supportflow.policy.document.foreseen import Watch
from supportflow.policy.sections.watches import Sample, too_far
from supportflow.testing import CountingIds, ManualClock

TELLS = {"en": "Your withdrawal is late. This is case {ticket}.", "zh": "您的提币有延迟，编号 {ticket}。"}
HOUR = 3_600_000_000


def policy(clocks="contact", **more):
    return Policy.model_validate(
        {
            "identity": {"window": "P3D"},
            "fields": {"expected": {"kind": "boolean", "nullable": True}},
            "foreseen": {
                "stuck": {
                    "category": "withdrawal",
                    "level": 2,
                    "attributes": {"expected": True},
                    "clocks": clocks,
                    "tells": TELLS,
                }
            },
            "sla": [
                {
                    "name": "all",
                    "targets": [
                        {"metric": "first_response", "hours": 1},
                        {"metric": "resolution", "hours": 4},
                    ],
                }
            ],
            **more,
        }
    )


class Office:
    def __init__(self, rules=None, store=None):
        self.clock, self.mail = ManualClock("2026-03-25T10:00:00Z"), MemoryChannel()
        self.store, self.ids, self.rules = store or MemoryStore(), CountingIds(), rules or policy()
        self.desk = self.process()

    def process(self):
        return Desk(
            self.rules, store=self.store, clock=self.clock, ids=self.ids, channels={"email": self.mail}
        )

    def event(self, who="ana", **given):
        return self.desk.open(**{"requester": who, "event": "stuck", "channel": "email", **given})


def started(ticket):
    return {clock.target: clock.started_us for clock in ticket.clocks}


def test_the_customer_is_told_at_once_in_their_language_and_nobody_waits_yet():
    office = Office()
    ticket = office.event(language="zh-CN", ref="7").ticket
    office.desk.run_due()

    assert [message.body for message in office.mail.sent] == ["您的提币有延迟，编号 7。"]
    assert [message.origin for message in office.desk.messages(ticket, seen_by="ana")] == ["public_reply"]
    assert (ticket.category, ticket.level, ticket.attributes) == ("withdrawal", 2, {"expected": True})
    assert (ticket.waiting_since, ticket.clocks, ticket.replies) == (None, (), 0)


@pytest.mark.parametrize(("clocks", "begins"), [("event", 0), ("contact", 90)])
@pytest.mark.parametrize("words", ["Where is my withdrawal?", "钱呢"])
def test_a_later_contact_joins_the_case_and_the_clocks_start_as_the_policy_says(clocks, begins, words):
    office = Office(policy(clocks))
    opened = office.event().ticket
    office.clock.advance(minutes=90)
    joined = office.desk.open(subject=words, requester="ana", channel="chat").ticket

    assert joined.id == opened.id
    start_us = {
        name: at - int(opened.opened_at.timestamp()) * 1_000_000 for name, at in started(joined).items()
    }
    assert set(start_us.values()) == {begins * 60_000_000}
    assert joined.waiting_since == office.clock.now()
    breached = [clock.target for clock in joined.clocks if clock.breached_us is not None]
    assert breached == (["first_response"] if clocks == "event" else [])


def test_the_clocks_that_a_contact_starts_run_and_stop_like_any_others():
    office = Office()
    office.event(ref="7")
    office.clock.advance(hours=30)
    office.desk.receive(ref="7", body="Is this true?", by=Requester("ana"))
    office.clock.advance(minutes=59)
    office.desk.reply(ref="7", body="Yes. It will be there at noon.", by="sam")
    office.desk.resolve(ref="7", by="sam")

    assert [clock.state for clock in office.desk.get(ref="7").clocks] == ["met", "met"]


def test_a_case_that_is_settled_before_anybody_asks_has_no_clock_at_all():
    office = Office()
    office.event(ref="7")
    office.desk.resolve(ref="7", by="sam")
    office.clock.advance(hours=9)
    office.desk.run_due()
    assert office.desk.get(ref="7").clocks == ()


def test_an_event_joins_the_case_that_its_customer_has_opened_and_tells_them_once():
    office = Office()
    asked = office.desk.open(subject="Late", requester="ana", category="withdrawal", channel="email").ticket
    office.event(key="e-1")
    office.event(key="e-1")
    office.event(key="e-2")
    office.desk.run_due()

    assert len(office.desk.find()) == 1
    told = [one for one in office.desk.history(asked) if isinstance(one, RequesterInformed)]
    assert len(told) == len(office.mail.sent) == 1
    assert office.desk.get(asked.id).clock("first_response").state == "running"


def test_two_customers_have_two_cases():
    office = Office()
    office.event("ana")
    office.event("bo")
    assert len(office.desk.find()) == 2


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"event": "nothing"}, InvalidInput),
        ({"private": True}, InvalidInput),
        ({"by": Requester("ana")}, Refused),
        ({"event": ""}, InvalidInput),
    ],
)
def test_what_is_no_event_is_one_clear_error(wrong, error):
    office = Office()
    with pytest.raises(error):
        office.event(**wrong)
    assert len(office.desk.find()) == 0


def ready(texts):
    return {"announcements": {"ready": {"r": {"subject": "x", "texts": texts}}}}


@pytest.mark.parametrize(
    ("section", "path"),
    [
        (
            {"foreseen": {"a": {"category": "x", "tells": {"en": "x"}, "priority_class": "none"}}},
            "foreseen.a.priority",
        ),
        (
            {"foreseen": {"a": {"category": "x", "tells": {"en": "x"}, "attributes": {"no": 1}}}},
            "foreseen.a.attributes.no",
        ),
        ({"foreseen": {"a": {"category": "x", "tells": {"en": "x", "EN": "y"}}}}, "foreseen.a.tells"),
        (
            {"watches": {"w": {"measure": "m", "above": 1, "below": 0, "declares": "s"}}},
            "watches.w: takes one",
        ),
        ({"watches": {"w": {"measure": "m", "falls_by": 1, "declares": "s"}}}, "watches.w.within"),
        ({"watches": {"w": {"measure": "m", "above": 1}}}, "watches.w: does nothing"),
        ({"watches": {"w": {"measure": "m", "above": 1, "declares": "none"}}}, "watches.w.declares"),
        ({"watches": {"w": {"measure": "m", "above": 1, "proposes": "none"}}}, "watches.w.proposes"),
        (
            {"foreseen": {"a": {"category": "x", "tells": {"en": "x"}, "language": "no tag"}}},
            "foreseen.a.language",
        ),
        (
            {"foreseen": {"a": {"category": "x", "tells": {"zh": "请把您的验证码发给我们。"}}}},
            "foreseen.a.tells.zh: asks",
        ),
        (ready({"en": "x", "EN": "y"}), "announcements.ready.r.texts: 'en' stands"),
        (ready({"no tag at all": "x"}), "announcements.ready.r.texts: 'no tag"),
        (
            ready({"en": "Please send us your seed phrase."}),
            "announcements.ready.r.texts.en: asks for a secret",
        ),
        (ready({"en": "Write to ana@example.net."}), "announcements.ready.r.texts.en: says personal data"),
    ],
)
def test_a_policy_with_what_cannot_be_is_refused_with_the_path(section, path):
    with pytest.raises(PolicyError, match=path):
        Desk(Policy.model_validate(section))


# --- measures ------------------------------------------------------------------------------------------

WATCHED = {
    "surges": {"crash": {"targets": 2, "lasts_for": "PT2H"}},
    "announcements": {"ready": {"crash": {"subject": "The market falls", "texts": {"en": "It moves fast."}}}},
    "watches": {
        "fall": {
            "measure": "btc", "falls_by": 2000, "within": "PT10M", "declares": "crash", "proposes": "crash",
        },
        "errors": {"measure": "errors", "above": 0.05, "within": "PT3M", "proposes": "crash"},
    },
}  # fmt: skip


def test_a_price_that_falls_declares_the_surge_and_proposes_the_announcement():
    office = Office(policy(**WATCHED))
    told = []
    for value in (61_000, 60_500, Decimal("59000.01"), 58_999.9, 40_000):
        told.append(office.desk.measure("btc", value))
        office.clock.advance(minutes=2)

    assert told == [(), (), (), ("fall",), ()]
    assert [surge.name for surge in office.desk.surges()] == ["crash"]
    [problem] = office.desk.find()
    assert (problem.type, problem.private) == ("problem", True)
    [waiting] = office.desk.announcements(problem)
    assert (waiting.state, waiting.texts) == ("waiting", {"en": "It moves fast."})
    assert office.desk.greeting("en") is None  # nobody hears it before a person has approved it
    office.desk.decide_announcement(problem, number="1", approve=True, by=Agent("lena"))
    assert office.desk.greeting("en") == "It moves fast."


def test_it_rests_for_its_cooldown_and_does_the_same_once_in_all_processes():
    office = Office(policy(**WATCHED))
    other = office.process()
    for value in (61_000, 50_000):
        office.desk.measure("btc", value)
        other.measure("btc", value)
    office.clock.advance(minutes=59)
    office.desk.measure("btc", 70_000)
    assert office.desk.measure("btc", 50_000) == ()
    assert len(office.desk.find()) == 1
    office.clock.advance(minutes=2)
    assert office.desk.measure("btc", 40_000) == ("fall",)
    assert len(office.desk.find()) == 2
    tripped = [item.event for item in office.desk.feed(limit=500) if isinstance(item.event, WatchTripped)]
    assert [(one.watch, one.value, one.declares) for one in tripped] == [
        ("fall", "50000", "crash"),
        ("fall", "40000", "crash"),
    ]


READY = {"subject": "The market falls", "texts": {"en": "It moves faster."}}


class Dying(MemoryStore):
    """A store that cannot be reached any more when a command of a watch comes."""

    reached, dies_at = True, ""

    def commit(self, commit):
        if self.dies_at and commit.inbox is not None and commit.inbox.key.endswith(self.dies_at):
            self.reached = False
        if not self.reached:
            raise StoreUnavailable
        return super().commit(commit)


@pytest.mark.parametrize("dies_at", ["+00:00", ":proposal"], ids=["problem", "proposal"])
@pytest.mark.parametrize("value", [40_000, 70_000], ids=["it falls on", "it is well again"])
@pytest.mark.parametrize("goes_on", ["the same process", "another one", "another policy"])
def test_a_proposal_that_a_process_died_before_is_made_by_whoever_is_fed_next(dies_at, value, goes_on):
    store = Dying()
    office = Office(policy(**WATCHED), store)
    office.desk.measure("btc", 61_000)
    store.dies_at = dies_at
    with pytest.raises(StoreUnavailable):
        office.desk.measure("btc", 50_000)
    store.reached, store.dies_at = True, ""
    assert [surge.name for surge in office.process().surges()] == ["crash"]
    office.clock.advance(minutes=5)
    if goes_on == "another policy":
        office.rules = policy(**{**WATCHED, "announcements": {"ready": {"crash": READY}}})
    desk = office.desk if goes_on == "the same process" else office.process()

    assert desk.measure("btc", value) == ()
    for one in (office.process(), desk, office.desk):
        office.clock.advance(minutes=1)
        one.measure("btc", value)

    [problem] = office.desk.find()
    said = "It moves faster." if goes_on == "another policy" else "It moves fast."
    assert [one.texts for one in office.desk.announcements(problem)] == [{"en": said}]


def test_a_proposal_that_was_made_is_not_made_again_in_the_words_of_another_policy():
    office = Office(policy(**WATCHED))
    for value in (61_000, 50_000):
        office.desk.measure("btc", value)
    office.rules = policy(
        **{**WATCHED, "announcements": {"ready": {"crash": {**READY, "subject": "It falls"}}}}
    )
    office.clock.advance(minutes=5)

    assert office.process().measure("btc", 40_000) == ()
    [problem] = office.desk.find()
    assert [one.texts for one in office.desk.announcements(problem)] == [{"en": "It moves fast."}]


def test_an_error_rate_must_stay_high_for_a_while():
    office = Office(policy(**WATCHED))
    told = []
    for minute, value in enumerate((0.2, 0.04, 0.06, 0.2, 0.2, 0.07)):
        told.append(office.desk.measure("errors", value))
        assert office.clock.advance(minutes=1) is None or minute >= 0
    assert told == [()] * 5 + [("errors",)]


@pytest.mark.parametrize(
    "wrong",
    [
        ("unknown", 1),
        ("btc", float("nan")),
        ("btc", True),
        ("btc", "6"),
        ("btc", float("inf")),
        ("btc", 10**5_000),
        ("btc", Decimal("-9e999999")),
        ("btc", Decimal("sNaN")),
    ],
)
def test_what_is_no_measure_is_one_clear_error(wrong):
    office = Office(policy(**WATCHED))
    with pytest.raises(InvalidInput):
        office.desk.measure(*wrong)
    office.desk.measure("btc", 1)
    with pytest.raises(InvalidInput, match="before"):
        office.desk.measure("btc", 1, at=office.clock.now() - timedelta(minutes=1))
    with pytest.raises(InvalidInput, match="future"):
        office.desk.measure("btc", 1, at=office.clock.now() + timedelta(minutes=1))
    with pytest.raises(Refused):
        office.desk.measure("btc", 1, by=Requester("ana"))


VALUES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 12)), min_size=1, max_size=12)


@example([(0, 0), (1, 1), (0, 0)], "below", 1, 1)
@settings(max_examples=40, deadline=None)
@given(
    VALUES, st.sampled_from(["above", "below", "rises_by", "falls_by"]), st.integers(1, 10), st.integers(1, 6)
)
def test_a_watch_agrees_with_looking_at_every_pair_of_values(steps, kind, bound, within):
    samples, at = [], 0
    for pause, value in steps:
        at += pause
        samples.append(Sample(at * 60_000_000, Decimal(value)))
    watch = Watch(measure="m", within=timedelta(minutes=within), **{kind: bound})
    begin, now = samples[-1].at_us - within * 60_000_000, samples[-1].value
    beyond = {"above": lambda one: one.value > bound, "below": lambda one: one.value < bound}.get(kind)
    if beyond is not None:
        # Whatever instant of the while is looked at: the value that was known then lies beyond.
        instants = [begin, *(one.at_us for one in samples if one.at_us > begin)]
        known = [[one for one in samples if one.at_us <= instant] for instant in instants]
        naive = all(earlier and beyond(earlier[-1]) for earlier in known)
    else:
        sign = 1 if kind == "rises_by" else -1
        naive = any((now - one.value) * sign >= bound for one in samples if one.at_us >= begin)

    assert too_far(watch, samples) == naive
