"""Ticket lifecycle, priorities, SLA clocks and routing for any Python helpdesk.

The names below are the public API. They are loaded when they are first used, so that `import supportflow` costs nothing that
is not needed.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from supportflow.aio import AsyncDesk
    from supportflow.bot import KnowledgeResponder, KnowledgeSuggester, MemoryContext, MemoryKnowledge
    from supportflow.calendars import BusinessCalendar
    from supportflow.channels import MemoryChannel
    from supportflow.conditions import Condition, FieldSpec
    from supportflow.desk import Desk
    from supportflow.escalation import Escalation, Ladder, LadderStep
    from supportflow.exceptions import SupportflowError
    from supportflow.flows import Tick
    from supportflow.flows.dispatching import Dispatched
    from supportflow.kernel import decide, evolve, fold, wakeup
    from supportflow.lifecycle import LifecycleDefinition, Transition
    from supportflow.model.base import StatusCategory, TicketType
    from supportflow.model.casework import Party
    from supportflow.model.content import Attachment
    from supportflow.model.people import Actor, Agent, Group, Requester, Skill
    from supportflow.model.routing import AgentState, ShiftOverride
    from supportflow.model.ticket import Evidence, Message, Outcome, Page, Ticket
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
    from supportflow.policy import Policy, PolicyBook, load_policy, load_roster
    from supportflow.policy.authority import Authority
    from supportflow.policy.bot import BotPolicy, GuideBranch, GuidedFlow, GuideEnd, GuideStep
    from supportflow.policy.identity import Identity
    from supportflow.policy.procedures import Procedure, Step
    from supportflow.ports import ContextProvider, KnowledgeSource, Responder, Suggester
    from supportflow.routing.coverage import Promise
    from supportflow.routing.document import Roster
    from supportflow.routing.policy import Overflow, Relaxation, Route, RoutingPolicy
    from supportflow.routing.rotation import Rotation, RotationLayer
    from supportflow.sla.metrics import Metric
    from supportflow.sla.policy import SlaPolicy, Target
    from supportflow.stores import MemoryStore
    from supportflow.stores.sql import AsyncSqlStore, SqlStore
    from supportflow.triage.intake import EvidenceSpec, Intake, IntakeRule
    from supportflow.triage.official import AddressCheck, Official
    from supportflow.triage.priority import PriorityRule

__all__ = [
    "Act",
    "Actor",
    "AddressCheck",
    "Agent",
    "AgentState",
    "Answer",
    "Article",
    "Ask",
    "AsyncDesk",
    "AsyncSqlStore",
    "Attachment",
    "Authority",
    "BotPolicy",
    "BusinessCalendar",
    "Condition",
    "ContextProvider",
    "Desk",
    "Dispatched",
    "Escalation",
    "Evidence",
    "EvidenceSpec",
    "FieldSpec",
    "Found",
    "Group",
    "Guide",
    "GuideBranch",
    "GuideEnd",
    "GuideStep",
    "GuidedFlow",
    "HandOver",
    "Identity",
    "Intake",
    "IntakeRule",
    "KnowledgeResponder",
    "KnowledgeSource",
    "KnowledgeSuggester",
    "Ladder",
    "LadderStep",
    "LifecycleDefinition",
    "MemoryChannel",
    "MemoryContext",
    "MemoryKnowledge",
    "MemoryStore",
    "Message",
    "Metric",
    "Official",
    "Outcome",
    "Overflow",
    "Page",
    "Party",
    "Policy",
    "PolicyBook",
    "PriorityRule",
    "Procedure",
    "Promise",
    "Relaxation",
    "Requester",
    "Responder",
    "Roster",
    "Rotation",
    "RotationLayer",
    "Route",
    "RoutingPolicy",
    "Said",
    "Screen",
    "ShiftOverride",
    "Skill",
    "SlaPolicy",
    "SqlStore",
    "StatusCategory",
    "Step",
    "Suggester",
    "Suggestion",
    "SupportflowError",
    "Target",
    "Tick",
    "Ticket",
    "TicketType",
    "Transition",
    "Turn",
    "decide",
    "evolve",
    "fold",
    "load_policy",
    "load_roster",
    "wakeup",
]

_HOME = {
    "Act": "model.turns",
    "Answer": "model.turns",
    "Article": "model.turns",
    "Ask": "model.turns",
    "BotPolicy": "policy.bot",
    "ContextProvider": "ports",
    "Found": "model.turns",
    "Guide": "model.turns",
    "GuideBranch": "policy.bot",
    "GuideEnd": "policy.bot",
    "GuideStep": "policy.bot",
    "GuidedFlow": "policy.bot",
    "HandOver": "model.turns",
    "KnowledgeResponder": "bot",
    "KnowledgeSource": "ports",
    "KnowledgeSuggester": "bot",
    "MemoryContext": "bot",
    "MemoryKnowledge": "bot",
    "Responder": "ports",
    "Said": "model.turns",
    "Screen": "model.turns",
    "Suggester": "ports",
    "Suggestion": "model.turns",
    "Turn": "model.turns",
    "RoutingPolicy": "routing.policy",
    "Route": "routing.policy",
    "Relaxation": "routing.policy",
    "Overflow": "routing.policy",
    "Dispatched": "flows.dispatching",
    "AgentState": "model.routing",
    "Actor": "model.people",
    "AddressCheck": "triage.official",
    "Agent": "model.people",
    "AsyncDesk": "aio",
    "AsyncSqlStore": "stores.sql",
    "Attachment": "model.content",
    "Authority": "policy.authority",
    "BusinessCalendar": "calendars",
    "Condition": "conditions",
    "Desk": "desk",
    "Escalation": "escalation",
    "Evidence": "model.ticket",
    "EvidenceSpec": "triage.intake",
    "FieldSpec": "conditions",
    "Group": "model.people",
    "Identity": "policy.identity",
    "Intake": "triage.intake",
    "IntakeRule": "triage.intake",
    "Ladder": "escalation",
    "LadderStep": "escalation",
    "LifecycleDefinition": "lifecycle",
    "MemoryChannel": "channels",
    "MemoryStore": "stores",
    "Message": "model.ticket",
    "Metric": "sla.metrics",
    "Official": "triage.official",
    "Outcome": "model.ticket",
    "Page": "model.ticket",
    "Party": "model.casework",
    "Policy": "policy",
    "PolicyBook": "policy",
    "PriorityRule": "triage.priority",
    "Procedure": "policy.procedures",
    "Promise": "routing.coverage",
    "Requester": "model.people",
    "Roster": "routing.document",
    "Rotation": "routing.rotation",
    "RotationLayer": "routing.rotation",
    "ShiftOverride": "model.routing",
    "Skill": "model.people",
    "SlaPolicy": "sla.policy",
    "SqlStore": "stores.sql",
    "StatusCategory": "model.base",
    "Step": "policy.procedures",
    "SupportflowError": "exceptions",
    "Target": "sla.policy",
    "Tick": "flows",
    "Ticket": "model.ticket",
    "TicketType": "model.base",
    "Transition": "lifecycle",
    "decide": "kernel",
    "evolve": "kernel",
    "fold": "kernel",
    "load_policy": "policy",
    "load_roster": "policy",
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
