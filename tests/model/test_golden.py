"""Old recordings always load. The files in `golden/` are never edited: a new version of an event adds a file."""

import json
from pathlib import Path

import pytest

from supportflow.exceptions import NewerSchemaError, StoreError
from supportflow.flows.rows import event_row
from supportflow.model.base import StatusCategory, TicketType
from supportflow.model.content import AttachmentHandle, ContentRef
from supportflow.model.escalation import Rung, StepPlan
from supportflow.model.events import (
    EVENT_TYPES,
    ActionApproved,
    ActionAuthorised,
    ActionDone,
    ActionFailed,
    ActionHeldBack,
    ActionRejected,
    ActionRequested,
    AgentEnrolled,
    AnnouncementApproved,
    AnnouncementProposed,
    AnnouncementRejected,
    AnnouncementWithdrawn,
    AssignmentChanged,
    BotAnswered,
    CallAnswered,
    CallBackEnded,
    CallBackMissed,
    CallBackPromised,
    CallEnded,
    CallStarted,
    ClocksMoved,
    ClocksRecomputed,
    ConsentGiven,
    ConsentWithdrawn,
    ContactJoined,
    ContentViewed,
    DeclinesForgotten,
    DeliveryReported,
    EventBase,
    EvidenceProvided,
    EvidenceRequested,
    FitnessChanged,
    FollowUpOpened,
    GuideAdvanced,
    HandedOver,
    IncidentLinked,
    LadderEnded,
    LadderPaused,
    LadderResumed,
    LadderStarted,
    LadderStepReached,
    LoadReleased,
    LoadTaken,
    MessageReceived,
    NoteAdded,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferMade,
    OfferWithdrawn,
    OverflowOpened,
    PartChanged,
    PartyAdded,
    PartyDeadlinePassed,
    PersonVerified,
    PolicyPublished,
    PresenceChanged,
    PriorityChanged,
    ProblemSolved,
    RatingAsked,
    RatingGiven,
    RatingLeftOut,
    RatingRequested,
    ReplySent,
    RequesterInformed,
    RequesterLinked,
    RequesterUnlinked,
    RequesterVerified,
    RequirementRelaxed,
    ShiftOverridden,
    SlaBreached,
    SlaCorrected,
    SlaExcluded,
    SlaJudged,
    SlaOverdue,
    SlaWarned,
    SpreadBegun,
    SpreadEnded,
    StatusChanged,
    StatusKept,
    StepCompleted,
    SurgeDeclared,
    SurgeEnded,
    TicketAbsorbed,
    TicketAdopted,
    TicketEscalated,
    TicketMerged,
    TicketOpened,
    TicketRouted,
    TicketsListed,
    TicketsMoved,
    TicketSplit,
    TicketUpdated,
    TopicsSubscribed,
    TopicsUnsubscribed,
    WatchTripped,
    ZoneDataChanged,
)
from supportflow.model.people import HOST, SYSTEM, Actor, Agent, Skill
from supportflow.model.records import Clock, ClockMove, Milestone, Refusal, Segment, Verdict
from supportflow.model.routing import Lack
from supportflow.model.upcast import read_event, upcast

GOLDEN = Path(__file__).parent / "golden"

SAM = Actor(kind="agent", id="sam")
ANA = Actor(kind="requester", id="ana")
BOT = Actor(kind="bot", id="bot")
AT = "2026-03-02T09:00:00.000001Z"
HEAD = {"ticket_id": "t-1", "recorded_at": AT, "by": SAM}
AGENT = {"agent_id": "lin", "recorded_at": AT, "by": SAM}
TEXT = ContentRef(id="c-1", commitment="ab" * 32)
FILE = AttachmentHandle(
    content=ContentRef(id="c-2", commitment="cd" * 32), media_type="image/png", size=7, sha256="ef" * 32
)
FINGERPRINT = "0123456789abcdef" * 4
T0 = 1_772_442_000_000_001  # AT
HOUR = 3_600_000_000
VERDICT = Verdict(True, T0 + HOUR, T0 + 60, 60, FINGERPRINT, "24x7", "2025.2")
CLOCK = Clock(
    key="gold/resolution#2",
    sla="gold",
    target="resolution",
    metric="total_resolution",
    cycle=2,
    duration_us=HOUR,
    edge="close",
    milestones=(Milestone("warn:0.5", HOUR // 2), Milestone("breach", HOUR)),
    state="paused",
    segments=(Segment(T0, T0 + 60, "24x7", 60),),
    banked_us=60,
    folded_us=0,
    paused_us=5,
    passed=1,
    started_us=T0,
    attached_us=T0,
    retroactive=True,
    breached_us=T0 + 9,
    verdict=VERDICT,
    excluded=True,
)
DESCRIBED = {
    "requester": "ana", "channel": "email", "type": TicketType.SERVICE_REQUEST, "status": "new",
    "category": StatusCategory.NEW, "topic": "login", "language": "zh-Hans", "tz": "Asia/Shanghai", "subject": TEXT,
    "group": "desk", "assignee": "sam", "priority_class": "security", "level": 1, "rule": "words",
    "evidence": ("hacked", "被盗"), "opened_at": "2026-03-02T08:00:00Z", "policy": FINGERPRINT,
    "attributes": {"plan": "pro", "seats": 3, "score": 1.0, "vip": True, "none": None, "tags": frozenset({"b", "a"})},
}  # fmt: skip
REACHED = {
    **HEAD, "by": SYSTEM, "clock": CLOCK.key, "sla": "gold", "target": "resolution", "metric": "total_resolution",
    "passed": 1, "reached_at": "2026-03-02T09:30:00Z", "detected_at": "2026-03-02T09:31:00Z", "late": True,
}  # fmt: skip
STEPS = (
    StepPlan("functional", ("rotation:night",), "risk", "compliance", 1),
    StepPlan("hierarchical", ("group:风控",)),
)
RUNGS = (Rung(1, 0, "24x7", T0), Rung(2, 1, "hours", None, "resolution", 750_000, HOUR))

EXPECTED: dict[str, EventBase] = {
    event.kind: event
    for event in (
        TicketOpened(
            **{**HEAD, "by": ANA}, **DESCRIBED, observed_at="2026-03-02T07:59:00Z", ref="4711", body=TEXT, personal=TEXT,
            attachments=(FILE,), private=True, follow_up_of="t-0", split_from="t-2",
        ),
        TicketAdopted(**{**HEAD, "by": HOST}, **DESCRIBED, ref="4711", adopted_at=AT),
        MessageReceived(**{**HEAD, "by": ANA}, origin="requester", body=TEXT, channel="email", attachments=(FILE,)),
        ReplySent(**HEAD, body=TEXT, channel="email", attachments=(FILE,), in_reply_to=2),
        NoteAdded(**HEAD, body=TEXT, attachments=(FILE,)),
        StatusChanged(
            **HEAD, trigger="reopen", source="resolved", target="open", category=StatusCategory.OPEN, cause="observation",
            forced=True, refusal=Refusal("guard", "reopen", ("within_reopen_window",)), reason=TEXT,
        ),
        StatusKept(**HEAD, trigger=None, status="open", cause="observation", reason=TEXT),
        AssignmentChanged(**HEAD, group="desk", assignee=None, previous_group=None, previous_assignee="kim"),
        TicketUpdated(**HEAD, attributes={"plan": None, "tags": frozenset()}, topic="login", language="en"),
        PriorityChanged(
            **HEAD, priority_class="security", level=1, previous_class="general", previous_level=3, rule="words",
            evidence=("hacked",), reason=TEXT,
        ),
        TicketMerged(**HEAD, into="t-9", status="closed", category=StatusCategory.CLOSED, source="open"),
        TicketAbsorbed(**HEAD, source_id="t-8", opened_at="2026-03-01T00:00:00Z"),
        TicketSplit(**HEAD, into="t-7"),
        FollowUpOpened(**HEAD, into="t-6"),
        ClocksMoved(
            **HEAD,
            moves=(
                ClockMove(CLOCK.key, "start", T0, state=CLOCK, reason="resumed"),
                ClockMove(CLOCK.key, "pause", T0 + 60, counted_us=60, reason="pending"),
                ClockMove(CLOCK.key, "resume", T0 + 99, calendar="24x7"),
            ),
            sla="gold", policy=FINGERPRINT,
        ),
        SlaWarned(**REACHED, milestone="warn:0.5", due_at="2026-03-02T10:00:00Z"),
        SlaBreached(**REACHED, milestone="breach"),
        SlaOverdue(**REACHED, milestone="overdue:1"),
        SlaJudged(
            **HEAD, clock=CLOCK.key, sla="gold", target="resolution", metric="total_resolution", verdict=VERDICT
        ),
        SlaExcluded(**HEAD, clock=CLOCK.key, reason=TEXT),
        SlaCorrected(**HEAD, clock=CLOCK.key, met=False, original=VERDICT, reason=None),
        EvidenceRequested(
            **{**HEAD, "by": SYSTEM}, topic="c2c", items=("order_number", "paid_at"), template="evidence", language="zh",
            channel="email", policy=FINGERPRINT,
        ),
        EvidenceProvided(
            **{**HEAD, "by": ANA}, item="proof_of_payment", value=TEXT, attachment=FILE, party="seller-9",
            redacted=("password",),
        ),
        CallStarted(**{**HEAD, "by": HOST}, call="tel-17", order_us=T0 + HOUR),
        CallAnswered(**HEAD, call="tel-17"),
        CallEnded(**HEAD, call="tel-17", outcome="answered", note=TEXT),
        CallBackPromised(
            **HEAD, due_at="2026-03-02T13:00:00Z", order_us=T0 + HOUR, cause="abandoned", call="tel-17"
        ),
        CallBackMissed(
            **{**HEAD, "by": SYSTEM}, due_at="2026-03-02T13:00:00Z", detected_at="2026-03-02T13:05:00Z"
        ),
        CallBackEnded(**HEAD, outcome="late", due_at="2026-03-02T13:00:00Z", call="tel-18"),
        StepCompleted(**HEAD, step="hear_both_sides", reason=TEXT),
        PartyAdded(
            **HEAD, role="counterparty", party="seller-9", channel="chat", due_at="2026-03-04T09:00:00Z",
            expects=("bank_record",),
        ),
        PartyDeadlinePassed(
            **{**HEAD, "by": SYSTEM}, role="counterparty", party="seller-9", due_at="2026-03-04T09:00:00Z",
            missing=("bank_record",), detected_at="2026-03-04T09:00:07Z",
        ),
        RequesterVerified(**HEAD, level="document", method="id_document", valid_until="2026-03-03T09:00:00Z"),
        ActionAuthorised(
            **HEAD, action="unlock", needs="basic", level="document", valid_until="2026-03-03T09:00:00Z"
        ),
        ConsentGiven(
            **{**HEAD, "by": ANA}, person="ana", purposes=("fraud", "audit"), method="signed_form",
            valid_until="2026-06-02T09:00:00Z",
        ),
        ConsentWithdrawn(**HEAD, person="ana", purposes=("audit",)),
        ContentViewed(**HEAD, purpose="fraud", roles=("investigator",), contents=("c-1", "c-2"), people=("ana",)),
        ContactJoined(**{**HEAD, "by": ANA}, requester="ana-chat", channel="chat", ref="4712", subject=TEXT, personal=TEXT),
        RequesterLinked(recorded_at=AT, by=SAM, requester="ana", other="ana-chat"),
        RequesterUnlinked(recorded_at=AT, by=SAM, requester="ana", other="ana-chat"),
        LadderStarted(
            **HEAD, ladder="night", run=2, cause="matched", policy=FINGERPRINT, since=AT, until="first_reply",
            pause_on=("pending", "on_hold"), steps=STEPS, rungs=RUNGS, skipped=3,
        ),
        LadderStepReached(
            **{**HEAD, "by": SYSTEM}, ladder="night", run=2, step=1, round=1, escalation="functional", reached_at=AT,
            detected_at="2026-03-02T09:31:00Z", asked=("rotation:night", "group:risk", "agent:lena"), notified=("lena",),
            groups=("risk",), vacant=("rotation:night",), empty=True, late=True,
        ),
        LadderPaused(**HEAD, ladder="night", run=2),
        LadderResumed(**HEAD, ladder="night", run=2, rungs=RUNGS),
        LadderEnded(**HEAD, ladder="night", run=2, reason="first_reply"),
        TicketEscalated(
            **HEAD, ladder="night", group="risk", asked=("assignee", "group:risk", "agent:lena"), notified=("lena",),
            groups=("risk",), vacant=("assignee",), reason=TEXT,
        ),
        PolicyPublished(recorded_at=AT, by=HOST, fingerprint=FINGERPRINT, name="default"),
        TicketRouted(
            **HEAD, cause="handed_over", route="c2c", tier="expert", skills={"c2c": 2, "risk": 1}, language="zh-Hans",
            group="c2c-desk", weight=3, since=AT, barred=("lin",), declined=("kim",), preferred="sam",
        ),
        RequirementRelaxed(**HEAD, step=2, skills={"c2c": 1}, language="zh-Hans"),
        DeclinesForgotten(**HEAD),
        OfferMade(**HEAD, agent="lin", expires_at="2026-03-02T09:01:00Z"),
        OverflowOpened(**HEAD, group="payments"),
        OfferAccepted(**HEAD, agent="lin"),
        OfferDeclined(**HEAD, agent="lin", reason=TEXT),
        OfferExpired(**HEAD, agent="lin"),
        OfferWithdrawn(**HEAD, agent="lin", cause="agent_left"),
        FitnessChanged(**HEAD, agent="lin", lacks=(Lack("tier", "compliance"), Lack("skill", "aml"))),
        HandedOver(**HEAD, tier="compliance", previous="expert", reason=TEXT, summary=TEXT),
        ActionRequested(
            **HEAD, number="2", action="unfreeze", amount=5_000, waits=True, tiers=("compliance",), undoes="1",
            cause="failure", reason=TEXT,
        ),
        ActionApproved(**HEAD, number="2", action="unfreeze"),
        ActionRejected(**HEAD, number="2", action="unfreeze", reason=TEXT),
        ActionDone(**HEAD, number="2", action="unfreeze", receipt="r-77"),
        ActionHeldBack(**HEAD, action="freeze", signals=("told_by_text",), lacks=1),
        ActionFailed(**HEAD, number="2", action="unfreeze", error="TimeoutError"),
        DeliveryReported(
            **HEAD, delivery="t-1:5:channel:mail", channel="mail", state="undeliverable", receipt="m-7", code="550"
        ),
        BotAnswered(
            **{**HEAD, "by": BOT}, turn=7, form="guide", articles=("late",), evidence=("articles:late:提币…没到账",),
            missed=True,
            flow="password", step="which", asks="place",
        ),
        GuideAdvanced(**{**HEAD, "by": BOT}, flow="password", step="which", field="place", value=TEXT),
        AgentEnrolled(
            **AGENT,
            profile=Agent(
                "lin", groups=("c2c-desk",), tiers=("expert", "compliance"), languages=("zh-Hans", "en"),
                skills={"c2c": 2, "aml": Skill(level=3, valid_until="2027-01-01T00:00:00Z")},
                capacity=8, reserved=1, limits={"chat": 3}, shifts=("shanghai-day",),
            ),
        ),
        PresenceChanged(**AGENT, presence="away"),
        ShiftOverridden(**AGENT, start="2026-03-03T00:00:00Z", end="2026-03-04T00:00:00Z", on_duty=False, cause="swap"),
        LoadTaken(**AGENT, ticket_id="t-1", channel="chat", weight=2, offered=True),
        LoadReleased(**AGENT, ticket_id="t-1"),
        TopicsSubscribed(recorded_at=AT, by=HOST, topics=("channel:email", "event:sla_breached")),
        TopicsUnsubscribed(recorded_at=AT, by=HOST, topics=("channel:email",)),
        SurgeDeclared(
            recorded_at=AT, by=HOST, name="crash", base="0" * 64, policy="1" * 64, reaches="open",
            until="2026-03-02T13:00:00.000001Z", reason="the market fell", arrivals=300,
        ),
        SurgeEnded(recorded_at=AT, by=SYSTEM, name="crash", cause="expired"),
        TicketsMoved(recorded_at=AT, by=SYSTEM),
        AnnouncementProposed(
            **HEAD, number="2", revision=3, texts={"en": TEXT, "zh-Hans": TEXT}, audience="phishing", links=True,
            lasts_us=HOUR, redacted=("password",),
        ),
        AnnouncementApproved(**HEAD, number="2", revision=3, until="2026-03-03T09:00:00Z"),
        AnnouncementRejected(**HEAD, number="2", revision=3, reason=TEXT),
        AnnouncementWithdrawn(**HEAD, number="2", reason=TEXT),
        TicketsListed(**{**HEAD, "by": SYSTEM}, number="2", tickets=("t-2", "t-3")),
        IncidentLinked(**HEAD, problem="t-9", previous="t-8"),
        ProblemSolved(**HEAD, reason=TEXT),
        RequesterInformed(
            **{**HEAD, "by": HOST}, occasion="foreseen", about="stuck", language="zh-Hans", channel="email",
            policy=FINGERPRINT, promised_at="2026-03-03T09:00:00Z", tz="Asia/Shanghai", part="t-7",
        ),
        PartChanged(
            **{**HEAD, "by": SYSTEM}, part="t-7", status="solved", category=StatusCategory.RESOLVED, seq=5
        ),
        WatchTripped(
            recorded_at=AT, by=SYSTEM, watch="fall", measure="btc", value="58000.5", declares="crash", proposes="crash"
        ),
        SpreadBegun(recorded_at=AT, by=SYSTEM, ticket="t-9"),
        SpreadEnded(recorded_at=AT, by=SYSTEM, ticket="t-9"),
        ZoneDataChanged(recorded_at=AT, by=SYSTEM, zone_data={"newest": "2026f", "system": "2025b"}),
        RatingRequested(
            **HEAD, channel="web", language="zh", until="2026-03-16T09:00:00Z", agent="lin", weight=2.5,
            questions=("speed", "manner"), by_reply=False, policy=FINGERPRINT,
        ),
        RatingGiven(
            **HEAD, stars=2, answers={"speed": 1}, comment=TEXT, way="link", agent="lin", weight=2.5, redacted=("card",)
        ),
        RatingLeftOut(**HEAD, stars=4, cause="late", comment=TEXT),
        PersonVerified(
            recorded_at=AT, by=SAM, requester="ana", level="document", method="id_document",
            valid_until="2026-03-03T09:00:00Z", ticket_id="t-1",
        ),
        RatingAsked(recorded_at=AT, by=SYSTEM, requester="ana", ticket_id="t-1"),
        ClocksRecomputed(recorded_at=AT, by=SYSTEM, zone_data={"newest": "2026f"}),
    )
}  # fmt: skip


def stored(kind: str) -> tuple[str, int, int, bytes]:
    """The row of a golden file."""
    row = json.loads((GOLDEN / f"{kind}.json").read_text(encoding="utf-8"))
    assert list(row) == ["kind", "version", "min_reader", "data"]
    return row["kind"], row["version"], row["min_reader"], row["data"].encode()


def test_every_kind_has_a_file_and_every_file_a_kind():
    assert {path.stem for path in GOLDEN.iterdir()} == set(EVENT_TYPES) == set(EXPECTED)


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_a_recording_loads_and_is_written_the_same(kind):
    row = stored(kind)
    event = read_event(*row)
    assert event == EXPECTED[kind]
    assert type(event) is EVENT_TYPES[kind]
    written = event_row(1, event)
    assert (written.kind, written.version, written.min_reader, written.data) == row


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_fields_of_a_newer_writer_are_ignored(kind):
    _, version, min_reader, data = stored(kind)
    newer = json.loads(data)
    newer["mood"] = {"colour": "blue"}
    newer["by"]["mood"] = 1
    assert read_event(kind, version + 3, min_reader, json.dumps(newer).encode()) == EXPECTED[kind]


def test_fields_of_a_newer_writer_inside_records_are_ignored():
    _, version, min_reader, data = stored("clocks_moved")
    newer = json.loads(data)
    newer["moves"][0]["mood"] = 1
    newer["moves"][0]["state"]["mood"] = 1
    newer["moves"][0]["state"]["segments"][0]["mood"] = 1
    newer["moves"][0]["state"]["verdict"]["mood"] = 1
    assert (
        read_event("clocks_moved", version, min_reader, json.dumps(newer).encode())
        == EXPECTED["clocks_moved"]
    )


def test_a_row_that_only_a_newer_version_reads():
    kind, version, _, data = stored("note_added")
    with pytest.raises(NewerSchemaError) as newer:
        read_event(kind, version, 2, data)
    assert (newer.value.kind, newer.value.needs, newer.value.knows) == ("note_added", 2, 1)
    with pytest.raises(NewerSchemaError) as unknown:
        read_event("ticket_danced", 3, 1, data)
    assert (unknown.value.kind, unknown.value.needs, unknown.value.knows) == ("ticket_danced", 3, 0)


class NoteAddedThen(NoteAdded):
    """A future in which notes are at version 3."""

    VERSION = 3
    MIN_READER = 2


def test_upcasters_are_chained(monkeypatch):
    monkeypatch.setitem(EVENT_TYPES.loaded, "note_added", NoteAddedThen)
    upcasters = {
        ("note_added", 1): lambda fields: {**fields, "steps": ["1"]},
        ("note_added", 2): lambda fields: {**fields, "ticket_id": "-".join([*fields.pop("steps"), "2"])},
    }
    kind, version, min_reader, data = stored("note_added")
    event = read_event(kind, version, min_reader, data, upcasters=upcasters)
    assert type(event) is NoteAddedThen
    assert event.ticket_id == "1-2"
    assert event.body == TEXT
    from_two = json.dumps({**json.loads(data), "steps": ["x"]}).encode()
    assert read_event(kind, 2, 1, from_two, upcasters=upcasters).ticket_id == "x-2"
    assert read_event(kind, 3, 3, data, upcasters=upcasters).ticket_id == "t-1"
    with pytest.raises(KeyError):
        read_event(kind, 1, 1, data, upcasters={})
    assert upcast("note_added", 3, {"a": 1}, to=3) == {"a": 1}


@pytest.mark.parametrize("data", [b"", b"{", b"{}", b"[]", b'{"kind": "reply_sent"}', b"\xff"])
def test_a_broken_row_is_an_error_of_the_store(data):
    with pytest.raises(StoreError) as broken:
        read_event("note_added", 1, 1, data)
    assert "note_added" in str(broken.value)
