"""What channels are like: length, markup, rates across workers, receipts, and addresses that nobody can be reached at."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from unittest.mock import MagicMock, create_autospec

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from supportflow import AsyncDesk, Attachment, Desk, MemoryChannel, MemoryStore, Policy, SqlStore
from supportflow._time import from_us
from supportflow.events import DeliveryReported
from supportflow.exceptions import InvalidInput, Refused, Undeliverable
from supportflow.flows.due.fitting import fitted
from supportflow.policy.presets import preset
from supportflow.ports import ChannelTraits, Outgoing, Rate, Receipt, traits_of
from supportflow.stores.sql.migration import migrate
from supportflow.testing import CountingIds, ManualClock

START = "2026-03-02T03:00:00Z"
MESSAGE = Outgoing("t1:5:channel:web", "t1", None, "ana", "sam", "s", "body", (), 1, from_us(0))


def body(text, **traits):
    return [one.body for one in fitted(replace(MESSAGE, body=text), ChannelTraits(**traits))]


# --- length and markup ----------------------------------------------------------------------------------


def test_a_channel_without_traits_gets_what_was_written():
    long = "x" * 100_000 + " <b>&*_"

    assert fitted(replace(MESSAGE, body=long), ChannelTraits()) == (replace(MESSAGE, body=long),)


def test_a_long_text_is_cut_where_a_reader_would_pause():
    assert body("First paragraph, quite long.\n\nSecond one.", longest=30) == [
        "First paragraph, quite long.",
        "Second one.",
    ]
    assert body("One sentence here. Another here.", longest=25) == ["One sentence here.", "Another here."]
    assert body("words and words and words", longest=20) == ["words and words and", "words"]
    assert body("提现还没有到账，请您稍候。我们正在为您查询这一笔，请稍候。", longest=20) == [
        "提现还没有到账，请您稍候。",
        "我们正在为您查询这一笔，请稍候。",
    ]
    assert body("x" * 45, longest=20) == ["x" * 20, "x" * 20, "x" * 5]
    assert body("", longest=20) == [""]


def test_pieces_have_keys_of_their_own_and_files_go_with_the_first():
    file = object()
    pieces = fitted(replace(MESSAGE, body="x" * 50, attachments=(file,)), ChannelTraits(longest=20))

    assert [one.key for one in pieces] == [MESSAGE.key, MESSAGE.key + "#2", MESSAGE.key + "#3"]
    assert [one.attachments for one in pieces] == [(file,), (), ()]


def test_what_would_be_read_as_markup_is_shown_as_it_is():
    assert body('<b>1 & "2"</b>', markup="html") == ["&lt;b&gt;1 &amp; &quot;2&quot;&lt;/b&gt;"]
    assert body("*a* [b](c) `d`", markup="markdown") == [r"\*a\* \[b\]\(c\) \`d\`"]
    assert body("&" * 9, markup="html", longest=20) == ["&amp;" * 4, "&amp;" * 4, "&amp;"]


FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
SIZES = {
    "characters": len,
    "utf16": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
}


def test_letters_that_belong_together_stay_together():
    flags = "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7" * 6
    for cluster in (FAMILY, "e\u0301", "\U0001f44d\U0001f3fd", "1\ufe0f\u20e3", "\u0e01\u0e49"):
        pieces = body(cluster * 20, longest=23)
        assert "".join(pieces) == cluster * 20
        assert all(piece == cluster * (len(piece) // len(cluster)) for piece in pieces)
    assert all(len(piece) % 2 == 0 for piece in body("x" + flags, longest=20)[1:])
    endless = body("e" + "\u0301" * 100, longest=20)
    assert "".join(endless) == "e" + "\u0301" * 100
    assert max(map(len, endless)) == 20


@pytest.mark.parametrize("end", [" ", "\n", "\u3002", ". ", "\u3001", "\U0001f1e9\U0001f1ea "])
def test_an_end_that_is_joined_to_a_letter_is_no_place_to_cut(end):
    text = "a" + f"\u200d{end}" * 30
    pieces = body(text, longest=20)

    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert max(map(len, pieces)) <= 20


@settings(max_examples=60)
@given(
    st.text(st.sampled_from("ab &<*_\n。，e\u0301\u200d\U0001f1e9\U0001f468终\r"), max_size=120),
    st.integers(20, 60),
    st.sampled_from(sorted(SIZES)),
    st.sampled_from(["plain", "html", "markdown"]),
)
@example(FAMILY * 10, 20, "bytes", "plain")
def test_no_piece_is_too_long_and_no_letter_is_lost(text, longest, unit, markup):
    pieces = body(text, longest=longest, unit=unit, markup=markup)
    whole = body(text, markup=markup)[0]

    assert all(SIZES[unit](piece) <= longest for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(whole.split())
    if SIZES[unit](whole) <= longest:
        assert pieces == [whole]


def test_a_very_long_text_takes_linear_time():
    """Counted in pieces, not in seconds: what is square would not come to an end."""
    assert len(body("word " * 40_000, longest=20)) > 9_000


# --- what it cannot ------------------------------------------------------------------------------------


def make(traits=None, policy=None, store=None, clock=None, ids=None, **channel):
    clock = clock or ManualClock(START)
    sent = MemoryChannel(traits, **channel)
    return (
        Desk(policy, clock=clock, ids=ids or CountingIds(), channels={"web": sent}, store=store),
        sent,
        clock,
    )


def reports(desk, ref="7"):
    return [event for event in desk.history(ref=ref) if isinstance(event, DeliveryReported)]


@pytest.mark.parametrize(
    ("traits", "files", "reason"),
    [
        (ChannelTraits(can=frozenset({"threading"})), (), "no_replies"),
        (ChannelTraits(can=frozenset({"public_reply"})), (Attachment(name="a.pdf"),), "no_attachments"),
        (ChannelTraits(), (), "no_address"),
    ],
)
def test_what_can_never_arrive_is_work_for_a_person_and_is_not_tried_again(traits, files, reason):
    desk, sent, clock = make(traits, unknown=["ana"])
    desk.open(subject="s", requester="ana", ref="7")
    desk.reply(ref="7", body="Please send it.", by="sam", attachments=files)
    desk.wait_for_requester(ref="7", by="sam")
    tick = desk.run_due()
    clock.advance(days=1)
    desk.run_due()

    [report] = reports(desk)
    assert (report.state, report.code, report.channel) == ("undeliverable", reason, "web")
    ticket = desk.get(ref="7")
    assert (ticket.status, ticket.flags) == ("open", ("undeliverable",))
    assert ticket.waiting_since is not None
    assert sent.sent == []
    assert desk.dead_letters() == ()
    assert tick.dead == 1


def test_a_resolved_ticket_comes_back_and_a_closed_one_stays_closed():
    desk, _, _ = make(unknown=["ana"])
    for ref in ("7", "8"):
        desk.open(subject="s", requester="ana", ref=ref)
        desk.reply(ref=ref, body="Done.", by="sam")
        desk.resolve(ref=ref, by="sam")
    desk.close_ticket(ref="8", by="sam")
    desk.run_due()

    assert [desk.get(ref=ref).status for ref in ("7", "8")] == ["open", "closed"]
    assert [desk.get(ref=ref).flags for ref in ("7", "8")] == [("undeliverable",)] * 2


def test_a_route_can_ask_for_it():
    desk, _, _ = make(policy=preset("exchange"), unknown=["ana"])
    desk.open(subject="s", requester="ana", ref="7")
    desk.reply(ref="7", body="Done.", by="sam")
    desk.run_due()

    assert "undeliverable" in desk.get(ref="7").flags


def test_other_errors_are_tried_again_as_ever():
    desk, sent, clock = make()
    sent.fail = 2
    desk.open(subject="s", requester="ana", ref="7")
    desk.reply(ref="7", body="Done.", by="sam")
    for _ in range(3):
        desk.run_due()
        clock.advance(hours=1)

    assert len(sent.sent) == 1
    assert reports(desk) == []


# --- receipts ------------------------------------------------------------------------------------------


def test_a_receipt_is_kept_and_what_comes_later_is_reported_once():
    desk, sent, _ = make(ChannelTraits(can=frozenset({"public_reply", "receipts"})))
    desk.open(subject="s", requester="ana", ref="7")
    desk.reply(ref="7", body="Done.", by="sam")
    desk.run_due()
    key = sent.sent[0].key
    for state in ("delivered", "read", "read"):
        desk.record_delivery(
            ref="7", delivery=key, channel="web", state=state, receipt="1", key=f"{key}:{state}"
        )

    assert [(one.state, one.receipt, one.delivery) for one in reports(desk)] == [
        ("accepted", "1", key), ("delivered", "1", key), ("read", "1", key),
    ]  # fmt: skip
    assert desk.get(ref="7").flags == ()
    with pytest.raises(Refused):
        desk.record_delivery(ref="7", delivery=key, channel="web", state="read", by="sam")


@pytest.mark.parametrize("state", ["accepted", "delivered"])
@pytest.mark.parametrize("ids", [["m-1", "m-2"], ["m-1", None], [None, "m-2"], ["m-1", "m-1"], [None, None]])
def test_a_reply_that_left_and_then_its_worker_died_leaves_once_more_and_each_receipt_is_kept(state, ids):
    class Killed(BaseException):
        pass

    class Dies(MemoryStore):
        dies = True

        def settle(self, *args, **named):
            if self.dies:
                self.dies = False
                raise Killed
            return super().settle(*args, **named)

    class Messenger:
        traits = ChannelTraits(can=frozenset({"public_reply", "receipts"}))
        sent = 0

        def send(self, _, /):
            self.sent += 1
            return Receipt(ids[self.sent - 1], state)

    clock, messenger = ManualClock(START), Messenger()
    desk = Desk(clock=clock, ids=CountingIds(), channels={"web": messenger}, store=Dies())
    desk.open(subject="s", requester="ana", ref="7")
    desk.reply(ref="7", body="Done.", by="sam")
    with pytest.raises(Killed):
        desk.run_due()
    for _ in range(3):
        clock.advance(hours=2)
        desk.run_due()

    assert messenger.sent == 2
    assert [one.receipt for one in reports(desk)] == list(dict.fromkeys(ids))
    assert desk.dead_letters() == ()


def test_channels_of_the_first_edition_go_on():
    class Old:
        def __init__(self):
            self.sent = []

        def send(self, message, /):
            self.sent.append(message)
            return "250 queued"  # an answer of its own means nothing

    old = Old()
    desk = Desk(clock=ManualClock(START), ids=CountingIds(), channels={"web": old})
    desk.open(subject="s", requester="ana", ref="7")
    desk.reply(ref="7", body="Done.", by="sam")
    desk.run_due()

    assert [one.body for one in old.sent] == ["Done."]
    assert reports(desk) == []
    assert traits_of(old) == ChannelTraits()


def test_an_async_desk_does_all_of_it():
    class Messenger:
        traits = ChannelTraits(can=frozenset({"public_reply", "receipts"}), longest=20)

        def __init__(self):
            self.sent = []

        async def send(self, message, /):
            await asyncio.sleep(0)
            if message.requester == "ben":
                raise Undeliverable("blocked")
            self.sent.append(message.body)
            return Receipt("m-1", "delivered")

    async def day():
        messenger = Messenger()
        desk = AsyncDesk(clock=ManualClock(START), ids=CountingIds(), channels={"web": messenger})
        for ref, who in (("7", "ana"), ("8", "ben")):
            await desk.open(subject="s", requester=who, ref=ref)
            await desk.reply(ref=ref, body="one two three four five", by="sam")
        await desk.run_due()
        found = [event for ref in ("7", "8") for event in await desk.history(ref=ref)]
        return messenger.sent, [one.state for one in found if isinstance(one, DeliveryReported)]

    assert asyncio.run(day()) == (["one two three four", "five"], ["delivered", "undeliverable"])


# --- rates ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "seconds"), [(1, 1), (3, 60), (50, 1), (101, 60), (120, 60), (1_000, 60), (150, 1), (350, 60)]
)
def test_slots_never_allow_more_than_the_rate(count, seconds):
    slots, span_us = Rate(count, timedelta(seconds=seconds)).slots

    assert 1 <= slots <= 50
    assert slots * (seconds * 1_000_000 / span_us) <= count


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_rate_holds_across_workers_and_loses_nothing(kind, tmp_path):
    clock = ManualClock(START)
    shared = MemoryStore()
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    if kind == "sqlite":
        migrate(url)
    rate = ChannelTraits(rate=Rate(3, timedelta(seconds=60)))
    stores = [shared if kind == "memory" else SqlStore(url) for _ in range(3)]
    workers = [
        make(rate, store=store, clock=clock, ids=CountingIds(str(number)))
        for number, store in enumerate(stores)
    ]
    desk = workers[0][0]
    for number in range(10):
        desk.open(subject="s", requester="ana", ref=str(number))
        desk.reply(ref=str(number), body=f"answer {number}", by="sam")
    left = []
    for _ in range(60):
        for worker, sent, _ in workers:
            before = len(sent.sent)
            worker.run_due()
            left += [(clock.now(), one.body) for one in sent.sent[before:]]
        clock.advance(seconds=5)

    assert sorted(text for _, text in left) == [f"answer {number}" for number in range(10)]
    times = [at for at, _ in left]
    for at in times:
        assert sum(at <= other < at + timedelta(seconds=60) for other in times) <= 3
    assert desk.dead_letters() == ()
    assert times[-1] - times[0] < timedelta(seconds=60 * 5)
    for worker, _, _ in workers:
        worker.close()


def test_what_waits_for_its_turn_is_no_failed_attempt():
    desk, sent, clock = make(ChannelTraits(rate=Rate(1, timedelta(days=1))))
    for ref in ("7", "8"):
        desk.open(subject="s", requester="ana", ref=ref)
        desk.reply(ref=ref, body=ref, by="sam")
    for _ in range(20):
        desk.run_due()
        clock.advance(hours=1)
    assert len(sent.sent) == 1
    clock.advance(hours=8)
    sent.fail = 1
    assert desk.run_due().retried == 1
    clock.advance(days=2)
    desk.run_due()
    assert len(sent.sent) == 2


def test_pieces_count_as_messages():
    clock, store = ManualClock(START), MemoryStore()
    traits = ChannelTraits(longest=20, rate=Rate(3, timedelta(seconds=60)))
    desk, sent, _ = make(traits, store=store, clock=clock)
    for ref in ("7", "8", "9"):
        desk.open(subject="s", requester="ana", ref=ref)
    desk.reply(ref="7", body="x" * 40, by="sam")
    desk.reply(ref="8", body="y" * 40, by="sam")
    desk.run_due()
    assert [one.body[0] for one in sent.sent] == ["x", "x"]
    clock.advance(seconds=25)
    desk.run_due()
    assert len(sent.sent) == 2
    # What was tried and did not fit gave its slot back: another worker can use it.
    other, beside, _ = make(traits, store=store, clock=clock)
    desk.reply(ref="9", body="z", by="sam")
    other.run_due()
    assert [one.body for one in beside.sent] == ["z"]
    clock.advance(minutes=2)
    desk.run_due()
    assert [one.body[0] for one in sent.sent] == ["x", "x", "y", "y"]


def test_mocks_and_wrappers_say_nothing_of_themselves():
    assert traits_of(MagicMock()) == ChannelTraits()
    assert traits_of(create_autospec(Outgoing)) == ChannelTraits()


def test_traits_that_cannot_be_are_refused():
    for wrong in ({"can": frozenset({"telepathy"})}, {"longest": 19}):
        with pytest.raises(InvalidInput):
            ChannelTraits(**wrong)
    for count, per in ((0, timedelta(seconds=1)), (1, timedelta()), (1, timedelta(days=2))):
        with pytest.raises(InvalidInput):
            Rate(count, per)

    class Wrong:
        traits = "fast"

        def send(self, message, /):
            """Never called."""

    with pytest.raises(InvalidInput, match="traits"):
        Desk(Policy(), channels={"web": Wrong()})
