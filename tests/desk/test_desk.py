"""The desk from outside: a scripted day, naming, idempotency, follow-ups, policies, tenants."""

from datetime import timedelta

import pytest

from desk.office import START, clock_of, contents, desk, store_of
from supportflow import (
    Agent,
    Attachment,
    Desk,
    FieldSpec,
    LifecycleDefinition,
    MemoryChannel,
    MemoryStore,
    Policy,
    Requester,
    SlaPolicy,
    Target,
    Transition,
    fold,
)
from supportflow.events import PolicyPublished, ReplySent, StatusChanged
from supportflow.exceptions import (
    DeskClosed,
    DuplicateRef,
    IdempotencyMismatch,
    InvalidInput,
    PolicyNotFound,
    Refused,
    TicketNotFound,
    TransitionRefused,
)
from supportflow.model.people import Actor

FAST = Policy(
    auto_close_after=timedelta(days=7),
    sla=[SlaPolicy(name="gold", targets=[Target.first_response(minutes=30), Target.resolution(hours=4)])],
)


def test_a_day_at_the_desk():
    one = desk(FAST)
    opened = one.open(subject="I cannot log in", body="Help", requester="ana", ref="4711")
    assert opened.ticket.ref == "4711"
    assert opened.events[0].kind == "ticket_opened"
    assert not opened.duplicate
    clock_of(one).advance(minutes=10)
    one.assign(ref="4711", agent=Agent("sam"), group="desk")
    one.reply(ref="4711", body="Try again", by=Agent("sam"))
    one.wait_for_requester(opened.ticket, by="sam")
    clock_of(one).advance(minutes=10)
    one.receive(ref="4711", body="It works", by="ana")
    one.note(ref="4711", body="easy", by="sam")
    one.resolve(ref="4711", by="sam", reason="done")
    ticket = one.get(ref="4711")
    assert ticket == one.get(opened.ticket.id) == one.get(ticket)
    assert ticket.status == "resolved"
    assert fold(one.history(ticket)) == ticket
    assert [(m.origin, m.body, m.by.id) for m in one.messages(ticket)] == [
        ("requester", "Help", "ana"),
        ("public_reply", "Try again", "sam"),
        ("requester", "It works", "ana"),
        ("internal_note", "easy", "sam"),
    ]
    assert one.permitted(ticket) == ("close", "merge", "reopen")
    assert "first_response" in str(one.explain(ticket))


def test_the_same_mail_twice_is_one_ticket_and_one_message():
    one = desk()
    first = one.open(subject="s", body="b", requester="ana", ref="1", key="mail-1")
    again = one.open(subject="s", body="b", requester="ana", ref="1", key="mail-1")
    assert again.duplicate
    assert (again.ticket, again.events) == (first.ticket, first.events)
    said = one.receive(ref="1", body="hello", by="ana", key="mail-2")
    clock_of(one).advance(hours=1)
    repeat = one.receive(ref="1", body="hello", by="ana", key="mail-2")
    assert (repeat.duplicate, repeat.events) == (True, said.events)
    assert one.get(ref="1").received == 2


def test_a_key_is_for_one_request():
    one, guarded = desk(), desk(secret=b"0123456789abcdef")
    for which in (one, guarded):
        which.open(subject="s", requester="ana", ref="1")
        which.receive(ref="1", body="code 123456", by="ana", key="k")
        before = contents(store_of(which))
        with pytest.raises(IdempotencyMismatch) as mismatch:
            which.resolve(ref="1", by="sam", key="k")
        assert mismatch.value.key == "k"
        assert contents(store_of(which)) == before
    # Without a secret, texts are no part of the request's fingerprint.
    assert one.receive(ref="1", body="other", by="ana", key="k").duplicate
    with pytest.raises(IdempotencyMismatch):
        guarded.receive(ref="1", body="other", by="ana", key="k")


def test_a_keyed_command_that_changes_nothing_is_remembered():
    one = desk()
    one.open(subject="s", requester="ana", ref="1", assignee="sam")
    assert one.assign(ref="1", agent="sam", key="k").events == ()
    assert one.assign(ref="1", agent="sam", key="k").duplicate
    with pytest.raises(IdempotencyMismatch):
        one.assign(ref="1", agent="kim", key="k")


def test_a_refused_command_leaves_its_key_free():
    one = desk()
    one.open(subject="s", requester="ana", ref="1")
    with pytest.raises(TransitionRefused):
        one.close_ticket(ref="1", by="sam", key="k")
    one.resolve(ref="1", by="sam")
    assert not one.close_ticket(ref="1", by="sam", key="k").duplicate


def test_a_reference_names_one_ticket():
    one = desk()
    one.open(subject="s", requester="ana", ref="1")
    with pytest.raises(DuplicateRef) as taken:
        one.open(subject="s", requester="bob", ref="1")
    assert taken.value.ref == "1"
    with pytest.raises(DuplicateRef):
        one.adopt("1", START, "open")
    before = contents(store_of(one))
    with pytest.raises(DuplicateRef):
        one.split(ref="1", by="sam", new_ref="1")
    assert contents(store_of(one)) == before


def test_what_comes_after_the_end_is_a_follow_up():
    one = desk()
    first = one.open(subject="s", body="b", requester="ana", ref="1", attributes={}).ticket
    one.resolve(first, by="sam")
    assert one.receive(first, body="still broken", by="ana").ticket.id == first.id
    assert one.get(first).status == "open"
    assert one.get(first).reopens == 1
    one.resolve(first, by="sam")
    clock_of(one).advance(days=15)
    with pytest.raises(TransitionRefused) as refused:
        one.reopen(first, by="sam")
    assert refused.value.unmet_guards == ("within_reopen_window",)
    outcome = one.receive(first, body="and again", by="ana")
    follow_up = outcome.ticket
    assert follow_up.follow_up_of == first.id
    assert follow_up.status == "new"
    assert one.get(first).followed_by == follow_up.id
    assert [event.kind for event in outcome.events] == ["follow_up_opened", "ticket_opened"]
    later = one.receive(first, body="hello?", by="ana").ticket
    assert later.id == follow_up.id
    assert later.received == 2
    one.cancel(follow_up, by="sam")
    third = one.receive(ref="1", body="hello??", by="ana").ticket
    assert third.follow_up_of == follow_up.id
    assert one.receive(ref="1", body="hello???", by="ana").ticket.id == third.id


def test_a_message_to_a_merged_ticket_goes_where_that_went():
    one = desk()
    a, b, c = (one.open(subject="s", requester="ana").ticket for _ in "abc")
    one.merge(a, into=b, by="sam")
    one.merge(b, into=c, by="sam")
    outcome = one.receive(a, body="more", by="ana")
    assert outcome.ticket.id == c.id
    assert [message.body for message in one.messages(c)] == ["more"]
    assert one.messages(a) == ()
    assert "merged into" in one.explain(a).status


def test_merge_names_the_other_by_reference_too():
    one = desk()
    one.open(subject="s", requester="ana", ref="1")
    one.open(subject="s", requester="ana", ref="2")
    assert one.merge(ref="1", into_ref="2", by="sam").ticket.merged_into == one.get(ref="2").id
    with pytest.raises(TicketNotFound):
        one.merge(ref="2", into_ref="3", by="sam")


def test_the_host_s_own_lifecycle():
    policy = Policy(
        lifecycle=LifecycleDefinition(
            statuses={"fresh": "new", "work": "open", "done": "closed"},
            initial="fresh",
            transitions=(
                Transition(trigger="take", source=("fresh",), target="work"),
                Transition(trigger="finish", source=("work",), target="done", guards=("answered",)),
            ),
            guards={"answered": {"field": "first_replied", "eq": True}},
        )
    )
    one = desk(policy)
    one.open(subject="s", requester="ana", ref="1")
    one.trigger(ref="1", trigger="take", by="sam")
    with pytest.raises(TransitionRefused) as refused:
        one.trigger(ref="1", trigger="finish", by="sam")
    assert refused.value.unmet_guards == ("answered",)
    assert refused.value.permitted == ()
    one.reply(ref="1", body="b", by="sam")
    assert one.trigger(ref="1", trigger="finish", by="sam").ticket.status == "done"
    with pytest.raises(TransitionRefused):
        one.resolve(ref="1", by="sam")


def test_a_second_desk_decides_under_the_policy_that_a_ticket_lives_under():
    store = MemoryStore()
    strict = Policy(name="strict", reopen_within=timedelta(0), sla=FAST.sla)
    loose = Policy(name="loose")
    first = desk(strict, store=store)
    ticket = first.open(subject="s", requester="ana").ticket
    second = desk(loose, store=store, ids=first._ports["ids"])
    clock_of(second).advance(minutes=31)
    assert [event.kind for event in second.run_due()] == ["sla_breached"]
    second.resolve(ticket, by="sam")
    clock_of(second).advance(minutes=1)
    with pytest.raises(TransitionRefused):
        second.reopen(ticket, by="sam")
    assert second.get(ticket).policy == strict.fingerprint
    fresh = second.open(subject="s", requester="ana").ticket
    assert fresh.policy == loose.fingerprint
    assert first.explain(fresh).clocks == ()
    published = store.events("default", "desk")
    assert len(published) == 2
    assert store.get_policy("default", strict.fingerprint) == strict.canonical.encode()


def test_a_ticket_whose_policy_is_lost_says_which():
    store = MemoryStore()
    ticket = desk(FAST, store=store).open(subject="s", requester="ana").ticket
    store._tenants["default"].policies.clear()
    with pytest.raises(PolicyNotFound) as lost:
        desk(store=store).get(ticket)
    assert lost.value.name == FAST.fingerprint


def test_taking_another_policy_into_use_reaches_new_tickets_only():
    one = desk()
    old = one.open(subject="s", requester="ana").ticket
    one.use(FAST)
    assert one.policy is FAST
    new = one.open(subject="s", requester="ana").ticket
    assert (old.policy, new.policy) == (Policy().fingerprint, FAST.fingerprint)
    assert one.get(old).clocks == ()
    assert {clock.target for clock in new.clocks} == {"first_response", "resolution"}
    one.use(Policy())
    assert one.open(subject="s", requester="ana").ticket.policy == Policy().fingerprint
    names = [row.kind for row in store_of(one).events("default", "desk")]
    assert names == ["policy_published"] * 3


def test_tenants_never_meet():
    store, ids = MemoryStore(), desk()._ports["ids"]
    a, b = (desk(store=store, ids=ids, tenant=name) for name in ("a", "b"))
    ticket = a.open(subject="s", body="only a", requester="ana", ref="1", key="k").ticket
    assert not b.open(subject="s", body="only b", requester="ana", ref="1", key="k").duplicate
    for call in (b.get, b.history, b.messages, b.permitted, b.explain):
        with pytest.raises(TicketNotFound):
            call(ticket.id)
    assert [found.tenant for found in b.find()] == ["b"]
    assert b.erase("ana") == 2
    assert a.messages(ref="1")[0].body == "only a"
    assert (a.tenant, b.tenant) == ("a", "b")


def test_a_closed_desk_takes_no_more():
    with desk() as one:
        ticket = one.open(subject="s", requester="ana").ticket
    for call in (lambda: one.get(ticket), one.run_due, lambda: one.resolve(ticket, by="sam"), one.find):
        with pytest.raises(DeskClosed):
            call()
    one.close()


def test_bodies_are_in_content_rows_alone():
    one = desk(
        Policy(fields={"plan": FieldSpec.text()}),
        channels={"web": MemoryChannel()},
        on={StatusChanged: print, ReplySent: print},
    )
    texts = {
        "subject": "ZQsubjectZQ", "body": "ZQbodyZQ", "name": "ZQnameZQ", "email": "ZQ@mail", "file": "ZQfileZQ",
        "uri": "ZQuriZQ", "reply": "ZQreplyZQ", "note": "ZQnoteZQ", "reason": "ZQreasonZQ", "phone": "ZQphoneZQ",
    }  # fmt: skip
    file = Attachment(name=texts["file"], uri=texts["uri"])
    ana = Requester("ana", name=texts["name"], email=texts["email"], phone=texts["phone"])
    ticket = one.open(
        subject=texts["subject"], body=texts["body"], requester=ana, attachments=[file], key="k"
    ).ticket
    one.reply(ticket, body=texts["reply"], by="sam", attachments=[file])
    one.note(ticket, body=texts["note"], by="sam")
    one.set_priority(ticket, level=1, by="sam", reason=texts["reason"])
    one.resolve(ticket, by="sam", reason=texts["reason"])
    one.merge(ticket, into=one.split(ticket, by="sam", subject=texts["subject"], body=texts["body"]).events[1].ticket_id, by="sam")  # fmt: skip # noqa: E501
    everything = contents(store_of(one))["default"]
    held = everything.pop("content")
    assert "ZQ" not in repr(everything)
    assert all("ZQ" in row.value for row in held.values())
    assert {name for name, text in texts.items() if any(text in row.value for row in held.values())} == set(
        texts
    )


def test_erasing_a_person_removes_texts_and_changes_no_event():
    channel = MemoryChannel()
    one = desk(channels={"web": channel})
    ticket = one.open(subject="secret", body="secret", requester=Requester("ana", email="a@b")).ticket
    one.reply(ticket, body="public", by="sam")
    history = one.history(ticket)
    refs = [history[0].subject, history[0].body, history[0].personal]
    rows = store_of(one).contents("default", [ref.id for ref in refs])
    assert all(rows[ref.id].verifies(ref) for ref in refs)
    assert one.erase("ana") == 3
    assert one.erase("ana") == 0
    assert one.history(ticket) == history
    assert fold(history) == one.get(ticket)
    rows = store_of(one).contents("default", [ref.id for ref in refs])
    assert all((row.salt, row.value) == (None, None) for row in rows.values())
    assert not any(rows[ref.id].verifies(ref) for ref in refs)
    assert [message.body for message in one.messages(ticket)] == [None, "public"]
    one.run_due()
    assert [(sent.subject, sent.body) for sent in channel.sent] == [(None, "public")]


def test_an_erased_reply_is_not_sent():
    channel = MemoryChannel()
    one = desk(channels={"web": channel})
    ticket = one.open(subject="s", requester="ana").ticket
    one.reply(ticket, body="public", by="sam")
    one.erase("sam")
    assert one.run_due().delivered == 1
    assert channel.sent == []


def test_find_filters():
    one = desk()
    a = one.open(subject="s", requester="ana", group="desk", priority_class="security").ticket.id
    b = one.open(subject="s", requester="bob", assignee="sam", channel="chat", level=1).ticket.id
    c = one.open(subject="s", requester="ana", category="login").ticket.id
    one.cancel(c, by="sam")

    def found(**filters):
        return [ticket.id for ticket in one.find(**filters)]

    assert found() == [a, b, c]
    assert found(open=True) == [a, b]
    assert found(open=False) == found(status="cancelled") == found(status_category="cancelled") == [c]
    assert found(group="desk") == found(priority_class="security") == [a]
    assert found(group="", requester="ana") == [c]
    assert found(assignee="sam") == found(channel="chat") == found(level=1) == [b]
    assert found(assignee="") == [a, c]
    assert found(category="login") == [c]
    assert found(group=None) == [a, b, c]
    assert len(one.find(limit=2)) == 2


def test_requesters_bring_their_language_and_zone():
    one = desk()
    ana = Requester("ana", language="zh", tz="Asia/Shanghai")
    ticket = one.open(subject="s", requester=ana).ticket
    assert (ticket.language, ticket.tz) == ("zh", "Asia/Shanghai")
    ticket = one.open(subject="s", requester=ana, language="en", tz="UTC", by=Agent("sam")).ticket
    assert (ticket.language, ticket.tz) == ("en", "UTC")
    assert one.history(ticket)[0].by == Actor(kind="agent", id="sam")


def test_handlers_are_for_event_classes():
    for wrong in ({str: print}, {StatusChanged: 5}):
        with pytest.raises(InvalidInput):
            Desk(on=wrong)
    with pytest.raises(InvalidInput):
        Desk(secret=b"short")


def test_a_ticket_that_is_over_cannot_be_worked_on():
    one = desk()
    ticket = one.open(subject="s", requester="ana").ticket
    one.cancel(ticket, by="sam")
    before = contents(store_of(one))
    for call in (
        lambda: one.reply(ticket, body="b", by="sam"),
        lambda: one.assign(ticket, agent="sam"),
        lambda: one.split(ticket, by="sam"),
        lambda: one.resolve(ticket, by="sam"),
    ):
        with pytest.raises(Refused):
            call()
    assert contents(store_of(one)) == before
    assert PolicyPublished.model_fields["kind"].default == "policy_published"
