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
    from supportflow.channels import MemoryActions, MemoryChannel
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
    from supportflow.policy.authority import Authority, HostAction
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
    "MemoryActions",
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
    "Actor": "model.people",
    "AddressCheck": "triage.official",
    "Agent": "model.people",
    "AgentState": "model.routing",
    "Answer": "model.turns",
    "Article": "model.turns",
    "Ask": "model.turns",
    "AsyncDesk": "aio",
    "AsyncSqlStore": "stores.sql",
    "Attachment": "model.content",
    "Authority": "policy.authority",
    "BotPolicy": "policy.bot",
    "BusinessCalendar": "calendars",
    "Condition": "conditions",
    "ContextProvider": "ports",
    "Desk": "desk",
    "Dispatched": "flows.dispatching",
    "Escalation": "escalation",
    "Evidence": "model.ticket",
    "EvidenceSpec": "triage.intake",
    "FieldSpec": "conditions",
    "Found": "model.turns",
    "Group": "model.people",
    "Guide": "model.turns",
    "GuideBranch": "policy.bot",
    "GuideEnd": "policy.bot",
    "GuideStep": "policy.bot",
    "GuidedFlow": "policy.bot",
    "HandOver": "model.turns",
    "HostAction": "policy.authority",
    "Identity": "policy.identity",
    "Intake": "triage.intake",
    "IntakeRule": "triage.intake",
    "KnowledgeResponder": "bot",
    "KnowledgeSource": "ports",
    "KnowledgeSuggester": "bot",
    "Ladder": "escalation",
    "LadderStep": "escalation",
    "LifecycleDefinition": "lifecycle",
    "MemoryActions": "channels",
    "MemoryChannel": "channels",
    "MemoryContext": "bot",
    "MemoryKnowledge": "bot",
    "MemoryStore": "stores",
    "Message": "model.ticket",
    "Metric": "sla.metrics",
    "Official": "triage.official",
    "Outcome": "model.ticket",
    "Overflow": "routing.policy",
    "Page": "model.ticket",
    "Party": "model.casework",
    "Policy": "policy",
    "PolicyBook": "policy",
    "PriorityRule": "triage.priority",
    "Procedure": "policy.procedures",
    "Promise": "routing.coverage",
    "Relaxation": "routing.policy",
    "Requester": "model.people",
    "Responder": "ports",
    "Roster": "routing.document",
    "Rotation": "routing.rotation",
    "RotationLayer": "routing.rotation",
    "Route": "routing.policy",
    "RoutingPolicy": "routing.policy",
    "Said": "model.turns",
    "Screen": "model.turns",
    "ShiftOverride": "model.routing",
    "Skill": "model.people",
    "SlaPolicy": "sla.policy",
    "SqlStore": "stores.sql",
    "StatusCategory": "model.base",
    "Step": "policy.procedures",
    "Suggester": "ports",
    "Suggestion": "model.turns",
    "SupportflowError": "exceptions",
    "Target": "sla.policy",
    "Tick": "flows",
    "Ticket": "model.ticket",
    "TicketType": "model.base",
    "Transition": "lifecycle",
    "Turn": "model.turns",
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
