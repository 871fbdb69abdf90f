"""What no pack reads goes to the host's translator, without secrets; what that says can only raise the class."""

import asyncio

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from supportflow import AsyncDesk, Desk, Policy, Requester
from supportflow.exceptions import InvalidInput
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock
from triage.planting import cards, chinese_phrases, english_phrases

START = "2026-03-02T03:00:00Z"
GREEK = "Ο λογαριασμός μου παραβιάστηκε και τα νομίσματά μου χάθηκαν"
STOLEN = "My account was hacked and all my coins are gone, it was not me"
PRESET = preset("exchange")


class Says:
    """Answers with one text, whatever comes; remembers what it was given."""

    def __init__(self, answer=None, error=None):
        self.answer, self.error, self.asked = answer, error, []

    def translate(self, text, /, *, source, target):
        self.asked.append((text, source, target))
        if self.error is not None:
            raise self.error
        return self.answer


class Awaits(Says):
    async def translate(self, text, /, *, source, target):
        await asyncio.sleep(0)
        return Says.translate(self, text, source=source, target=target)


def opened(translator, text=GREEK, policy=PRESET):
    desk = Desk(policy, clock=ManualClock(START), ids=CountingIds(), translator=translator)
    return desk, desk.open(subject="", body=text, requester="ana", channel="chat").ticket


def flags(desk, ticket):
    return set(desk.history(ticket)[0].flags)


def test_without_a_translator_it_stays_unread():
    desk, ticket = opened(None)
    assert (ticket.priority_class, flags(desk, ticket) & {"unread", "translated"}) == ("general", {"unread"})


@pytest.mark.parametrize(
    "text",
    [
        "Mijn account is gehackt en al mijn munten zijn weg",
        "החשבון שלי נפרץ",
        "Můj účet byl napaden a peníze zmizely",
        "আমার অ্যাকাউন্ট হ্যাক হয়েছে",
    ],
)
def test_in_any_language_that_no_pack_reads(text):
    translator = Says(STOLEN)
    _, ticket = opened(translator, text)
    assert ticket.priority_class == "security"
    [(asked, source, target)] = translator.asked
    assert (asked, target) == (text, "en")
    assert source in {"nl", "he", "cs", "bn"}


def test_what_the_translation_reports_raises_the_class_for_a_person_to_look_at():
    translator = Says(STOLEN)
    desk, ticket = opened(translator)
    assert ticket.priority_class == "security"
    assert {"unread", "translated"} <= flags(desk, ticket)
    assert translator.asked == [(GREEK, translator.asked[0][1], "en")]
    assert desk.messages(ticket)[0].body == GREEK
    assert desk.history(ticket)[0].review


def test_evidence_from_a_translation_says_so():
    desk, ticket = opened(Says(STOLEN), policy=Policy())
    assert ticket.priority_class == "security"
    first, *rest = desk.history(ticket)[0].evidence
    assert first == "language:unread"
    assert rest
    assert all(one.startswith("translated:") for one in rest)


@pytest.mark.parametrize("answer", ["How do I change my nickname?", "I am happy with the new app."])
def test_what_reports_nothing_leaves_the_class_and_the_bot_stays_out(answer):
    desk, ticket = opened(Says(answer))
    assert ticket.priority_class == "general"
    assert {"unread", "translated"} <= flags(desk, ticket)


def test_a_translation_freezes_nothing():
    """The same words, written by the requester in English, ask for it and are held back for a person."""
    for translator, text, held in ((Says(STOLEN), GREEK, 0), (None, STOLEN, 1)):
        desk, ticket = opened(translator, text)
        kinds = [event.kind for event in desk.history(ticket)]
        assert (kinds.count("action_held_back"), len(ticket.held_back)) == (held, held)
        assert "action_requested" not in kinds


@pytest.mark.parametrize(
    ("answer", "error"),
    [(None, None), ("", None), ("  ", None), (7, None), (None, TimeoutError()), (None, KeyError("x"))],
)
def test_a_translator_that_fails_loses_nothing_and_that_is_said(answer, error):
    desk, ticket = opened(Says(answer, error))
    assert flags(desk, ticket) >= {"unread", "translator_failed"}
    assert "translated" not in flags(desk, ticket)
    assert desk.messages(ticket)[0].body == GREEK


def test_secrets_are_gone_before_a_text_leaves_and_from_what_comes_back():
    translator = Says("my password is hunter2-Zebra")
    desk, ticket = opened(translator, f"{GREEK}. password: hunter2-Zebra 4111 1111 1111 1111")
    assert "hunter2" not in str(translator.asked)
    assert "4111 1111" not in str(translator.asked)
    assert "hunter2" not in "".join(event.model_dump_json() for event in desk.history(ticket))


@pytest.mark.parametrize("text", [STOLEN, "我的账户被盗了", "Mein Konto wurde gehackt"])
def test_what_a_pack_reads_is_not_sent(text):
    translator = Says(STOLEN)
    opened(translator, text)
    assert translator.asked == []


def test_a_policy_without_a_reader_sends_nothing():
    translator = Says(STOLEN)
    opened(translator, policy=Policy(words={"dispute": ["refund"]}))
    assert translator.asked == []


def test_later_messages_are_translated_too():
    translator = Says("How do I change my nickname?")
    desk, ticket = opened(translator)
    translator.answer = STOLEN
    desk.receive(ticket, body=GREEK, by=Requester("ana"))
    assert desk.get(ticket).priority_class == "security"


def test_an_async_desk_awaits_it():
    async def run():
        desk = AsyncDesk(PRESET, clock=ManualClock(START), ids=CountingIds(), translator=Awaits(STOLEN))
        return (await desk.open(subject="", body=GREEK, requester="ana", channel="chat")).ticket

    assert asyncio.run(run()).priority_class == "security"


def test_a_desk_refuses_what_is_none():
    with pytest.raises(InvalidInput, match="translator"):
        Desk(translator=object())
    with pytest.raises(InvalidInput, match="translator"):
        Desk(translator=Awaits())


def test_a_translation_that_never_ends_is_read_as_far_as_one_may_be():
    desk, ticket = opened(Says("word " * 1_000_000))
    assert "translated" in flags(desk, ticket)


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200))
def test_no_answer_lowers_a_class(answer):
    classes = PRESET.classes
    _, without = opened(None)
    _, with_one = opened(Says(answer))
    assert classes.index(with_one.priority_class) <= classes.index(without.priority_class)


class Echoes:
    """A translator that gives back what it is given, put into English: whatever it holds could come back."""

    def __init__(self):
        self.texts = []

    def translate(self, text, /, *, source, target):  # noqa: ARG002 - the port names them
        said = f"{text} {STOLEN}"
        self.texts += [text, said]
        return said


@given(
    secret=st.one_of(english_phrases(), chinese_phrases(), cards), first=st.booleans(), later=st.booleans()
)
@settings(max_examples=12, deadline=None)
def test_a_translated_text_never_holds_what_redaction_removed(secret, first, later):
    """Neither what leaves nor what comes back, of a ticket's first words and of later ones, and the original is kept."""
    translator = Echoes()
    desk = Desk(PRESET, clock=ManualClock(START), ids=CountingIds(), translator=translator)
    told = f"{GREEK}. {secret} . {GREEK}" if first else GREEK
    ticket = desk.open(subject="", body=told, requester="ana", channel="chat").ticket
    if later:
        desk.receive(ticket, body=f"{GREEK}: {secret}", by=Requester("ana"))
    assume(translator.texts)  # else a pack reads what is left, and nothing leaves
    plain = "".join(secret.split())
    for text in (*translator.texts, *(one.body for one in desk.messages(ticket))):
        assert secret not in text
        assert plain not in "".join(text.split())
    for event in desk.history(ticket):
        assert secret not in event.model_dump_json()
    assert GREEK in desk.messages(ticket)[0].body
    assert "translated" in {flag for one in desk.history(ticket) for flag in getattr(one, "flags", ())}
