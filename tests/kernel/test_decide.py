"""Golden scenes: what `decide` answers to a scripted command."""

import pytest

from kernel.scene import ANA, SAM, START, TIMED, Scene, at, book
from supportflow.exceptions import InvalidInput, Refused, TransitionRefused
from supportflow.model import commands as c
from supportflow.model.base import StatusCategory
from supportflow.model.content import ContentRef
from supportflow.model.people import Actor, Requester
from supportflow.model.signals import Evidence, Signals

BODY = ContentRef(id="c1", commitment="0" * 64)


def test_a_ticket_s_life_event_by_event():
    scene = Scene(book(TIMED))
    ticket = scene.open(body=BODY)
    scene.do(c.Assign(by=SAM, agent="sam", group="desk"), 5, ticket=ticket)
    scene.do(c.Reply(by=SAM, body=BODY), 10, ticket=ticket)
    scene.do(c.WaitForRequester(by=SAM), 11, ticket=ticket)
    scene.do(c.Receive(by=ANA, body=BODY), 60, ticket=ticket)
    scene.do(c.AddNote(by=SAM, body=BODY), 61, ticket=ticket)
    scene.do(c.Resolve(by=SAM), 70, ticket=ticket)
    scene.do(c.Close(by=SAM), 80, ticket=ticket)
    assert scene.kinds(ticket) == [
        "ticket_opened",
        "assignment_changed",
        "status_changed",
        "reply_sent",
        "sla_judged",
        "status_changed",
        "message_received",
        "status_changed",
        "note_added",
        "status_changed",
        "sla_judged",
        "status_changed",
    ]
    changes = [event for event in scene.streams[ticket] if event.kind == "status_changed"]
    assert [(e.trigger, e.source, e.target, e.cause, e.recorded_at) for e in changes] == [
        ("start", "new", "open", "assignment", at(5)),
        ("wait_for_requester", "open", "pending", "command", at(11)),
        ("requester_replied", "pending", "open", "message", at(60)),
        ("resolve", "open", "resolved", "command", at(70)),
        ("close", "resolved", "closed", "command", at(80)),
    ]
    ended = scene.tickets[ticket]
    assert (ended.received, ended.replies, ended.notes, ended.reassignments) == (2, 1, 1, 1)
    assert (ended.group, ended.assignee) == ("desk", "sam")
    assert (ended.first_replied_at, ended.last_received_at) == (at(10), at(60))
    assert (ended.resolved_at, ended.closed_at) == (at(70), at(80))
    verdicts = {clock.target: clock.verdict for clock in ended.clocks}
    minute = 60_000_000
    assert {name: (v.met, v.elapsed_us // minute) for name, v in verdicts.items()} == {
        "first_response": (True, 10),
        "resolution": (True, 11 + 10),
    }


def test_merge_closes_one_and_tells_the_other():
    scene = Scene()
    one, two = scene.open(), scene.open()
    events = scene.do(c.Merge(by=SAM, into_id=two), 1, ticket=one, other=scene.tickets[two])
    assert [(event.kind, event.ticket_id) for event in events] == [
        ("ticket_merged", one),
        ("ticket_absorbed", two),
    ]
    assert scene.tickets[one].status == "closed"
    assert scene.tickets[one].merged_into == two
    assert scene.tickets[one].closed_at == at(1)
    assert scene.tickets[two].absorbed == 1
    assert scene.tickets[two].status == "new"


def test_merge_is_refused_into_itself_nothing_and_what_is_over():
    scene = Scene()
    one, two = scene.open(), scene.open()
    scene.do(c.Cancel(by=SAM), ticket=two)
    with pytest.raises(InvalidInput):
        scene.do(c.Merge(by=SAM, into_id=one), ticket=one, other=scene.tickets[one])
    with pytest.raises(InvalidInput):
        scene.do(c.Merge(by=SAM, into_id="?"), ticket=one)
    with pytest.raises(Refused) as refused:
        scene.do(c.Merge(by=SAM, into_id=two), ticket=one, other=scene.tickets[two])
    assert not isinstance(refused.value, TransitionRefused)
    with pytest.raises(TransitionRefused):
        scene.do(c.Merge(by=SAM, into_id=one), ticket=two, other=scene.tickets[one])


def test_split_opens_a_part_with_the_same_requester_class_and_group():
    scene = Scene()
    whole = scene.open(priority_class="dispute", level=2, group="desk", language="zh", tz="Asia/Shanghai")
    split, opened = scene.do(c.Split(by=SAM, new_ref="77", body=BODY), 3, ticket=whole)
    assert (split.kind, split.into) == ("ticket_split", opened.ticket_id)
    part = scene.tickets[opened.ticket_id]
    assert part.split_from == whole
    assert part.ref == "77"
    assert (part.requester, part.priority_class, part.level, part.group) == ("ana", "dispute", 2, "desk")
    assert (part.language, part.tz, part.opened_at) == ("zh", "Asia/Shanghai", at(3))
    scene.do(c.Cancel(by=SAM), 4, ticket=whole)
    with pytest.raises(Refused):
        scene.do(c.Split(by=SAM), 5, ticket=whole)


def test_words_raise_a_class_and_never_lower_one():
    scene = Scene()
    said = Signals(
        priority_class="dispute",
        evidence=(Evidence(entry="refund", priority_class="dispute", start=0, end=1),),
    )
    ticket = scene.open(priority_class="general", words="dispute")
    assert (scene.tickets[ticket].priority_class, scene.tickets[ticket].rule) == ("dispute", "words")
    high = scene.open(priority_class="security", words="dispute")
    assert (scene.tickets[high].priority_class, scene.tickets[high].rule) == ("security", "given")
    scene.do(c.Receive(by=ANA, body=BODY), 1, ticket=high, signals=said)
    assert scene.tickets[high].priority_class == "security"
    scene.do(
        c.Receive(by=ANA, body=BODY),
        1,
        ticket=ticket,
        signals=Signals(
            priority_class="security",
            evidence=(Evidence(entry="hacked", priority_class="security", start=0, end=1),),
        ),
    )
    assert scene.tickets[ticket].priority_class == "security"
    scene.do(
        c.Receive(by=ANA, body=BODY),
        2,
        ticket=ticket,
        signals=Signals(
            priority_class="general",
            evidence=(Evidence(entry="hello", priority_class="general", start=0, end=1),),
        ),
    )
    assert scene.tickets[ticket].priority_class == "security"


@pytest.mark.parametrize(
    ("by", "automatic", "origin"),
    [
        (Requester("bob").actor, None, "stranger"),
        (Actor(kind="party", id="bob"), None, "party"),
        (Actor(kind="host", id="x"), None, "stranger"),
        (ANA, "auto_reply", "auto_reply"),
        (ANA, "bounce", "bounce"),
    ],
)
def test_only_the_requester_s_words_count_as_theirs(by, automatic, origin):
    scene = Scene(book(TIMED))
    ticket = scene.open()
    scene.do(c.Reply(by=SAM, body=BODY), 1, ticket=ticket)
    scene.do(c.WaitForRequester(by=SAM), 2, ticket=ticket)
    before = scene.tickets[ticket]
    (event,) = scene.do(c.Receive(by=by, body=BODY, automatic=automatic), 3, ticket=ticket)
    assert event.origin == origin
    after = scene.tickets[ticket]
    assert after.status_category is StatusCategory.PENDING
    assert after.received == before.received + 1
    assert (after.waiting_since, after.last_received_at) == (before.waiting_since, before.last_received_at)
    assert after.clocks == before.clocks
    scene.do(c.Resolve(by=SAM), 4, ticket=ticket)
    scene.do(c.Receive(by=by, body=BODY, automatic=automatic), 5, ticket=ticket)
    assert scene.tickets[ticket].status == "resolved"
    scene.do(c.Close(by=SAM), 6, ticket=ticket)
    kept = scene.do(c.Receive(by=by, body=BODY, automatic=automatic), 7, ticket=ticket)
    assert [event.kind for event in kept] == ["message_received"]


def test_who_may_answer_for_the_desk():
    scene = Scene()
    ticket = scene.open()
    for kind in ("requester", "party", "host", "system"):
        with pytest.raises(Refused) as refused:
            scene.do(c.Reply(by=Actor(kind=kind, id="x"), body=BODY), ticket=ticket)
        assert (refused.value.ticket_id, refused.value.command) == (ticket, "reply")
    scene.do(c.Reply(by=Actor(kind="bot", id="b"), body=BODY), 1, ticket=ticket)
    assert scene.tickets[ticket].first_replied_at is None
    scene.do(c.Reply(by=SAM, body=BODY), 2, ticket=ticket)
    assert scene.tickets[ticket].first_replied_at == at(2)
    scene.do(c.Cancel(by=SAM), 3, ticket=ticket)
    with pytest.raises(Refused):
        scene.do(c.Reply(by=SAM, body=BODY), 4, ticket=ticket)
    with pytest.raises(Refused):
        scene.do(c.Assign(by=SAM, agent="kim"), 4, ticket=ticket)


def test_what_is_already_so_is_not_recorded():
    scene = Scene()
    ticket = scene.open(group="desk", assignee="sam", category="login", priority_class="dispute", level=2)
    assert scene.do(c.Assign(by=SAM, agent="sam"), ticket=ticket) == ()
    assert scene.do(c.Assign(by=SAM, group="desk"), ticket=ticket) == ()
    assert scene.do(c.SetPriority(by=SAM, priority_class="dispute"), ticket=ticket) == ()
    assert scene.do(c.SetPriority(by=SAM, level=2), ticket=ticket) == ()
    assert scene.do(c.Update(by=SAM, category="login"), ticket=ticket) == ()
    (cleared,) = scene.do(c.Assign(by=SAM, agent=""), ticket=ticket)
    assert (cleared.assignee, cleared.group, cleared.previous_assignee) == (None, "desk", "sam")


def test_a_command_that_needs_a_ticket_says_so():
    scene = Scene()
    with pytest.raises(InvalidInput) as missing:
        scene.do(c.Resolve(by=SAM))
    assert missing.value.field == "ticket"


def test_an_opening_lies_not_in_the_future_and_knows_its_policy():
    scene = Scene()
    for wrong in (
        {"opened_at": at(1)},
        {"priority_class": "urgent"},
        {"attributes": {"colour": "red"}},
        {"tz": "Europe/Atlantis"},
    ):
        with pytest.raises(InvalidInput):
            scene.open(**wrong)
    assert scene.tickets == {}
    assert at(0) == START
