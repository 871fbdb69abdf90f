"""Similar tickets: duplicates and earlier answers, in every language, and nothing of what was erased."""

import asyncio
import math
import random
import sqlite3
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.bot.bots import policy

from supportflow import (
    AsyncDesk,
    Desk,
    KnowledgeSuggester,
    LocalTicketIndex,
    MemoryStore,
    Policy,
    Requester,
    SimilarSuggester,
    SqlStore,
)
from supportflow.bot.similar import terms_of
from supportflow.exceptions import InvalidInput, StoreError
from supportflow.model.similar import IndexedText, SimilarText
from supportflow.model.turns import Turn
from supportflow.testing import CountingIds, ManualClock
from supportflow.testing.conformance import TicketIndexConformance
from supportflow.worker import Worker

START = "2026-03-02T03:00:00Z"


class TestLocalIndexInMemory(TicketIndexConformance):
    def make_index(self) -> LocalTicketIndex:
        return LocalTicketIndex()


class TestLocalIndexInAFile(TicketIndexConformance):
    @pytest.fixture(autouse=True)
    def _path(self, tmp_path: Path) -> None:
        self.path = tmp_path / "similar.db"

    def make_index(self) -> LocalTicketIndex:
        return LocalTicketIndex(self.path)


class Awaited:
    """The same index for an `AsyncDesk`."""

    def __init__(self) -> None:
        self.index = LocalTicketIndex()

    async def place(self, tenant: str, /) -> str | None:
        return self.index.place(tenant)

    async def put(self, tenant: str, texts: Sequence[IndexedText], place: str, /) -> None:
        self.index.put(tenant, texts, place)

    async def find(
        self, tenant: str, text: str, /, *, limit: int, apart_from: str | None = None
    ) -> Sequence[SimilarText]:
        return self.index.find(tenant, text, limit=limit, apart_from=apart_from)

    async def erase(self, tenant: str, subject: str, /) -> None:
        self.index.erase(tenant, subject)

    async def erase_contents(self, tenant: str, ids: Collection[str], /) -> None:
        self.index.erase_contents(tenant, ids)

    async def clear(self, tenant: str, /) -> None:
        self.index.clear(tenant)


class TestAsyncIndex(TicketIndexConformance):
    def make_index(self) -> Awaited:
        return Awaited()


def desk_with(index: Any, **fields: Any) -> Desk:
    return Desk(
        fields.pop("policy", None), clock=ManualClock(START), ids=CountingIds(), similar=index, **fields
    )


def resolved(desk: Desk, ref: str, subject: str, answer: str, requester: str = "bo") -> None:
    desk.open(subject=subject, requester=requester, ref=ref)
    desk.reply(ref=ref, body=answer, by="sam")
    desk.resolve(ref=ref, by="sam")


@pytest.mark.parametrize(
    ("earlier", "now", "other"),
    [
        (
            "Where is my withdrawal of litecoin?",
            "My litecoin withdrawal has not arrived",
            "How do I change my name?",
        ),
        ("我的提现一直没到账", "提现两天了还没有到账", "怎么修改昵称"),
        ("出金がまだ届きません", "昨日の出金が届きません", "名前を変えたいです"),
        ("출금이 아직 도착하지 않았어요", "어제 출금 신청했는데 도착하지 않았어요", "이름을 바꾸고 싶어요"),
        ("ถอนเงินแล้วยังไม่เข้าบัญชี", "เมื่อวานถอนเงิน ยังไม่เข้าบัญชีเลย", "ขอเปลี่ยนชื่อ"),
        (
            "Meine Auszahlung ist nicht angekommen",
            "Die Auszahlung von gestern ist nicht angekommen",
            "Wie ändere ich den Namen?",
        ),
        ("سحبت أموالي ولم تصل بعد", "السحب لم يصل بعد منذ أمس", "كيف أغير اسمي"),
        ("मेरी निकासी अभी तक नहीं पहुँची", "कल की निकासी अभी तक नहीं पहुँची", "नाम कैसे बदलें"),
        ("Где мой вывод средств?", "Вывод средств не пришёл", "Как сменить имя?"),
    ],
)
def test_duplicates_and_earlier_answers_in_many_languages(earlier: str, now: str, other: str) -> None:
    desk = desk_with(LocalTicketIndex())
    resolved(desk, "1", earlier, "It is on its way.")
    resolved(desk, "2", other, "Under settings.")
    desk.open(subject=now, requester="ana", ref="3")
    assert desk.index_similar() > 0
    found = desk.similar(ref="3")
    assert [one.ticket.ref for one in found][:1] == ["1"]
    assert found[0].answer == "It is on its way."
    assert found[0].words
    assert not found[0].same_requester


def test_a_person_who_asks_again_is_seen_by_any_of_their_ids() -> None:
    desk = desk_with(LocalTicketIndex())
    desk.open(subject="parcel lost in Lyon", requester="ana", ref="1")
    desk.link_requester("ana", "ana-mail", by="sam")
    desk.open(subject="my parcel was lost in Lyon", requester="ana-mail", ref="2")
    desk.index_similar()
    [one] = desk.similar(ref="2")
    assert (one.ticket.ref, one.same_requester, one.answer) == ("1", True, None)


def test_what_is_no_answer_for_others_is_not_given_as_one() -> None:
    desk = desk_with(LocalTicketIndex(), policy=Policy(unsafe_replies="allow"))
    resolved(desk, "1", "parcel lost in Lyon", "We called you at +49 30 901820 and mail ana@example.com.")
    resolved(desk, "2", "parcel lost in Lyon", "Please send me your password.")
    desk.open(subject="parcel lost in Lyon", requester="eve", ref="3")
    desk.reply(ref="3", body="Not resolved yet.", by="sam")
    desk.open(subject="parcel lost in Lyon", requester="eve", ref="4")
    desk.note(ref="4", body="A note is nobody's answer.", by="sam")
    desk.resolve(ref="4", by="sam")
    desk.open(subject="parcel lost in Lyon", requester="dan", ref="5")
    desk.index_similar()
    assert {one.ticket.ref: one.answer for one in desk.similar(ref="5")} == dict.fromkeys("1234")


def test_secrets_never_reach_the_index() -> None:
    put: list[IndexedText] = []

    class Watched(LocalTicketIndex):
        def put(self, tenant: str, texts: Sequence[IndexedText], place: str, /) -> None:
            put.extend(texts)
            super().put(tenant, texts, place)

    desk = desk_with(Watched())
    desk.open(subject="my password is hunter2-Zebra", body="and the code is 481516", requester="ana", ref="1")
    desk.receive(ref="1", body="card 4111 1111 1111 1111", by=Requester("ana"))
    desk.note(ref="1", body="a note", by="sam")
    desk.reply(ref="1", body="a reply", by="sam")
    desk.index_similar()
    written = " ".join(one.text for one in put)
    assert len(put) == 3
    assert not {"hunter2", "481516", "4111"} & set(written.replace("-", " ").split())
    assert {one.subject for one in put} == {"ana"}


def test_whoever_is_erased_is_found_no_more_and_nothing_is_left_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "similar.db"
    desk = desk_with(LocalTicketIndex(path))
    resolved(desk, "1", "parcel with the word xylophone", "Found.", requester="ana")
    desk.open(subject="xylophone parcel", requester="bo", ref="2")
    desk.index_similar()
    assert desk.similar(ref="2")
    kept = b"x" + b"xyloph".hex().encode()
    assert kept in path.read_bytes()
    desk.erase("ana")
    desk.erase("bo")
    assert desk.similar(ref="2") == ()
    assert kept not in path.read_bytes()


def test_an_index_that_fails_keeps_the_erasure_from_passing_for_done() -> None:
    class Fails(LocalTicketIndex):
        def erase(self, *_: object) -> None:
            raise ConnectionError

    desk = desk_with(Fails())
    desk.open(subject="parcel", requester="ana", ref="1")
    with pytest.raises(ConnectionError):
        desk.erase("ana")
    assert desk.row(ref="1").subject == "parcel"


def test_what_the_store_lost_by_itself_is_never_shown_and_leaves_the_index() -> None:
    index, store = LocalTicketIndex(), MemoryStore()
    desk = desk_with(index, store=store)
    resolved(desk, "1", "parcel lost in Lyon", "Found.", requester="ana")
    desk.open(subject="parcel lost in Lyon", requester="bo", ref="2")
    desk.index_similar()
    store.erase("default", "ana")
    assert index.find("default", "parcel Lyon", limit=5)
    assert desk.similar(ref="2") == ()
    assert {one.ticket_id for one in index.find("default", "parcel Lyon", limit=5)} == {desk.get(ref="2").id}


@pytest.mark.parametrize("how", ["erase", "store", "retention"])
def test_what_is_erased_while_texts_are_taken_up_leaves_the_index(how: str) -> None:
    class Slow(LocalTicketIndex):
        """Between the reading and the putting of texts, somebody erases."""

        def put(self, tenant: str, texts: Sequence[IndexedText], place: str, /) -> None:
            if how == "erase":
                desk.erase("ana")
            elif how == "store":
                store.erase("default", "ana")
            else:
                clock.advance(days=31)
                assert desk.apply_retention().erased
            super().put(tenant, texts, place)

    index, store, clock = Slow(), MemoryStore(), ManualClock(START)
    policy = Policy.model_validate({"retention": {"content_for": "P30D"}})
    desk = Desk(policy, store=store, clock=clock, ids=CountingIds(), similar=index)
    desk.open(subject="parcel lost in Lyon", requester="ana", ref="1")
    desk.resolve(ref="1", by="sam")
    desk.close_ticket(ref="1", by="sam")
    desk.open(subject="parcel lost in Lyon", requester="bo", ref="2")
    desk.index_similar()
    left = {one.ticket_id for one in index.find("default", "parcel Lyon", limit=5)}
    assert left == {desk.get(ref="2").id}


def test_several_processes_share_a_file_and_one_that_is_held_up_says_so(tmp_path: Path) -> None:
    path = tmp_path / "similar.db"
    one, other = LocalTicketIndex(path), LocalTicketIndex(path)
    assert other.find("acme", "parcel", limit=5) == ()
    one.put("acme", [IndexedText("c1", "t1", "ana", "parcel lost")], "p1")
    other.put("acme", [IndexedText("c2", "t2", "bo", "parcel found")], "p2")
    assert {each.id for each in one.find("acme", "parcel", limit=5)} == {"c1", "c2"}
    other.erase("acme", "ana")
    assert [each.id for each in one.find("acme", "parcel", limit=5)] == ["c2"]
    assert one.place("acme") == "p2"
    one._file._database.execute("PRAGMA busy_timeout = 0")
    with sqlite3.connect(path) as third:
        third.execute("BEGIN EXCLUSIVE")
        for call in (
            lambda: one.put("acme", [], "p3"),
            lambda: one.erase("acme", "bo"),
            lambda: one.place("acme"),
            lambda: one.find("acme", "parcel", limit=5),
        ):
            with pytest.raises(StoreError, match="locked"):
                call()
        third.rollback()
    one.put("acme", [], "p3")
    assert other.place("acme") == "p3"


def test_retention_reaches_the_index() -> None:
    index = LocalTicketIndex()
    clock = ManualClock(START)
    policy = Policy.model_validate({"retention": {"content_for": "P30D"}})
    desk = Desk(policy, clock=clock, ids=CountingIds(), similar=index)
    desk.open(subject="parcel lost in Lyon", requester="ana", ref="1")
    desk.resolve(ref="1", by="sam")
    desk.close_ticket(ref="1", by="sam")
    desk.index_similar()
    assert index.find("default", "parcel Lyon", limit=5)
    clock.advance(days=31)
    assert desk.apply_retention().erased
    assert index.find("default", "parcel Lyon", limit=5) == ()


def test_merged_tickets_are_not_found_beside_the_one_that_goes_on() -> None:
    desk = desk_with(LocalTicketIndex())
    for ref in ("1", "2", "3"):
        desk.open(subject="parcel lost in Lyon", requester="ana", ref=ref)
    desk.merge(ref="1", into=desk.get(ref="2").id, by="sam")
    desk.index_similar()
    assert [one.ticket.ref for one in desk.similar(ref="3")] == ["2"]


def test_an_index_that_is_ahead_of_its_store_begins_anew() -> None:
    index = LocalTicketIndex()
    ahead = desk_with(index)
    for ref in ("1", "2"):
        ahead.open(subject="parcel lost in Lyon", requester="ana", ref=ref)
    ahead.index_similar()
    restored = desk_with(index)
    assert restored.index_similar() == 0
    assert index.find("default", "parcel lost in Lyon", limit=5) == ()
    restored.open(subject="zebras gallop", requester="ana", ref="1")
    restored.index_similar()
    assert len(index.find("default", "zebras gallop", limit=5)) == 1


def test_texts_are_put_in_batches_and_each_once() -> None:
    desk = desk_with(LocalTicketIndex())
    for ref in range(7):
        desk.open(subject=f"parcel {ref} lost", requester="ana", ref=str(ref))
    assert [desk.index_similar(limit=5) for _ in range(3)][-1] == 0
    assert desk.similar(ref="0", limit=50)
    desk.open(subject="parcel lost", requester="ana", ref="last")
    desk.index_similar()
    assert len(desk.similar(ref="last", limit=50)) == 7


def test_the_screen_shows_similar_tickets_and_drafts_from_their_answers() -> None:
    desk = desk_with(LocalTicketIndex(), suggester=SimilarSuggester())
    resolved(desk, "1", "parcel lost in Lyon", "The depot has it.")
    resolved(desk, "2", "parcel lost in Lyon", "The depot has it.")
    desk.open(subject="parcel lost in Lyon", requester="ana", ref="3")
    desk.index_similar()
    screen = desk.screen(ref="3")
    assert {one.ticket.ref for one in screen.similar} == {"1", "2"}
    [draft] = screen.suggestions
    assert draft.text == "The depot has it."
    assert draft.tickets in {(one.ticket.id,) for one in screen.similar}
    assert draft.evidence
    assert screen.failed == ()


def test_an_index_that_fails_costs_the_screen_its_part_only() -> None:
    class Fails(LocalTicketIndex):
        def find(self, *_: object, **__: object) -> Sequence[SimilarText]:
            raise sqlite3.OperationalError

    desk = desk_with(Fails(), suggester=KnowledgeSuggester())
    desk.open(subject="parcel", requester="ana", ref="1")
    screen = desk.screen(ref="1")
    assert screen.failed == ("similar",)
    assert screen.messages == ()


def test_the_bot_is_never_given_what_others_wrote() -> None:
    """Only an agent's suggester sees it: a responder answers customers by itself."""
    turns: list[Turn] = []

    class Watches:
        def respond(self, turn: Turn, /) -> None:
            turns.append(turn)

    desk = desk_with(LocalTicketIndex(), policy=policy(), responder=Watches())
    resolved(desk, "1", "parcel lost in Lyon", "Found.")
    desk.open(subject="parcel lost in Lyon", requester="ana", ref="2", channel="chat")
    desk.index_similar()
    desk.run_due()
    assert {turn.similar for turn in turns} == {()}
    assert desk.similar(ref="2")


@pytest.mark.parametrize(
    "make", [MemoryStore, lambda: SqlStore("sqlite:///:memory:")], ids=["memory", "sqlite"]
)
def test_the_worker_keeps_it_up(make: Callable[[], Any]) -> None:
    desk = desk_with(LocalTicketIndex(), store=make())
    for ref in ("1", "2"):
        desk.open(subject="parcel lost in Lyon", requester="ana", ref=ref)
    Worker(desk, limit=1).run(until_idle=True)
    assert [one.ticket.ref for one in desk.similar(ref="2")] == ["1"]


def test_an_async_desk_has_it_too() -> None:
    asyncio.run(an_async_desk_has_it_too())


async def an_async_desk_has_it_too() -> None:
    desk = AsyncDesk(clock=ManualClock(START), ids=CountingIds(), similar=Awaited())
    for ref in ("1", "2"):
        await desk.open(subject="parcel lost in Lyon", requester="ana", ref=ref)
    assert await desk.index_similar() > 0
    assert [one.ticket.ref for one in await desk.similar(ref="2")] == ["1"]
    await desk.erase("ana")
    assert await desk.similar(ref="2") == ()


def test_what_cannot_be_asked_for_is_said() -> None:
    plain = Desk()
    plain.open(subject="x", requester="ana", ref="1")
    for ask in (lambda: plain.similar(ref="1"), plain.index_similar):
        with pytest.raises(InvalidInput, match="similar"):
            ask()
    assert not plain.has_similar
    desk = desk_with(LocalTicketIndex())
    desk.open(subject="x", requester="ana", ref="1")
    assert desk.has_similar
    for limit in (0, 51, True):
        with pytest.raises(InvalidInput, match="limit"):
            desk.similar(ref="1", limit=limit)
    with pytest.raises(InvalidInput, match="similar"):
        Desk(similar=object())  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="similar"):
        Desk(similar=Awaited())  # type: ignore[arg-type]


def test_a_file_that_is_no_index_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no database " * 200)
    with pytest.raises(StoreError, match="index of tickets"):
        LocalTicketIndex(path)


def test_it_goes_on_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "similar.db"
    first = LocalTicketIndex(path)
    desk = desk_with(first)
    desk.open(subject="parcel lost in Lyon", requester="ana", ref="1")
    desk.index_similar()
    place = first.place("default")
    first.close()
    again = LocalTicketIndex(path)
    assert again.place("default") == place
    assert len(again.find("default", "parcel Lyon", limit=5)) == 1


words = st.text(min_size=0, max_size=60)


@settings(max_examples=60, deadline=None)
@given(st.lists(words, max_size=12), words, st.randoms(use_true_random=False))
def test_the_share_is_what_a_naive_count_says(texts: list[str], asked: str, chance: random.Random) -> None:
    """Every text is scored against an index kept in dictionaries."""
    index = LocalTicketIndex()
    named = [IndexedText(f"n{at:02}", f"t{at}", "ana", text) for at, text in enumerate(texts)]
    chance.shuffle(named)
    index.put("acme", named, "p")
    found = {one.id: one.share for one in index.find("acme", asked, limit=50)}
    kept = {one.id: set(terms_of(one.text)) for one in named}
    known = {term for terms in kept.values() for term in terms}
    weights = {
        term: math.log(1 + len(kept) / sum(term in terms for terms in kept.values()))
        for term in terms_of(asked)
        if term in known
    }
    whole = sum(weights.values()) + math.log(1 + len(kept)) / 2 * (len(terms_of(asked)) - len(weights))
    expected = {
        name: round(sum(weights[term] for term in weights.keys() & terms) / whole, 4)
        for name, terms in kept.items()
        if whole and weights.keys() & terms
    }
    assert found == pytest.approx({name: share for name, share in expected.items() if share >= 0.2}, abs=2e-4)


@given(st.text(max_size=300))
def test_terms_are_the_same_in_capitals(text: str) -> None:
    terms = terms_of(text)
    assert len(terms) == len(set(terms))
    if text.isascii():
        assert terms == terms_of(text.upper())


def test_terms() -> None:
    assert terms_of("The withdrawals, WITHDRAWAL 0012345678!") == ["the", "withdr", "0012345678"]
    assert terms_of("提现没到账 abc") == ["提现", "现没", "没到", "到账", "abc"]
    assert terms_of("提現沒到帳") == terms_of("提现没到账")
    assert terms_of("") == terms_of(" !?\n") == []
