"""The policy document: one value that says how a desk works."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field

from supportflow.calendars import BusinessCalendar
from supportflow.conditions import FieldSpec
from supportflow.escalation import Escalation
from supportflow.lifecycle import LifecycleDefinition
from supportflow.model.base import STORED, Document, Name, Series
from supportflow.model.durations import NotNegative, Positive
from supportflow.model.notices import NoticeRules
from supportflow.model.people import Group
from supportflow.policy.document.access import Access
from supportflow.policy.document.announcements import Announcements
from supportflow.policy.document.authority import Authority
from supportflow.policy.document.bot import BotPolicy
from supportflow.policy.document.casework import Identity, Procedure
from supportflow.policy.document.figures import Figures
from supportflow.policy.document.foreseen import Foreseen, Watch
from supportflow.policy.document.phone import PhonePolicy
from supportflow.policy.document.publishing import changed, dated, dated_escalation, dated_sla
from supportflow.policy.document.ratings import Ratings
from supportflow.policy.document.retention import Retention
from supportflow.policy.document.surges import Greeting, Overlay, Surge
from supportflow.policy.document.updates import Updates
from supportflow.routing.policy import RoutingPolicy
from supportflow.routing.rotation import Rotation
from supportflow.sla.metrics import Metric
from supportflow.sla.policy import CalendarName, SlaPolicy
from supportflow.triage.intake import Intake
from supportflow.triage.lexicon.document import Lexicon
from supportflow.triage.official import Official
from supportflow.triage.priority import DEFAULT_CLASSES, PriorityPolicy, PriorityRule
from supportflow.triage.reading.document import Reading
from supportflow.triage.redaction.rules import RedactionRules

__all__ = ["Policy"]

MOST_RULES = 2_000
"""How many priority rules, and how many SLA policies, a policy may have."""

P = TypeVar("P", bound="Policy")


class Policy(Document):
    """How a desk works. Every value has a default, so `Policy()` is a complete desk without an SLA.

    Attributes:
        schema_: Version of this format (`schema` in a document). Defaults never change within one.
        name: For people.
        fields: Attributes that tickets can carry, by name, with their types.
        lifecycle: Statuses, triggers and guards; seven statuses with the usual transitions if not given.
        reopen_within: How long after its resolution a ticket can be reopened, in the default lifecycle.
        auto_close_after: A resolved ticket closes by itself after this much counted time; never, if not given.
        auto_close_calendar: Counts it; around the clock, if not given.
        classes: Priority classes, highest first.
        default_class: The class of a ticket for which nothing else speaks; the lowest, if not given.
        default_level: The level of a ticket for which nobody gives one.
        rules: Priority rules, in order.
        priority: What else decides the level of a ticket, and its place among the tickets of its class.
        lexicons: Lexicons that classify texts: names of shipped ones (`"common"`, `"exchange"`, `"banking"`) or your own. If
            neither these nor `words` are given: `"common"` and a few words for disputes, English and Chinese.
        reading: Packs of languages and rules of its own by which texts are read as events; see `docs/concepts/reading.md`.
        words: Class → words that speak for it, for who needs no lexicon.
        redaction: Which personal data stays in texts. Secrets never do.
        calendars: Business calendars by name.
        metrics: Metrics besides the shipped ones.
        sla: SLA policies, in order; the first match applies.
        groups: Support groups.
        agent_ids: Whether agents and requesters of one id are one person. `"shared"`: they are, as where both are users of
            one table. `"apart"`: they are numbered apart, and nobody is taken for both.
        rotations: Who is on call when, by name.
        edits: When this version reaches the open tickets of an older one: `"never"`, `"on_next_event"` of the ticket, or
            `"now"`, as soon as the desk takes it into use.
        merge_clocks: What a merge does to the clocks of the ticket that goes on: it keeps its `"own"`, or takes over the
            `"earliest"` start and the worst verdict of the two.
        split_clocks: The clocks of the new part start on their `"own"`, or `"inherit"` what the whole has counted.
        intake: The evidence that tickets of a category need, and how it is asked for.
        identity: When a new contact of the same person is the same case; never, if not given.
        procedures: Category (topic) → the steps that its tickets go through.
        official: The organisation's own addresses: they answer "was this you?" and tell which links pretend.
        authority: Levels of verification, and the actions that need them.
        escalation: Ladders that tickets climb until somebody acts.
        retention: How long tickets stay live, and texts and idempotency keys are kept; everything for ever, if not given.
        access: Texts that are sealed, and who may open them for what; none are, if not given.
        routing: How tickets find agents; the host assigns them itself, if not given.
        bot: How the first line answers by itself; it does not, if not given.
        ratings: Who is asked what they think of a ticket that is resolved; nobody, if not given.
        figures: What reports may say, and what they are measured against.
        unsafe_replies: What becomes of a reply that asks for a password, a seed phrase, a key or a code: `"refuse"` it, or
            `"allow"` it.
        public_channels: Channels whose replies anybody can read. A reply there that says personal data is refused.
        greetings: Language → what a host or a bot says to somebody who begins a contact; see `desk.greeting`.
        notices: Who is told what; nobody, if not given. The version that the desk has in use counts, for every ticket.
        surges: What is different for a while, by name; see `desk.declare_surge`.
        announcements: What is said to many at once, and who approves it; nothing is, if not given.
        foreseen: Events of the host's own that open a case before its customer asks, by name; see `desk.open`.
        watches: What is done when a measure that the host feeds goes too far, by name; see `desk.measure`.
        updates: What a requester hears by itself: a confirmation, when they hear again, how their case and its parts stand.
        phone: Until when who hung up unanswered is called back; nobody is promised that, if not given.
        overlay: What a version with surges was made of; a desk writes it.
    """

    schema_: Literal[1] = Field(default=1, validation_alias="schema", serialization_alias="schema")
    name: Name = "default"
    fields: Mapping[Name, FieldSpec] = Field(default_factory=dict)
    lifecycle: LifecycleDefinition | None = None
    reopen_within: NotNegative = timedelta(days=14)
    auto_close_after: Positive | None = None
    auto_close_calendar: CalendarName | None = None
    classes: Annotated[Series[Name], Field(min_length=1)] = DEFAULT_CLASSES
    default_class: Name | None = None
    default_level: int = Field(default=3, ge=1, le=4)
    rules: Annotated[Series[PriorityRule], Field(max_length=MOST_RULES)] = ()
    priority: PriorityPolicy | None = None
    lexicons: Series[Literal["common", "exchange", "banking"] | Lexicon] | None = None
    reading: Reading | None = None
    words: Mapping[Name, Series[Name]] | None = None
    redaction: RedactionRules | None = None
    calendars: Mapping[Name, BusinessCalendar] = Field(default_factory=dict)
    metrics: Series[Metric] = ()
    sla: Annotated[Series[SlaPolicy], Field(max_length=MOST_RULES)] = ()
    groups: Series[Group] = ()
    agent_ids: Literal["shared", "apart"] = "shared"
    rotations: Series[Rotation] = ()
    edits: Literal["never", "on_next_event", "now"] = "never"
    merge_clocks: Literal["own", "earliest"] = "own"
    split_clocks: Literal["own", "inherit"] = "own"
    intake: Intake = Field(default_factory=Intake)
    identity: Identity | None = None
    procedures: Mapping[Name, Procedure] = Field(default_factory=dict)
    official: Official = Field(default_factory=Official)
    authority: Authority = Field(default_factory=Authority)
    escalation: Escalation = Field(default_factory=Escalation)
    retention: Retention | None = None
    access: Access | None = None
    routing: RoutingPolicy | None = None
    bot: BotPolicy | None = None
    ratings: Ratings | None = None
    figures: Figures | None = None
    unsafe_replies: Literal["refuse", "allow"] = "refuse"
    public_channels: Series[Name] = ()
    greetings: Mapping[Name, Greeting] = Field(default_factory=dict)
    notices: NoticeRules | None = None
    surges: Mapping[Name, Surge] = Field(default_factory=dict)
    announcements: Announcements | None = None
    foreseen: Annotated[Mapping[Name, Foreseen], Field(max_length=200)] = Field(default_factory=dict)
    watches: Annotated[Mapping[Name, Watch], Field(max_length=200)] = Field(default_factory=dict)
    updates: Updates | None = None
    phone: PhonePolicy | None = None
    overlay: Overlay | None = None

    def published(self) -> "Policy":
        """The document that a desk decides by and a store keeps: with every country's holidays as dates.

        Itself, if no calendar names a country. Its fingerprint is that of the document it was made of.

        Raises:
            MissingExtra: If a calendar names a country and the `holidays` package is not installed.
            CalendarError: If the package does not know the country.
        """
        return changed(
            self,
            auto_close_calendar=dated(self.auto_close_calendar),
            calendars={name: dated(calendar) for name, calendar in self.calendars.items()},
            sla=tuple(map(dated_sla, self.sla)),
            escalation=dated_escalation(self.escalation),
        )

    @classmethod
    def stored(cls, document: bytes | str) -> Self:
        """The version that a store keeps: what was valid when it was published stays so, and keeps its fingerprint.

        Args:
            document: What `canonical` was.
        """
        found = cls.model_validate_json(document, context=STORED)
        # Its name is the name of this text, whatever would be written for it today.
        found.__dict__["canonical"] = document if isinstance(document, str) else document.decode()
        return found

    @cached_property
    def canonical(self) -> str:
        """The explicitly given values of the published document and the schema, as JSON with sorted keys."""
        given = self.published().model_dump(mode="json", by_alias=True, exclude_unset=True)
        return json.dumps(
            {**given, "schema": self.schema_}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical document, 64 hexadecimal digits: the name of this version, for ever."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    # A copy with other fields is another version: it must not keep what was derived from the first.

    def __copy__(self) -> Self:
        return _underived(super().__copy__())

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return _underived(super().__deepcopy__(memo))


def _underived(copied: P) -> P:
    for derived in ("canonical", "fingerprint"):
        copied.__dict__.pop(derived, None)
    return copied
