"""All that a desk can be told and asked, in one class."""

from typing import Generic

from supportflow.flows.desk.actions import ActionVerbs
from supportflow.flows.desk.casework import CaseVerbs
from supportflow.flows.desk.facts import FactVerbs
from supportflow.flows.desk.keeping import Keeping
from supportflow.flows.desk.lists import Lists
from supportflow.flows.desk.messages import MessageVerbs
from supportflow.flows.desk.methods import AgentResult, Result
from supportflow.flows.desk.operations import Operations
from supportflow.flows.desk.questions import Questions
from supportflow.flows.desk.routing import RoutingVerbs
from supportflow.flows.desk.surging import Surging
from supportflow.flows.desk.tickets import TicketVerbs

__all__ = ["DeskMethods"]


class DeskMethods(
    TicketVerbs[Result],
    MessageVerbs[Result],
    FactVerbs[Result],
    CaseVerbs[Result],
    ActionVerbs[Result],
    RoutingVerbs[Result, AgentResult],
    Questions,
    Lists,
    Operations,
    Surging,
    Keeping,
    Generic[Result, AgentResult],
):
    """What both desks have. The parameters are what verbs on tickets and on agents answer with."""
