"""What a desk can be told and asked: each verb, question and operation written once, for `Desk` and `AsyncDesk`."""

from typing import Generic

from supportflow.flows.desk.actions import ActionVerbs
from supportflow.flows.desk.announcements import AnnouncementVerbs
from supportflow.flows.desk.leads import Leads
from supportflow.flows.desk.messages import MessageVerbs
from supportflow.flows.desk.methods import AgentResult, Result
from supportflow.flows.desk.observations import ObservationVerbs
from supportflow.flows.desk.operations import Operations
from supportflow.flows.desk.phone import PhoneVerbs
from supportflow.flows.desk.questions import Questions
from supportflow.flows.desk.ratings import RatingVerbs
from supportflow.flows.desk.routing import RoutingVerbs
from supportflow.flows.desk.surges import Surges
from supportflow.flows.desk.tickets import TicketVerbs
from supportflow.flows.desk.translations import Translations
from supportflow.flows.desk.waits import Waits

__all__ = ["DeskMethods"]


class DeskMethods(
    TicketVerbs[Result],
    MessageVerbs[Result],
    ObservationVerbs[Result],
    ActionVerbs[Result],
    AnnouncementVerbs[Result],
    PhoneVerbs[Result],
    RatingVerbs[Result],
    RoutingVerbs[Result, AgentResult],
    Questions,
    Translations,
    Waits,
    Operations,
    Surges,
    Leads,
    Generic[Result, AgentResult],
):
    """What both desks have. The parameters are what verbs on tickets and on agents answer with."""
