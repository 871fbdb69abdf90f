"""Who is told what: by rules, in their language, never the other audience's, and never what anybody wrote."""

import asyncio
import json
import subprocess
import sys

import pytest

from channels.receiver import receiving
from supportflow import (
    Agent,
    AsyncDesk,
    Desk,
    Group,
    MemoryChannel,
    Party,
    Policy,
    Requester,
    SlaPolicy,
    Target,
)
from supportflow.channels.notify import (
    AppriseColleagues,
    AppriseRequesters,
    AsyncAppriseColleagues,
    AsyncAppriseRequesters,
    AsyncNotifier,
    InternalNotice,
    InternalRule,
    NoticeRules,
    Notifier,
    RequesterNotice,
)
from supportflow.exceptions import InvalidInput, PolicyError, ReceiverRefused, Undeliverable
from supportflow.testing import CountingIds, ManualClock

START = "2026-03-02T03:00:00Z"
EVERYTHING = NoticeRules(
    internal=[
        InternalRule(on=topic, tell=["group:all"])
        for topic in (
            "sla_warned",
            "sla_breached",
            "assigned",
            "message_received",
            "undeliverable",
            "handed_over",
        )
    ],
    requester=["opened", "answered", "waiting", "resolved", "reopened", "closed"],
)
SLA = Policy(sla=[SlaPolicy(name="all", targets=[Target.first_response(hours=1)])])


class Kept:
    """A way that keeps what it was given."""

    def __init__(self):
        self.told = []
        self.fail = 0

    def tell(self, notice, /):
        if self.fail:
            self.fail -= 1
            raise ConnectionError("told to fail")
        self.told.append(notice)


def make(rules, policy=SLA, **channel):
    clock = ManualClock(START)
    inside, outside = Kept(), Kept()
    notifier = Notifier(rules, internal=inside, requester=outside)
    desk = Desk(
        policy,
        clock=clock,
        ids=CountingIds(),
        on=notifier.handlers(),
        channels={"web": MemoryChannel(**channel)},
    )
    notifier.serve(desk)
    return desk, inside, outside, clock


def a_life(desk):
    """Everything that is written on a ticket, and then its end."""
    ana = Requester("ana", name="Ana Ruiz", email="ana@mail.example", language="zh")
    desk.open(
        subject="A secret subject", body="My password is Tr0ub4dor&3", requester=ana, ref="7", language="zh"
    )
    desk.note(ref="7", body="A secret note", by="sam")
    desk.reply(ref="7", body="A secret answer", by="sam")
    desk.add_party(ref="7", party=Party(id="bank", role="bank"), by="sam")
    desk.reply(ref="7", body="To the bank", by="sam", to="bank")
    desk.wait_for_requester(ref="7", by="sam", reason="A secret reason")
    desk.receive(ref="7", body="Secret words", by=ana)
    desk.resolve(ref="7", by="sam", reason="Another reason")
    desk.reopen(ref="7", by="sam")
    desk.resolve(ref="7", by="sam")
    desk.close_ticket(ref="7", by="sam")
    desk.run_due()


def test_who_asks_is_told_in_their_language_and_colleagues_in_theirs():
    desk, inside, outside, _ = make(EVERYTHING)
    a_life(desk)

    assert [one.topic for one in outside.told] == [
        "opened", "answered", "waiting", "resolved", "reopened", "resolved", "closed",
    ]  # fmt: skip
    assert {one.requester for one in outside.told} == {"ana"}
    assert outside.told[0].text == "我们已收到您的请求 7。"
    assert [one.text for one in inside.told] == ["Ticket 7: a new message"]


def test_nothing_that_anybody_wrote_and_no_name_is_in_any_notice():
    desk, inside, outside, _ = make(EVERYTHING)
    a_life(desk)
    written = repr(outside.told) + repr(inside.told)

    for secret in (
        "secret",
        "Secret",
        "Tr0ub4dor",
        "Ana",
        "mail.example",
        "reason",
        "bank",
        "password",
        "提现",
    ):
        assert secret not in written
    assert "sam" not in repr(outside.told)


def test_a_note_is_no_topic_of_either_audience():
    for wrong in ("note", "note_added", "message_received", "sla_breached"):
        with pytest.raises(PolicyError):
            NoticeRules(requester=[wrong])
    for wrong in ("note_added", "answered", "opened"):
        with pytest.raises(PolicyError):
            InternalRule(on=wrong, tell=["assignee"])
    for wrong in ("", "everybody", "agent:", "requester", "agent:a\nb"):
        with pytest.raises(PolicyError):
            InternalRule(on="assigned", tell=[wrong])
    with pytest.raises(PolicyError):
        InternalRule(on="assigned", tell=[])


def test_a_private_ticket_tells_nobody_outside():
    desk, _, outside, _ = make(EVERYTHING)
    desk.open(subject="s", requester="ana", ref="7", by="sam", private=True)
    desk.resolve(ref="7", by="sam")
    desk.run_due()

    assert outside.told == []


def test_colleagues_are_whom_the_rules_name_once_each():
    rules = NoticeRules(
        internal=[
            InternalRule(on="assigned", tell=["named", "assignee", "agent:lena"]),
            InternalRule(on="assigned", tell=["agent:lena", "group:risk"], classes=["general"]),
            InternalRule(on="assigned", tell=["group:never"], classes=["security"]),
            InternalRule(on="sla_breached", tell=["assignee"]),
        ],
        language="zh-TW",
    )
    desk, inside, _, clock = make(rules)
    desk.enrol(Agent("sam"))
    desk.open(subject="s", requester="ana", ref="7")
    desk.assign(ref="7", agent="sam", by="host")
    desk.run_due()
    assert [one.to for one in inside.told] == ["agent:sam", "agent:lena", "group:risk"]
    assert inside.told[0].text == "工單 7 已指派給您"
    clock.advance(hours=2)
    desk.run_due()
    assert (inside.told[-1].topic, inside.told[-1].to) == ("sla_breached", "agent:sam")
    assert "first_response" in inside.told[-1].text


def test_a_machine_or_a_stranger_who_writes_is_told_to_nobody():
    desk, inside, _, _ = make(EVERYTHING)
    desk.open(subject="s", requester="ana", ref="7")
    desk.receive(ref="7", body="I am away", by=Requester("ana"), automatic="auto_reply")
    desk.receive(ref="7", body="Who is this?", by=Requester("eve"))
    desk.run_due()

    assert inside.told == []


def test_an_answer_that_cannot_arrive_is_told():
    desk, inside, _, _ = make(EVERYTHING, unknown=["ana"])
    desk.open(subject="s", requester="ana", ref="7")
    desk.reply(ref="7", body="x", by="sam")
    desk.run_due()
    desk.run_due()

    assert "Ticket 7: an answer cannot reach its reader by web" in [one.text for one in inside.told]


def test_what_failed_is_tried_again():
    desk, _, outside, clock = make(NoticeRules(requester=["opened"]))
    outside.fail = 2
    desk.open(subject="s", requester="ana", ref="7")
    for _ in range(3):
        desk.run_due()
        clock.advance(hours=1)

    assert [one.topic for one in outside.told] == ["opened"]


def test_only_what_somebody_is_told_of_is_heard():
    assert Notifier(NoticeRules()).handlers() == {}
    rules = NoticeRules(internal=[InternalRule(on="assigned", tell=["assignee"])])
    assert [one.__name__ for one in Notifier(rules, internal=Kept()).handlers()] == ["AssignmentChanged"]
    with pytest.raises(InvalidInput, match="internal"):
        Notifier(rules)
    with pytest.raises(InvalidInput, match="requester"):
        Notifier(NoticeRules(requester=["opened"]), internal=Kept())
    with pytest.raises(InvalidInput, match="desk"):
        Notifier(NoticeRules()).serve(object())


# --- rules of the policy ------------------------------------------------------------------------------


def with_rules(**rules):
    return SLA.model_copy(update={"notices": NoticeRules(**rules), "groups": (Group(name="all"),)})


def test_without_rules_of_its_own_those_of_the_policy_in_use_count():
    """Also for what happened before, and for open tickets of an older version: who left the team is told no more."""
    assigned = InternalRule(on="assigned", tell=["named"])
    desk, inside, outside, _ = make(
        None, with_rules(requester=["opened"], internal=[assigned], language="zh")
    )
    desk.open(subject="s", requester="ana", ref="7", language="zh")
    desk.assign(ref="7", agent="sam", by="host")
    desk.run_due()
    assert [one.text for one in outside.told] == ["我们已收到您的请求 7。"]
    assert [(one.to, one.text) for one in inside.told] == [("agent:sam", "工单 7 已分配给您")]

    desk.use(with_rules(requester=["answered"]))
    desk.assign(ref="7", agent="lena", by="host")
    desk.reply(ref="7", body="x", by="lena")
    desk.open(subject="s", requester="ana", ref="8")
    desk.run_due()
    assert [(one.topic, one.ref) for one in outside.told[1:]] == [("answered", "7")]
    assert len(inside.told) == 1

    desk.use(SLA)
    desk.reply(ref="7", body="y", by="lena")
    desk.run_due()
    assert len(outside.told) == 2


def test_rules_beside_the_policy_go_before_its_own():
    desk, _, outside, _ = make(NoticeRules(requester=["answered"]), with_rules(requester=["opened"]))
    a_life(desk)
    assert {one.topic for one in outside.told} == {"answered"}


def test_the_policys_rules_tell_nobody_what_was_written():
    desk, inside, outside, _ = make(
        None, with_rules(requester=EVERYTHING.requester, internal=EVERYTHING.internal)
    )
    other, inside2, outside2, _ = make(EVERYTHING)
    a_life(desk)
    a_life(other)
    assert [one.text for one in outside.told] == [one.text for one in outside2.told] != []
    assert [one.text for one in inside.told] == [one.text for one in inside2.told] != []


def test_an_audience_that_nothing_reaches_is_said_when_the_desk_is_served_and_when_the_rules_come():
    policy = with_rules(requester=["opened"])
    for rules in (policy, with_rules(internal=[InternalRule(on="assigned", tell=["named"])])):
        notifier = Notifier()
        with pytest.raises(InvalidInput, match="is missing"):
            notifier.serve(Desk(rules, on=notifier.handlers()))
    clock = ManualClock(START)
    notifier = Notifier(internal=Kept())
    desk = Desk(SLA, clock=clock, ids=CountingIds(), on=notifier.handlers())
    notifier.serve(desk)
    desk.use(policy)
    desk.open(subject="s", requester="ana", ref="7")
    for _ in range(12):
        desk.run_due()
        clock.advance(hours=9)
    dead = desk.dead_letters()
    assert len(dead) == 1
    assert dead[0].error == "InvalidInput"


def test_an_async_desk_has_the_rules_of_its_policy():
    async def day():
        kept = []

        class Way:
            async def tell(self, notice, /):
                kept.append(notice.text)

        notifier = AsyncNotifier(internal=Way(), requester=Way())
        desk = AsyncDesk(
            with_rules(requester=["opened"]),
            clock=ManualClock(START),
            ids=CountingIds(),
            on=notifier.handlers(),
        )
        notifier.serve(desk)
        await desk.open(subject="s", requester="ana", ref="7")
        await desk.run_due()
        return kept

    assert asyncio.run(day()) == ["We have received your request 7."]


# --- by apprise ----------------------------------------------------------------------------------------

INSIDE = InternalNotice("group:risk", "assigned", "t1", "7", "Ticket 7 is yours")
OUTSIDE = RequesterNotice("ana", "opened", "t1", "7", "我们已收到您的请求 7。")


def local(receiver):
    return f"json://127.0.0.1:{receiver.port}/hook"


def test_neither_audience_can_take_the_others_way():
    inside, outside = (
        AppriseColleagues({"group:risk": ["json://127.0.0.1:9/"]}),
        AppriseRequesters(lambda _: ()),
    )
    for way, notice in ((inside, OUTSIDE), (outside, INSIDE), (inside, "text"), (outside, None)):
        with pytest.raises(InvalidInput, match="notice"):
            way.tell(notice)


def test_apprise_brings_them_to_a_real_endpoint():
    with receiving() as receiver:
        receiver.answers = [200]
        AppriseColleagues({"group:risk": local(receiver)}).tell(INSIDE)
        AppriseRequesters({"ana": [local(receiver)]}.__getitem__).tell(OUTSIDE)

        async def both():
            await AsyncAppriseColleagues({"group:risk": [local(receiver)]}).tell(INSIDE)
            await AsyncAppriseRequesters(lambda _: [local(receiver)]).tell(OUTSIDE)

        asyncio.run(both())

    told = [json.loads(body) for _, body in receiver.got]
    assert [one["message"] for one in told] == [INSIDE.text, OUTSIDE.text] * 2


def test_what_an_endpoint_refuses_is_an_error_and_who_has_none_is_undeliverable():
    with receiving() as receiver:
        receiver.answers = [500]
        with pytest.raises(ReceiverRefused):
            AppriseColleagues({"group:risk": local(receiver)}).tell(INSIDE)
    with pytest.raises(Undeliverable):
        AppriseColleagues({}).tell(INSIDE)
    with pytest.raises(Undeliverable):
        AppriseRequesters(lambda _: []).tell(OUTSIDE)
    with pytest.raises(InvalidInput, match="urls"):
        AppriseColleagues({"group:risk": "no such service"}).tell(INSIDE)
    assert "token" not in repr(AppriseColleagues({"group:risk": "slack://token/a/b"}))


def test_an_async_desk_tells_them():
    async def day():
        with receiving() as receiver:
            receiver.answers = [200]
            notifier = AsyncNotifier(
                NoticeRules(requester=["opened"]),
                requester=AsyncAppriseRequesters(lambda _: [local(receiver)]),
            )
            desk = AsyncDesk(clock=ManualClock(START), ids=CountingIds(), on=notifier.handlers())
            notifier.serve(desk)
            await desk.open(subject="s", requester="ana", ref="7")
            for _ in range(3):
                await desk.run_due()
            return [json.loads(body)["message"] for _, body in receiver.got]

    assert asyncio.run(day()) == ["We have received your request 7."]


def test_apprise_is_loaded_by_the_first_that_needs_it():
    code = "import sys, supportflow.channels.notify as n; assert 'apprise' not in sys.modules; n.AppriseColleagues({})"
    subprocess.run([sys.executable, "-c", code + "; assert 'apprise' in sys.modules"], check=True)
