"""Ticket lifecycle, priorities, SLA clocks and routing for any Python helpdesk.

The names below are the public API. They are loaded when they are first used, so that `import supportflow` costs nothing that
is not needed.
"""

from importlib import import_module

from supportflow._version import VERSION as _VERSION

TYPE_CHECKING = (
    False  # to type checkers it is true; importing the real one would take longer than all else here
)
if TYPE_CHECKING:
    from supportflow.aio import AsyncDesk
    from supportflow.bot import (
        KnowledgeResponder,
        KnowledgeSuggester,
        LocalTicketIndex,
        MemoryContext,
        MemoryKnowledge,
        SimilarSuggester,
    )
    from supportflow.calendars import BusinessCalendar
    from supportflow.channels import MemoryActions, MemoryChannel
    from supportflow.conditions import Condition, FieldSpec
    from supportflow.desk import Desk
    from supportflow.escalation import Escalation, Ladder, LadderStep
    from supportflow.exceptions import SupportflowError
    from supportflow.flows import Tick
    from supportflow.flows.commands.shifts import ShiftChange
    from supportflow.flows.queries.lists import Row, Rows
    from supportflow.flows.routing.dispatch import Dispatched
    from supportflow.flows.setup import WithPast
    from supportflow.kernel import decide, evolve, fold, wakeup
    from supportflow.lifecycle import LifecycleDefinition, Transition
    from supportflow.model.base import StatusCategory, TicketType
    from supportflow.model.casework import Party
    from supportflow.model.content import Attachment
    from supportflow.model.feed import Feed, FeedItem
    from supportflow.model.overview import Overview
    from supportflow.model.papers import CasePapers, PersonFile
    from supportflow.model.people import Actor, Agent, Group, Requester, Skill
    from supportflow.model.routing import AgentState, ShiftOverride
    from supportflow.model.similar import SimilarTicket
    from supportflow.model.surges import ActiveSurge
    from supportflow.model.ticket import Evidence, Message, Outcome, Page, Ticket
    from supportflow.model.translations import TranslatedMessage, TranslatedTicket, Translation
    from supportflow.model.turns import (
        Act,
        Answer,
        Article,
        Ask,
        Found,
        Guide,
        HandOver,
        Said,
        Screen,
        Suggestion,
        Turn,
    )
    from supportflow.model.waiting import ExpectedWait
    from supportflow.policy import Policy, PolicyBook, load_policy, load_roster
    from supportflow.policy.diff import Difference, policy_diff
    from supportflow.policy.document.announcements import Announcements
    from supportflow.policy.document.authority import ActionSignal, Authority, HostAction
    from supportflow.policy.document.bot import BotPolicy, GuideBranch, GuidedFlow, GuideEnd, GuideStep
    from supportflow.policy.document.casework import Identity, Procedure, Step
    from supportflow.policy.document.figures import Figures
    from supportflow.policy.document.phone import PhonePolicy
    from supportflow.policy.document.ratings import Difficulty, LowRating, Ratings
    from supportflow.policy.document.surges import Arrivals, Surge
    from supportflow.ports import ContextProvider, KnowledgeSource, Responder, Suggester
    from supportflow.routing.coverage import Promise
    from supportflow.routing.document import Roster
    from supportflow.routing.policy import Overflow, Relaxation, Route, RoutingPolicy
    from supportflow.routing.rotation import Rotation, RotationLayer
    from supportflow.simulation import Scenario, SimulationReport, read_scenario, simulate
    from supportflow.sla.metrics import Metric
    from supportflow.sla.policy import SlaPolicy, Target
    from supportflow.stores import MemoryStore
    from supportflow.stores.sql import AsyncSqlStore, SqlStore
    from supportflow.triage.intake import EvidenceSpec, Intake, IntakeRule
    from supportflow.triage.official import AddressCheck, Official
    from supportflow.triage.priority import OrderRule, PriorityRule

__version__ = _VERSION
"""The version that is installed."""

__all__ = [
    "Act",
    "ActionSignal",
    "ActiveSurge",
    "Actor",
    "AddressCheck",
    "Agent",
    "AgentState",
    "Announcements",
    "Answer",
    "Arrivals",
    "Article",
    "Ask",
    "AsyncDesk",
    "AsyncSqlStore",
    "Attachment",
    "Authority",
    "BotPolicy",
    "BusinessCalendar",
    "CasePapers",
    "Condition",
    "ContextProvider",
    "Desk",
    "Difference",
    "Difficulty",
    "Dispatched",
    "Escalation",
    "Evidence",
    "EvidenceSpec",
    "ExpectedWait",
    "Feed",
    "FeedItem",
    "FieldSpec",
    "Figures",
    "Found",
    "Group",
    "Guide",
    "GuideBranch",
    "GuideEnd",
    "GuideStep",
    "GuidedFlow",
    "HandOver",
    "HostAction",
    "Identity",
    "Intake",
    "IntakeRule",
    "KnowledgeResponder",
    "KnowledgeSource",
    "KnowledgeSuggester",
    "Ladder",
    "LadderStep",
    "LifecycleDefinition",
    "LocalTicketIndex",
    "LowRating",
    "MemoryActions",
    "MemoryChannel",
    "MemoryContext",
    "MemoryKnowledge",
    "MemoryStore",
    "Message",
    "Metric",
    "Official",
    "OrderRule",
    "Outcome",
    "Overflow",
    "Overview",
    "Page",
    "Party",
    "PersonFile",
    "PhonePolicy",
    "Policy",
    "PolicyBook",
    "PriorityRule",
    "Procedure",
    "Promise",
    "Ratings",
    "Relaxation",
    "Requester",
    "Responder",
    "Roster",
    "Rotation",
    "RotationLayer",
    "Route",
    "RoutingPolicy",
    "Row",
    "Rows",
    "Said",
    "Scenario",
    "Screen",
    "ShiftChange",
    "ShiftOverride",
    "SimilarSuggester",
    "SimilarTicket",
    "SimulationReport",
    "Skill",
    "SlaPolicy",
    "SqlStore",
    "StatusCategory",
    "Step",
    "Suggester",
    "Suggestion",
    "SupportflowError",
    "Surge",
    "Target",
    "Tick",
    "Ticket",
    "TicketType",
    "Transition",
    "TranslatedMessage",
    "TranslatedTicket",
    "Translation",
    "Turn",
    "WithPast",
    "decide",
    "evolve",
    "fold",
    "load_policy",
    "load_roster",
    "policy_diff",
    "read_scenario",
    "simulate",
    "wakeup",
]

_HOME = {
    "Act": "model.turns",
    "ActionSignal": "policy.document.authority",
    "ActiveSurge": "model.surges",
    "Actor": "model.people",
    "AddressCheck": "triage.official",
    "Agent": "model.people",
    "AgentState": "model.routing",
    "Announcements": "policy.document.announcements",
    "Answer": "model.turns",
    "Arrivals": "policy.document.surges",
    "Article": "model.turns",
    "Ask": "model.turns",
    "AsyncDesk": "aio",
    "AsyncSqlStore": "stores.sql",
    "Attachment": "model.content",
    "Authority": "policy.document.authority",
    "BotPolicy": "policy.document.bot",
    "BusinessCalendar": "calendars",
    "CasePapers": "model.papers",
    "Condition": "conditions",
    "ContextProvider": "ports",
    "Desk": "desk",
    "Difference": "policy.diff",
    "Difficulty": "policy.document.ratings",
    "Dispatched": "flows.routing.dispatch",
    "Escalation": "escalation",
    "Evidence": "model.ticket",
    "EvidenceSpec": "triage.intake",
    "ExpectedWait": "model.waiting",
    "Feed": "model.feed",
    "FeedItem": "model.feed",
    "FieldSpec": "conditions",
    "Figures": "policy.document.figures",
    "Found": "model.turns",
    "Group": "model.people",
    "Guide": "model.turns",
    "GuideBranch": "policy.document.bot",
    "GuideEnd": "policy.document.bot",
    "GuideStep": "policy.document.bot",
    "GuidedFlow": "policy.document.bot",
    "HandOver": "model.turns",
    "HostAction": "policy.document.authority",
    "Identity": "policy.document.casework",
    "Intake": "triage.intake",
    "IntakeRule": "triage.intake",
    "KnowledgeResponder": "bot",
    "KnowledgeSource": "ports",
    "KnowledgeSuggester": "bot",
    "Ladder": "escalation",
    "LadderStep": "escalation",
    "LifecycleDefinition": "lifecycle",
    "LocalTicketIndex": "bot",
    "LowRating": "policy.document.ratings",
    "MemoryActions": "channels",
    "MemoryChannel": "channels",
    "MemoryContext": "bot",
    "MemoryKnowledge": "bot",
    "MemoryStore": "stores",
    "Message": "model.ticket",
    "Metric": "sla.metrics",
    "Official": "triage.official",
    "OrderRule": "triage.priority",
    "Outcome": "model.ticket",
    "Overflow": "routing.policy",
    "Overview": "model.overview",
    "Page": "model.ticket",
    "Party": "model.casework",
    "PersonFile": "model.papers",
    "PhonePolicy": "policy.document.phone",
    "Policy": "policy",
    "PolicyBook": "policy",
    "PriorityRule": "triage.priority",
    "Procedure": "policy.document.casework",
    "Promise": "routing.coverage",
    "Ratings": "policy.document.ratings",
    "Relaxation": "routing.policy",
    "Requester": "model.people",
    "Responder": "ports",
    "Roster": "routing.document",
    "Rotation": "routing.rotation",
    "RotationLayer": "routing.rotation",
    "Route": "routing.policy",
    "RoutingPolicy": "routing.policy",
    "Row": "flows.queries.lists",
    "Rows": "flows.queries.lists",
    "Said": "model.turns",
    "Scenario": "simulation",
    "Screen": "model.turns",
    "ShiftChange": "flows.commands.shifts",
    "ShiftOverride": "model.routing",
    "SimilarSuggester": "bot",
    "SimilarTicket": "model.similar",
    "SimulationReport": "simulation",
    "Skill": "model.people",
    "SlaPolicy": "sla.policy",
    "SqlStore": "stores.sql",
    "StatusCategory": "model.base",
    "Step": "policy.document.casework",
    "Suggester": "ports",
    "Suggestion": "model.turns",
    "SupportflowError": "exceptions",
    "Surge": "policy.document.surges",
    "Target": "sla.policy",
    "Tick": "flows",
    "Ticket": "model.ticket",
    "TicketType": "model.base",
    "Transition": "lifecycle",
    "TranslatedMessage": "model.translations",
    "TranslatedTicket": "model.translations",
    "Translation": "model.translations",
    "Turn": "model.turns",
    "WithPast": "flows.setup",
    "decide": "kernel",
    "evolve": "kernel",
    "fold": "kernel",
    "load_policy": "policy",
    "load_roster": "policy",
    "policy_diff": "policy.diff",
    "read_scenario": "simulation",
    "simulate": "simulation",
    "wakeup": "kernel",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
