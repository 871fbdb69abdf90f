"""What became of a ticket, from its events: who held it when, where its time went, how often it changed hands."""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from supportflow._time import to_us
from supportflow.model.base import StatusCategory
from supportflow.model.events import (
    AssignmentChanged,
    BotAnswered,
    CallAnswered,
    CallStarted,
    ContactJoined,
    EventBase,
    HandedOver,
    MessageReceived,
    NoteAdded,
    ReplySent,
    StatusChanged,
    TicketAdopted,
    TicketMerged,
    TicketOpened,
)
from supportflow.replay.answers import answers, asks
from supportflow.replay.recording import Case

__all__ = ["CAUSES", "Cause", "Course", "Phase", "Stay", "Stint", "course_of"]

Cause = Literal[
    "outside_hours", "customer", "third_party", "no_agent", "late_pick_up", "reassigned", "working"
]
"""What held a ticket up. The first of equals counts."""
CAUSES: tuple[Cause, ...] = (
    "outside_hours", "customer", "third_party", "no_agent", "late_pick_up", "reassigned", "working",
)  # fmt: skip
_RESOLVED = {StatusCategory.RESOLVED, StatusCategory.CLOSED}
"""What was cancelled never needed an answer."""
_OUTSIDE = {"requester", "party"}


class Phase(NamedTuple):
    """A stretch of a ticket's life in which one thing held it up.

    Attributes:
        start_us: When it began.
        end_us: When it ended.
        cause: What.
    """

    start_us: int
    end_us: int
    cause: Cause


class Stay(NamedTuple):
    """A stretch in one open status.

    Attributes:
        status: The status.
        start_us: When it began.
        end_us: When it ended, or the log's end.
    """

    status: str
    start_us: int
    end_us: int


class Stint(NamedTuple):
    """A stretch in which a group held an open ticket.

    Attributes:
        group: The group.
        held_us: How long.
        wait_us: How much of it passed until an agent had the ticket; None if none ever did.
    """

    group: str
    held_us: int
    wait_us: int | None


class Course(NamedTuple):
    """What became of a ticket.

    Attributes:
        stays: Its time in open statuses.
        phases: What held it up, without gaps from the opening to the end.
        stints: The groups that held it.
        handovers: How often it went from one agent, group or tier to another.
        resolution_us: From the opening to the last resolution, if it is resolved or closed at the end.
        first_contact: True if it is resolved at the end and the requester did not have to come back; None if it is not
            resolved.
        bot: What became of it, if the bot took part: `"deflected"`, `"handed_over"`, `"open"` or `"cancelled"`.
        joined: How often the requester wrote anew about it.
    """

    stays: tuple[Stay, ...]
    phases: tuple[Phase, ...]
    stints: tuple[Stint, ...]
    handovers: int
    resolution_us: int | None
    first_contact: bool | None
    bot: Literal["deflected", "handed_over", "open", "cancelled"] | None
    joined: int


def course_of(case: Case) -> Course:
    """What became of a case."""
    walk = _Walk(case)
    for event in case.events:
        walk.event(event)
    return walk.course()


class _Walk:
    """Where the ticket stands, event after event."""

    def __init__(self, case: Case) -> None:
        self._ticket, self._end_us = case.ticket, case.end_us
        self._opened_us = self._at_us = to_us(case.ticket.opened_at)
        self._status, self._category = "", StatusCategory.NEW
        self._since_us = self._opened_us
        self._agent: str | None = None
        self._group: str | None = None
        self._last_agent: str | None = None
        self._last_group: str | None = None
        self._had = self._later = self._picked = False
        self._acted_us: int | None = None
        self._stint_us: int | None = None
        self._taken_us: int | None = None
        self._phase_us = self._opened_us
        self._stays: list[Stay] = []
        self._phases: list[Phase] = []
        self._stints: list[Stint] = []
        self._handovers = self._joined = 0
        self._resolved_us: int | None = None
        self._asked = self._answered = self._returned = self._botted = self._handed = False

    def event(self, event: EventBase) -> None:
        """Go on to an event."""
        tell = _TELLS.get(type(event))
        if tell is not None:
            self._at_us = max(to_us(event.recorded_at), self._at_us)
            tell(self, event)

    def course(self) -> Course:
        """All of it, up to the end."""
        end_us = max(self._end_us, self._at_us)
        self._leave(end_us)
        self._turn(end_us)
        self._group_leaves(end_us)
        ticket = self._ticket
        resolved = ticket.status_category in _RESOLVED and self._resolved_us is not None
        first_contact = None
        if resolved:
            first_contact = not (ticket.reopens or self._asked or self._returned)
        return Course(
            stays=tuple(self._stays),
            phases=tuple(self._phases),
            stints=tuple(self._stints),
            handovers=self._handovers,
            resolution_us=self._resolved_us - self._opened_us
            if resolved and self._resolved_us is not None
            else None,
            first_contact=first_contact,
            bot=self._bot(),
            joined=self._joined,
        )

    def _bot(self) -> Literal["deflected", "handed_over", "open", "cancelled"] | None:
        if not self._botted:
            return None
        if self._handed or self._had:
            return "handed_over"
        if self._ticket.is_open:
            return "open"
        return "deflected" if self._ticket.status_category in _RESOLVED else "cancelled"

    def begin(self, event: TicketOpened | TicketAdopted) -> None:
        self._status, self._category = event.status, event.category
        self._asked = event.category is StatusCategory.PENDING
        self._agent = self._last_agent = event.assignee
        self._group = self._last_group = event.group
        self._had = event.assignee is not None
        self._picked = self._had and event.category is not StatusCategory.NEW
        self._group_holds(self._opened_us)

    def changed(self, event: StatusChanged) -> None:
        self._moved(self._at_us, event.target, event.category)
        # A ticket that is open because it was given to somebody has not been looked at for that.
        if event.by.kind not in _OUTSIDE and event.cause != "assignment":
            self._acted(self._at_us)

    def merged(self, event: TicketMerged) -> None:
        self._moved(self._at_us, event.status, event.category)

    def heard(self, event: MessageReceived | CallStarted) -> None:
        self._returned = self._returned or (self._answered and asks(event))

    def joins(self, event: ContactJoined) -> None:
        del event
        self._joined += 1

    def spoken_to(self, event: BotAnswered) -> None:
        del event
        self._botted = True

    def _moved(self, at_us: int, status: str, category: StatusCategory) -> None:
        self._leave(at_us)
        self._turn(at_us)
        was_open, self._status, self._category = self._category.is_open, status, category
        if was_open and category in _RESOLVED:
            self._resolved_us = at_us
        if was_open and not category.is_open:
            self._group_leaves(at_us)
        elif category.is_open and not was_open:
            self._group_holds(at_us)
        self._asked = self._asked or category is StatusCategory.PENDING

    def assigned(self, event: AssignmentChanged) -> None:
        at_us = self._at_us
        self._turn(at_us)
        other = event.assignee is not None and self._last_agent not in {None, event.assignee}
        moved = event.group is not None and self._last_group not in {None, event.group}
        self._handovers += other or moved
        if event.assignee != self._agent:
            self._later = self._later or (
                self._had and event.assignee is not None and event.assignee != self._last_agent
            )
            # A change of status and the assignment that comes with it are one act, in whatever order they are recorded.
            self._picked = event.assignee is not None and self._acted_us == at_us
        self._agent, self._had = event.assignee, self._had or event.assignee is not None
        self._last_agent = event.assignee or self._last_agent
        self._last_group = event.group or self._last_group
        if event.group != self._group:
            self._group_leaves(at_us)
            self._group = event.group
            self._group_holds(at_us)
        elif self._agent is not None and self._taken_us is None:
            self._taken_us = at_us

    def wrote(self, event: ReplySent | NoteAdded) -> None:
        if event.by.kind == "bot" or event.by.kind in _OUTSIDE:
            return
        if isinstance(event, ReplySent) and event.announced is not None:
            return  # said to many, it is nobody's work on this ticket
        self._spoke(event)

    def spoke(self, event: CallAnswered) -> None:
        self._spoke(event)

    def _spoke(self, event: EventBase) -> None:
        if answers(event):
            self._answered = self._handed = True
        self._acted(self._at_us)

    def handed_over(self, event: HandedOver) -> None:
        self._handed = True
        if event.previous != event.tier:
            self._handovers += 1
            # Who takes it in the new tier is no hand-over of its own.
            self._last_agent = None

    def _acted(self, at_us: int) -> None:
        self._turn(at_us)
        self._acted_us = at_us
        self._picked = self._picked or self._agent is not None

    # --- stretches that end ------------------------------------------------------------------------

    def _leave(self, at_us: int) -> None:
        """The ticket leaves its status."""
        if self._category.is_open and at_us > self._since_us:
            self._stays.append(Stay(self._status, self._since_us, at_us))
        self._since_us = at_us

    def _turn(self, at_us: int) -> None:
        """What held the ticket up until now is told; something else may from now on."""
        if at_us > self._phase_us:
            self._phases.append(Phase(self._phase_us, at_us, self._cause()))
            self._phase_us = at_us

    def _cause(self) -> Cause:
        if self._category is StatusCategory.PENDING:
            return "customer"
        if self._category is StatusCategory.ON_HOLD:
            return "third_party"
        if self._agent is None:
            return "reassigned" if self._had else "no_agent"
        if self._picked:
            return "working"
        return "reassigned" if self._later else "late_pick_up"

    def _group_holds(self, at_us: int) -> None:
        if self._group is not None and self._category.is_open:
            self._stint_us = at_us
            self._taken_us = at_us if self._agent is not None else None

    def _group_leaves(self, at_us: int) -> None:
        if self._stint_us is not None and self._group is not None and at_us > self._stint_us:
            wait_us = None if self._taken_us is None else self._taken_us - self._stint_us
            self._stints.append(Stint(self._group, at_us - self._stint_us, wait_us))
        self._stint_us = self._taken_us = None


_TELLS: dict[type[EventBase], Callable[[_Walk, Any], None]] = {
    TicketOpened: _Walk.begin,
    TicketAdopted: _Walk.begin,
    StatusChanged: _Walk.changed,
    TicketMerged: _Walk.merged,
    AssignmentChanged: _Walk.assigned,
    ReplySent: _Walk.wrote,
    NoteAdded: _Walk.wrote,
    HandedOver: _Walk.handed_over,
    MessageReceived: _Walk.heard,
    ContactJoined: _Walk.joins,
    BotAnswered: _Walk.spoken_to,
    CallAnswered: _Walk.spoke,
    CallStarted: _Walk.heard,
}
"""Kind of event → what it tells."""
