"""Warnings by category and experience: said once for a case, with the reply, and recorded of whom they were sent to."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import Desk, KnowledgeResponder, MemoryChannel, MemoryKnowledge, MemoryStore, Party, Policy
from supportflow.exceptions import PolicyError, Refused
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

FIELDS = {"experience": {"kind": "choice", "values": ["beginner", "experienced"], "nullable": True}}
LEVERAGE = {
    "name": "leverage",
    "when": {"all": [{"field": "category", "eq": "trading"}, {"field": "experience", "eq": "beginner"}]},
    "says": {"en": "You can lose all of it.", "zh": "您可能损失全部本金。"},
}
GENERAL = {
    "name": "general",
    "when": {"field": "category", "in": ["trading", "deposit"]},
    "says": {"en": "Trade what you can lose."},
}


def policy(*warnings, **more):
    return Policy.model_validate({"fields": FIELDS, "updates": {"warnings": list(warnings), **more}})


class Office:
    def __init__(self, rules):
        self.clock, self.store, self.mail = (
            ManualClock("2026-03-25T10:00:00Z"),
            MemoryStore(),
            MemoryChannel(),
        )
        self.ids = CountingIds()
        self.desk = self.process(rules)

    def process(self, rules):
        return Desk(rules, store=self.store, clock=self.clock, ids=self.ids, channels={"email": self.mail})

    def ask(self, experience="beginner", category="trading", **more):
        given = {} if experience is None else {"experience": experience}
        return self.desk.open(
            subject="x", requester="ana", channel="email", category=category, attributes=given, **more
        ).ticket

    def answer(self, ticket, body="So.", **more):
        self.desk.reply(ticket, body=body, by="sam", **more)
        self.desk.run_due()
        return self.mail.sent[-1].body


def sent_on(office, ticket):
    return [event for event in office.desk.history(ticket) if event.kind == "reply_sent"][-1]


@pytest.mark.parametrize(
    ("experience", "category", "said"),
    [
        ("beginner", "trading", ["You can lose all of it.", "Trade what you can lose."]),
        ("experienced", "trading", ["Trade what you can lose."]),
        (None, "trading", ["Trade what you can lose."]),
        ("beginner", "deposit", ["Trade what you can lose."]),
        ("beginner", "tax", []),
    ],
)
def test_who_is_warned_of_what(experience, category, said):
    office = Office(policy(LEVERAGE, GENERAL))
    ticket = office.ask(experience, category)
    assert office.answer(ticket).split("\n\n") == ["So.", *said]
    assert [one.body for one in office.desk.messages(ticket)][-1] == office.mail.sent[-1].body
    names = {"You can lose all of it.": "leverage", "Trade what you can lose.": "general"}
    assert office.desk.get(ticket).warned == tuple(sorted(names[one] for one in said))
    sent = sent_on(office, ticket)
    assert [(one.warning, one.language) for one in sent.warned] == [(names[one], "en") for one in said]


def test_it_is_said_once_for_a_case_and_again_in_another():
    office = Office(policy(LEVERAGE))
    ticket = office.ask(language="zh")
    assert office.answer(ticket) == "So.\n\n您可能损失全部本金。"
    assert office.answer(ticket, "And so.") == "And so."
    assert office.answer(office.ask()) == "So.\n\nYou can lose all of it."


def test_who_turns_out_to_be_a_beginner_is_warned_then():
    office = Office(policy(LEVERAGE))
    ticket = office.ask(None)
    assert office.answer(ticket) == "So."
    office.desk.update(ticket, attributes={"experience": "beginner"}, by="sam")
    assert office.answer(ticket, "By the way.") == "By the way.\n\nYou can lose all of it."


def test_a_party_and_a_note_are_not_warned():
    office = Office(policy(LEVERAGE))
    ticket = office.ask()
    office.desk.add_party(ticket, party=Party("counterparty", "seller", channel="email"), by="sam")
    assert office.answer(ticket, to="seller") == "So."
    office.desk.note(ticket, body="Careful.", by="sam")
    assert office.desk.get(ticket).warned == ()


def test_who_works_inside_is_not_warned():
    office = Office(policy(LEVERAGE))
    ticket = office.ask(private=True)
    office.desk.reply(ticket, body="So.", by="sam")
    assert office.desk.messages(ticket)[-1].body == "So."
    assert office.desk.get(ticket).warned == ()


def test_what_was_said_stays_as_it_was_when_the_policy_says_something_else():
    office = Office(policy(LEVERAGE))
    ticket = office.ask()
    office.answer(ticket)
    other = office.process(policy({**LEVERAGE, "says": {"en": "Other words."}}, GENERAL))
    assert other.messages(ticket)[-1].body == "So.\n\nYou can lose all of it."


@pytest.mark.parametrize("other", ["ana", "ana-2", "bo"])
def test_who_was_warned_stays_warned_when_the_case_goes_on_in_another_ticket(other):
    """By whichever ticket and id of the same person; nobody else was warned."""
    office = Office(policy(LEVERAGE, GENERAL))
    office.desk.link_requester("ana", "ana-2", by="sam")
    first = office.ask()
    second = office.desk.open(
        subject="x",
        requester=other,
        channel="email",
        category="trading",
        attributes={"experience": "beginner"},
    ).ticket
    office.answer(first)
    office.desk.merge(first, into=second, by="sam")
    kept = other != "bo"
    assert office.desk.get(second).warned == (("general", "leverage") if kept else ())
    assert (office.answer(second) == "So.") == kept
    assert office.desk.get(second).warned == ("general", "leverage")


def test_everybody_who_was_sent_a_warning():
    """Whatever their tickets have become since: merged, resolved, or put away."""
    office = Office(policy(LEVERAGE, GENERAL))
    first, second = office.ask(), office.ask("experienced", language="zh")
    office.answer(first)
    office.clock.advance(minutes=5)
    office.answer(second)
    third = office.desk.open(subject="x", requester="bo", channel="email", category="deposit").ticket
    office.answer(third)
    office.desk.merge(second, into=first, by="sam")
    office.desk.resolve(third, by="sam")
    told = office.desk.warned("general")
    assert [(one.ticket, one.requester, one.language) for one in told] == [
        (first.id, "ana", "en"), (second.id, "ana", "en"), (third.id, "bo", "en"),
    ]  # fmt: skip
    assert {(one.by.id, one.channel, one.policy) for one in told} == {("sam", "email", first.policy)}
    assert [one.at - told[0].at for one in told] == [timedelta(0), timedelta(minutes=5), timedelta(minutes=5)]
    assert [one.ticket for one in office.desk.warned("leverage")] == [first.id]
    assert office.desk.warned("nothing") == ()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["beginner", None])), max_size=8))
@settings(max_examples=25)
def test_who_was_warned_agrees_with_what_left(cases):
    """However many events lie between, and on however many pages of the feed."""
    office = Office(policy(LEVERAGE))
    for who, experience in cases:
        ticket = office.ask(experience, ref=None)
        office.answer(ticket, f"So, {who}.")
    left = sum("You can lose all of it." in one.body for one in office.mail.sent)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("supportflow.flows.queries.announcements.MAX_LIMIT", 2)
        assert len(office.desk.warned("leverage")) == left == sum(one == "beginner" for _, one in cases)


def test_a_condition_can_ask_who_was_warned():
    reminder = {
        "name": "reminder",
        "when": {"field": "warned", "has_any": ["leverage"]},
        "says": {"en": "Remember what we said."},
    }
    office = Office(policy(LEVERAGE, reminder))
    ticket = office.ask()
    assert office.answer(ticket) == "So.\n\nYou can lose all of it."
    assert office.answer(ticket) == "So.\n\nRemember what we said."
    assert office.desk.get(ticket).warned == ("leverage", "reminder")


@pytest.mark.parametrize(
    ("warnings", "path"),
    [
        ([LEVERAGE, LEVERAGE], "updates.warnings: 'leverage' is listed twice"),
        ([{**LEVERAGE, "when": {"field": "level_of", "eq": "x"}}], "updates.warnings.0.when"),
        ([{**LEVERAGE, "says": {"no tag": "x"}}], "updates.warnings.0.says: 'no tag'"),
        (
            [GENERAL, {**LEVERAGE, "says": {"en": "Send us your seed phrase."}}],
            "updates.warnings.1.says.en: asks",
        ),
    ],
)
def test_a_policy_with_what_cannot_be_said_is_refused_with_the_path(warnings, path):
    with pytest.raises(PolicyError) as error:
        Desk(policy(*warnings))
    assert any(one.startswith(path) for one in error.value.problems), error.value.problems


@pytest.mark.parametrize(
    ("language", "words", "said"),
    [
        ("en", "How does 10x leverage work?", "Begin without it"),
        ("zh", "十倍杠杆是怎么回事？", "建议先不使用杠杆"),
    ],
)
def test_the_bot_of_an_exchange_warns_a_beginner_too(language, words, said):
    desk = Desk(
        preset("exchange"),
        clock=ManualClock("2026-03-25T10:00:00Z"),
        ids=CountingIds(),
        responder=KnowledgeResponder(),
        knowledge=MemoryKnowledge.shipped("exchange"),
    )
    ticket = desk.open(
        subject="",
        body=words,
        requester="lin",
        channel="chat",
        language=language,
        attributes={"experience": "beginner"},
    ).ticket
    desk.run_due()
    assert said in desk.messages(ticket)[-1].body
    assert desk.get(ticket).warned == ("leverage for beginners",)
    assert desk.get(ticket).clock("first_response").state == "running", (
        "a warning of a machine answers nobody"
    )


def test_a_reply_that_is_refused_warns_nobody():
    office = Office(policy(LEVERAGE))
    ticket = office.ask()
    with pytest.raises(Refused):
        office.desk.reply(ticket, body="Please send me your password.", by="sam")
    assert office.desk.get(ticket).warned == ()


def test_an_older_reply_loads():
    office = Office(policy(LEVERAGE))
    ticket = office.ask("experienced")
    office.answer(ticket)
    sent = sent_on(office, ticket)
    older = {name: value for name, value in json.loads(sent.model_dump_json()).items() if name != "warned"}
    assert type(sent).model_validate(older) == sent
