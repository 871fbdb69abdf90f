"""An agent reads and answers in another language: the originals beside, no secrets, whatever a translator does."""

import asyncio
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import AsyncDesk, Desk, MemoryStore, Policy, Requester
from supportflow.exceptions import InvalidInput, TicketNotFound
from supportflow.flows import requests
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock
from supportflow.triage.redaction import RedactionRules, redact
from supportflow.triage.translated import MAX_TRANSLATION, said
from triage.planting import cards, chinese_phrases, english_phrases

GREEK = "Ο λογαριασμός μου παραβιάστηκε και τα νομίσματά μου χάθηκαν"
CHINESE = "我的提币三天了还没有到账，请帮我查一下"
ENGLISH = "My withdrawal has not arrived for three days, please look into it"
CARD = "4111 1111 1111 1111"
PRESET = preset("exchange")


class Says:
    """Answers with what a function says of a text; remembers what it was given."""

    def __init__(self, answer=lambda text: f"<{text}>"):
        self.answer, self.asked = answer, []

    def translate(self, text, /, *, source, target):
        self.asked.append((text, source, target))
        return self.answer(text)


def raises(error):
    def answer(_):
        raise error

    return answer


def new_desk(translator, policy=None, cls=Desk, store=None):
    clock = ManualClock("2026-03-02T09:00:00Z")
    return cls(policy or Policy(), store=store, clock=clock, ids=CountingIds(), translator=translator)


def opened(translator, body=CHINESE, subject="", policy=None):
    desk = new_desk(translator, policy)
    return desk, desk.open(subject=subject, body=body, requester=Requester("ana", language="zh-CN")).ticket


def test_an_agent_reads_the_messages_in_a_language_with_the_originals_beside():
    translator = Says()
    desk, ticket = opened(translator, subject="提币未到账，求助")
    desk.reply(ticket, body=ENGLISH, by="sam")
    desk.receive(ticket, body=CHINESE, by=Requester("ana"))
    translator.asked.clear()

    seen = desk.translate(ticket, language="en")
    assert [(one.translation.text, one.translation.fallback) for one in seen.messages] == [
        (f"<{CHINESE}>", None),
        (None, "same_language"),
        (f"<{CHINESE}>", None),
    ]
    assert [one.message.body for one in seen.messages] == [CHINESE, ENGLISH, CHINESE]
    assert [one.message for one in seen.messages] == list(desk.messages(ticket))
    assert (seen.subject.original, seen.subject.text) == ("提币未到账，求助", "<提币未到账，求助>")
    assert {(source, target) for _, source, target in translator.asked} == {("zh", "en")}
    assert {one.translation.notice for one in seen.messages} == {"Translated by a machine.", None}


def test_a_draft_is_put_into_the_requesters_language_and_leaves_only_when_it_is_sent():
    translator = Says(lambda _: "您的提币今天会到账。")
    desk, ticket = opened(translator)
    before = desk.history(ticket)
    draft = desk.translate_draft(ticket, body="Your withdrawal arrives today.")
    assert (draft.original, draft.text) == ("Your withdrawal arrives today.", "您的提币今天会到账。")
    assert (draft.source, draft.target, draft.notice) == ("en", "zh-CN", "由机器翻译。")
    assert desk.history(ticket) == before
    desk.reply(ticket, body=draft.text, by="sam")
    assert (
        desk.translate_draft(ticket, body="Your withdrawal arrives today.", language="ZH_tw").target
        == "zh-TW"
    )


def test_whose_language_nobody_knows_is_said():
    desk = new_desk(Says())
    ticket = desk.open(subject="", body="12345", requester="ana").ticket
    assert desk.translate_draft(ticket, body=ENGLISH).fallback == "unknown_language"
    assert desk.translate_draft(ticket, body=ENGLISH, language="fr").text == f"<{ENGLISH}>"


def test_traditional_characters_are_another_language_to_who_reads_simplified_ones():
    desk, ticket = opened(Says(), "我的帳戶被鎖定了，請幫我處理，謝謝你們")
    assert desk.translate(ticket, language="zh-Hant").messages[0].translation.fallback == "same_language"
    assert desk.translate(ticket, language="zh").messages[0].translation.text


def test_without_a_translator_the_originals_are_seen_and_it_is_said():
    desk, ticket = opened(None)
    [one] = desk.translate(ticket, language="en").messages
    assert (one.message.body, one.translation.fallback, one.translation.notice) == (
        CHINESE,
        "no_translator",
        None,
    )
    assert desk.translate_draft(ticket, body=ENGLISH).fallback == "no_translator"


SEALS = {
    "roles": {"counsel": {"agents": ["lea"]}},
    "rules": [{"name": "all", "kinds": ["subject", "message"], "roles": ["counsel"], "purposes": ["court"]}],
}


def test_what_was_erased_or_is_sealed_never_leaves():
    translator = Says()
    desk, ticket = opened(translator, subject=CHINESE, policy=Policy(access=SEALS))
    seen = desk.translate(ticket, language="en")
    assert (seen.subject.fallback, [one.translation.fallback for one in seen.messages]) == (
        "no_text",
        ["no_text"],
    )
    assert translator.asked == []
    desk, ticket = opened(translator, subject=CHINESE)
    desk.erase("ana")
    translator.asked.clear()
    seen = desk.translate(ticket, language="en")
    assert (seen.subject.fallback, [one.translation.fallback for one in seen.messages]) == (
        "no_text",
        ["no_text"],
    )
    assert translator.asked == []


def test_what_todays_policy_removes_is_not_shown_of_what_an_earlier_one_kept():
    translator, store = Says(), MemoryStore()
    desk = new_desk(translator, store=store)
    ticket = desk.open(subject="", body=f"{CHINESE}: ana@mail.example", requester="ana").ticket
    assert "ana@mail.example" in desk.translate(ticket, language="en").messages[0].message.body
    stricter = Policy(redaction=RedactionRules(keep=frozenset()))
    desk = new_desk(translator, stricter, store=store)
    translator.asked.clear()
    [one] = desk.translate(ticket, language="en").messages
    for text in (one.message.body, one.translation.original, one.translation.text, translator.asked[0][0]):
        assert "ana@mail.example" not in text


class Awkward(str):
    """A text whose own methods say other things, as a framework's class of safe markup may."""

    __slots__ = ()

    def __len__(self):
        return 0

    def __str__(self):
        raise ValueError

    def strip(self, *_):
        raise ValueError

    def __getitem__(self, _):
        raise ValueError

    def __html__(self):
        return self


HOSTILE = {
    "raises": (raises(KeyError("x")), "failed"),
    "stops": (raises(StopIteration()), "failed"),
    "recurses": (raises(RecursionError()), "failed"),
    "times out": (raises(TimeoutError()), "too_slow"),
    "knows nothing": (lambda _: None, "empty"),
    "says nothing": (lambda _: " \n\0 ", "empty"),
    "a number": (lambda _: 7, "failed"),
    "bytes": (lambda text: text.encode(), "failed"),
    "a list": (lambda text: [text], "failed"),
    "ten megabytes": (lambda _: "hereby " * 1_500_000, None),
    "halves of characters": (lambda text: f"{text} \ud83d \ude00 \0", None),
    "a class of its own": (lambda text: Awkward(f"<b>{text}</b>"), None),
    "markup": (lambda text: f"<script>alert(1)</script>{text}", None),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_whatever_a_translator_does_the_originals_are_seen_and_all_can_be_kept(kind):
    answer, fallback = HOSTILE[kind]
    desk, ticket = opened(Says(answer), subject=CHINESE)
    seen = desk.translate(ticket, language="en")
    draft = desk.translate_draft(ticket, body=ENGLISH)
    assert [one.message.body for one in seen.messages] == [CHINESE]
    for one in (seen.subject, seen.messages[0].translation, draft):
        assert one.fallback == fallback
        assert (one.text is None, one.notice is None) == (fallback is not None, fallback is not None)
        if one.text is not None:
            assert type(one.text) is str
            assert len(one.text) <= MAX_TRANSLATION
            assert one.cut == (kind == "ten megabytes")
            desk.note(ticket, body=one.text, by="sam")
            assert one.text.encode()


def test_after_one_that_was_too_slow_none_is_asked_for(monkeypatch):
    monkeypatch.setattr(requests, "CLASSIFY_S", 0.01)
    go = threading.Event()

    def hangs(text):
        go.wait(60)
        return text

    translator = Says(str)
    desk, ticket = opened(translator, subject=CHINESE)
    for _ in range(3):
        desk.receive(ticket, body=CHINESE, by=Requester("ana"))
    translator.asked.clear()
    translator.answer = hangs
    try:
        seen = desk.translate(ticket, language="en")
    finally:
        go.set()
    assert len(translator.asked) == 1
    assert {one.translation.fallback for one in seen.messages} | {seen.subject.fallback} == {"too_slow"}
    assert [one.message.body for one in seen.messages] == [CHINESE] * 4


def test_an_async_desk_awaits_it_and_gives_up_in_time(monkeypatch):
    monkeypatch.setattr(requests, "CLASSIFY_S", 0.01)

    class Awaits(Says):
        async def translate(self, text, /, *, source, target):
            said = Says.translate(self, text, source=source, target=target)
            await asyncio.sleep(60 if said is None else 0)
            return said

    async def run():
        desk = new_desk(Awaits(), cls=AsyncDesk)
        ticket = (await desk.open(subject="", body=CHINESE, requester="ana")).ticket
        first = await desk.translate(ticket, language="en")
        draft = await desk.translate_draft(ticket, body=ENGLISH)
        slow = new_desk(Awaits(lambda _: None), cls=AsyncDesk)
        other = (await slow.open(subject="", body=CHINESE, requester="ana")).ticket
        return first, draft, await slow.translate(other, language="en")

    first, draft, slow = asyncio.run(run())
    assert first.messages[0].translation.text == f"<{CHINESE}>"
    assert draft.text == f"<{ENGLISH}>"
    assert slow.messages[0].translation.fallback == "too_slow"


def test_the_latest_messages_are_translated_up_to_a_limit():
    translator = Says()
    desk, ticket = opened(translator)
    for number in range(4):
        desk.receive(ticket, body=f"{CHINESE}（{number}）", by=Requester("ana"))
    translator.asked.clear()
    seen = desk.translate(ticket, language="en", limit=2)
    assert [one.message.body[-2] for one in seen.messages] == ["2", "3"]
    assert (seen.earlier, len(translator.asked)) == (3, 2)


def test_a_long_text_leaves_as_far_as_one_may_be_and_that_is_said():
    translator = Says(lambda _: "short")
    desk, ticket = opened(translator)
    draft = desk.translate_draft(ticket, body="hereby " * 25_000)
    assert (draft.text, draft.cut, len(draft.original)) == ("short", True, 175_000)
    assert len(translator.asked[-1][0]) == MAX_TRANSLATION


@pytest.mark.parametrize("language", ["", "Chinese!", 7, None, "x" * 101])
def test_what_is_no_language_is_refused(language):
    desk, ticket = opened(Says())
    with pytest.raises(InvalidInput, match="language"):
        desk.translate(ticket, language=language)


def test_what_cannot_be_asked_is_refused():
    desk, ticket = opened(Says())
    for limit in (0, 101, True, "5"):
        with pytest.raises(InvalidInput, match="limit"):
            desk.translate(ticket, language="en", limit=limit)
    for body in (None, 7, "x" * 200_001):
        with pytest.raises(InvalidInput, match="body"):
            desk.translate_draft(ticket, body=body)
    with pytest.raises(TicketNotFound):
        desk.translate("none", language="en")
    with pytest.raises(TicketNotFound):
        desk.translate_draft(ref="none", body=ENGLISH)


def test_a_secret_at_the_end_of_what_is_read_is_not_cut_in_two():
    for near in range(MAX_TRANSLATION - 22, MAX_TRANSLATION + 2, 3):
        found = said("." * near + f" {CARD} " + "." * 20_000, RedactionRules())
        assert found.cut
        assert found.text == ("." * near + " [card number removed]")[:MAX_TRANSLATION].strip()


def test_what_the_words_behind_the_end_make_a_secret_is_none_of_the_text():
    found = said(
        "." * (MAX_TRANSLATION - 15) + " hunter2-Zebra is my password, " + "." * 20_000, RedactionRules()
    )
    assert "hunter2" not in found.text


@given(st.text("4 ab", max_size=60), st.integers(0, 70))
@settings(max_examples=40, deadline=None)
def test_a_head_of_a_redacted_text_is_its_beginning_as_far_as_the_text_goes(text, length):
    redaction = redact(f"{text} {CARD} {text}")
    head = redaction.head(length)
    assert redaction.text.startswith(head)
    assert redaction.head(len(text) * 2 + 21) == redaction.text
    if not redaction.findings:
        assert head == redaction.text[:length]
    if [(one.start, one.end) for one in redaction.findings] == [(len(text) + 1, len(text) + 20)]:
        assert head.endswith("removed]") == (len(text) + 1 < length <= len(text) + 20)


@given(
    secret=st.one_of(english_phrases(), chinese_phrases(), cards),
    how=st.sampled_from(["echo", "reverse", "shuffle", "digits", "all"]),
    seed=st.randoms(use_true_random=False),
)
@settings(max_examples=8, deadline=None)
def test_a_translated_text_never_holds_what_redaction_removed(secret, how, seed):
    """A translator remembers all that it saw, and puts it together anew: no secret was in it, and none comes back."""
    seen = []

    def answer(text):
        seen.append(text)
        words = " ".join(seen).split()
        if how == "reverse":
            words.reverse()
        if how == "shuffle":
            seed.shuffle(words)
        digits = "".join(one for one in "".join(words) if one.isdigit())
        return {"echo": text, "digits": digits}.get(how, " ".join([*words, digits]))

    desk, ticket = opened(Says(answer), f"{CHINESE}。 {secret} 。{CHINESE}", policy=PRESET)
    desk.receive(ticket, body=f"{CHINESE}: {secret}", by=Requester("ana"))
    shown = desk.translate(ticket, language="en")
    draft = desk.translate_draft(ticket, body=f"{ENGLISH}. {secret} . {ENGLISH}", language="fr")
    plain = "".join(secret.split())
    every = [one.translation for one in shown.messages] + [draft]
    for text in (*seen, *(one.text or "" for one in every), *(one.original for one in every)):
        assert secret not in text
        assert plain not in "".join(text.split())


def test_a_card_that_a_translator_puts_together_is_removed_again():
    desk, ticket = opened(Says(lambda _: f"The card is {CARD}, my password is hunter2-Zebra"))
    [one] = desk.translate(ticket, language="en").messages
    assert "4111" not in one.translation.text
    assert "hunter2" not in one.translation.text
    assert one.translation.text.startswith("The card is [")
