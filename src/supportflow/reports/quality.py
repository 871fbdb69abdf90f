"""Quality of work: which tickets are looked at, by which form, whether two reviewers agree, and what to read."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import Field, ValidationError

from supportflow.conditions.ticket import ticket_fields, ticket_record
from supportflow.desk import Desk
from supportflow.exceptions import InvalidInput, Refused
from supportflow.model.base import Document, Id, Name, Series, Value
from supportflow.model.problems import invalid
from supportflow.policy import CompiledPolicy
from supportflow.policy.document.figures import Figures
from supportflow.reports.contacts import Contact, contacts_of, span_of
from supportflow.reports.facts import told
from supportflow.reports.publishing import Cells, cells

__all__ = [
    "AgentFigures",
    "Finding",
    "Listed",
    "Review",
    "ReviewForm",
    "ReviewQuestion",
    "Sampled",
    "Supervision",
    "agreement",
    "findings",
    "reading_list",
    "sample_tickets",
    "supervision",
]


class ReviewQuestion(Document):
    """A question of a form.

    Attributes:
        name: Its name.
        answers: What can be answered, the best first.
        step: The step of the ticket's procedure that it is about, if it is about one.
    """

    name: Name
    answers: Annotated[Series[Name], Field(min_length=2, max_length=20)]
    step: Name | None = None


class ReviewForm(Document):
    """What is asked about each ticket that is reviewed.

    Attributes:
        questions: The questions, in order.
    """

    questions: Annotated[Series[ReviewQuestion], Field(min_length=1, max_length=50)]


class Review(Value):
    """One reviewer's answers about one ticket.

    Attributes:
        ticket_id: The ticket.
        reviewer: Who reviewed it.
        answers: Question → answer.
    """

    ticket_id: Id
    reviewer: Id
    answers: Mapping[Name, Name]

    def __init__(self, ticket_id: str, reviewer: str, answers: Mapping[str, str]) -> None:
        try:
            super().__init__(ticket_id=ticket_id, reviewer=reviewer, answers=answers)
        except ValidationError as error:
            raise invalid(error) from None

    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]


class Sampled(NamedTuple):
    """A ticket that is to be reviewed.

    Attributes:
        ticket_id: The ticket.
        stratum: The values of the fields that the sample is spread over.
    """

    ticket_id: str
    stratum: tuple[str, ...]


def sample_tickets(
    desk: Desk,
    *,
    since: datetime,
    until: datetime,
    seed: int,
    each: int,
    strata: Sequence[str] = ("category",),
) -> tuple[Sampled, ...]:
    """Resolved tickets to review: so many of each stratum, or all of it, drawn by a seed.

    A ticket's place is a hash of seed and id: the same seed draws the same tickets whatever else is on the desk, and who
    sees the list can check that nobody chose.

    Args:
        desk: The desk.
        since: Tickets that were resolved from then on.
        until: And before then.
        seed: Of the draw: publish it beforehand.
        each: How many of each stratum.
        strata: Fields of the ticket that the sample is spread over.

    Raises:
        InvalidInput: If there is no such field, a number cannot be used, or the time ends before it begins.
    """
    known = {**ticket_fields(), **desk.policy.fields}
    for name in strata:
        if name not in known:
            raise InvalidInput("strata", f"no ticket has a field {name!r}")
    numbers: tuple[object, ...] = (seed, each)
    if not all(isinstance(one, int) for one in numbers) or each < 1:
        raise InvalidInput("each", "is no whole number above 0, or the seed is none")
    found: dict[tuple[str, ...], list[str]] = {}
    for one in _resolved(desk, since, until):
        record = ticket_record(one.ticket, one.resolved_us or 0)
        stratum = tuple(told(record.get(name)) for name in strata)
        found.setdefault(stratum, []).append(one.ticket.id)
    return tuple(
        Sampled(ticket_id, stratum)
        for stratum in sorted(found)
        for ticket_id in sorted(found[stratum], key=lambda one: _drawn(seed, one))[:each]
    )


def _drawn(seed: int, ticket_id: str) -> bytes:
    return hashlib.sha256(f"{seed}:{ticket_id}".encode()).digest()


def _resolved(desk: Desk, since: datetime, until: datetime) -> list[Contact]:
    span = span_of(since, until)
    return [
        one
        for one in contacts_of(desk, CompiledPolicy(desk.policy), span.end_us)
        if one.resolved_us is not None and span.holds(one.resolved_us)
    ]


def agreement(reviews: Iterable[Review], question: str) -> float | None:
    """How far two reviewers agree on a question beyond chance: Cohen's kappa, from -1 to 1.

    Of each ticket the first two reviews by different people count, in the order of the reviewers' ids.
    See Cohen, "A coefficient of agreement for nominal scales", 1960.

    Returns:
        None if no ticket was reviewed by two, or if chance alone explains everything: both always answer the same one thing.
    """
    by_ticket: dict[str, dict[str, str]] = {}
    for one in reviews:
        if question in one.answers:
            by_ticket.setdefault(one.ticket_id, {}).setdefault(one.reviewer, one.answers[question])
    pairs = [
        tuple(answer for _, answer in sorted(list(answers.items())[:2]))
        for answers in by_ticket.values()
        if len(answers) > 1
    ]
    if not pairs:
        return None
    first, second = Counter(one for one, _ in pairs), Counter(one for _, one in pairs)
    count = len(pairs)
    same = sum(one == other for one, other in pairs) / count
    chance = sum(first[answer] * second[answer] for answer in first) / count**2
    return None if chance == 1 else (same - chance) / (1 - chance)


class Finding(NamedTuple):
    """What reviewers found of a step, or of what is asked of every ticket.

    Attributes:
        category: The topic whose procedure it is; None if the question is about no step.
        step: The step; None if the question is about none.
        question: The question.
        worst: How often the worst answer was given.
        of: Of how many reviews.
    """

    category: str | None
    step: str | None
    question: str
    worst: int
    of: int


def findings(desk: Desk, form: ReviewForm, reviews: Iterable[Review]) -> tuple[Finding, ...]:
    """What reviews found, linked to the procedures that it is about; where it is worst comes first.

    Raises:
        InvalidInput: If a review answers what the form does not ask, or in other words.
        TicketNotFound: If a ticket is not the desk's.
    """
    questions = {question.name: question for question in form.questions}
    counts: dict[tuple[str | None, str | None, str], list[int]] = {}
    for one in reviews:
        category = desk.get(one.ticket_id).category
        procedure = desk.policy.procedures.get(category or "")
        steps = {step.name for step in procedure.steps} if procedure is not None else set()
        for name, answer in one.answers.items():
            question = questions.get(name)
            if question is None or answer not in question.answers:
                raise InvalidInput("reviews", "answer what the form does not ask, or in other words")
            about = question.step if question.step in steps else None
            count = counts.setdefault((category if about else None, about, name), [0, 0])
            count[0] += answer == question.answers[-1]
            count[1] += 1
    rows = [Finding(*about, worst, of) for about, (worst, of) in counts.items()]
    return tuple(sorted(rows, key=lambda one: (-one.worst / one.of, -one.of, str(one[:3]))))


class Listed(NamedTuple):
    """A ticket to read.

    Attributes:
        ticket_id: The ticket.
        good: True of the best, False of the worst.
        stars: What its requester said; None if nothing.
        missed: How many of its targets were missed.
        reopens: How often it was reopened.
    """

    ticket_id: str
    good: bool
    stars: int | None
    missed: int
    reopens: int


def reading_list(desk: Desk, *, since: datetime, until: datetime, each: int = 5) -> tuple[Listed, ...]:
    """The best and the worst cases that were resolved in a time, to learn from: by stars, missed targets and reopenings.

    Among equals the more difficult case comes first, as its rating is weighed. No case is on both lists.

    Raises:
        InvalidInput: If the time ends before it begins.
    """
    rows = []
    for one in _resolved(desk, since, until):
        missed = sum(clock.verdict is not None and not clock.verdict.met for clock in one.ticket.clocks)
        stars = None if one.rating is None else one.rating.stars
        rows.append(
            (Listed(one.ticket.id, True, stars, missed, one.ticket.reopens), one.ticket.rating.weight)
        )
    best = sorted(
        rows, key=lambda row: (-(row[0].stars or 0), row[0].missed, row[0].reopens, -row[1], row[0])
    )
    good = [row for row, _ in best if row.stars is not None and row.stars > _MIDDLE][:each]
    bad = [
        row._replace(good=False)
        for row, _ in sorted(
            rows,
            key=lambda row: (row[0].stars or _MIDDLE, -row[0].missed, -row[0].reopens, -row[1], row[0]),
        )
        if (row.stars or _MIDDLE) < _MIDDLE or row.missed or row.reopens
    ]
    chosen = {row.ticket_id for row in good}
    return (*good, *[row for row in bad if row.ticket_id not in chosen][:each])


_MIDDLE = 3


class AgentFigures(Value):
    """Figures of one agent.

    Attributes:
        agent: The agent.
        resolved: Tickets that they had when these were resolved.
        rating: The mean of stars about their work, weighed by difficulty; None if too few rated it.
        reopened: How many of their tickets were reopened; None if these, or the others, are too few to be told.
    """

    agent: Id
    resolved: int
    rating: float | None
    reopened: int | None


class Supervision(Value):
    """Figures by agent.

    Attributes:
        agents: Those with enough tickets to be told, sorted by id.
        others: The tickets of all others together; None if even these are too few.
    """

    agents: tuple[AgentFigures, ...]
    others: int | None


def supervision(desk: Desk, *, since: datetime, until: datetime) -> Supervision:
    """Figures by agent of what was resolved in a time, for whoever leads them.

    Raises:
        Refused: If the policy hides them (`figures.agents`).
        InvalidInput: If the time ends before it begins.
    """
    rules = desk.policy.figures or Figures()
    if rules.agents == "hidden":
        raise Refused("figures", "supervision", "the policy hides figures of single agents")
    own: dict[str, list[Contact]] = {}
    for one in _resolved(desk, since, until):
        if one.ticket.assignee is not None:
            own.setdefault(one.ticket.assignee, []).append(one)
    table: Cells = cells({agent: len(had) for agent, had in own.items()}, rules.smallest)
    rows = []
    for cell in sorted(table.shown, key=lambda cell: cell.name):
        had = own[cell.name]
        rated = [one.rating for one in had if one.rating is not None and one.rating.agent == cell.name]
        weights = sum(one.weight for one in rated)
        few = len(rated) < rules.smallest
        back = sum(one.ticket.reopens > 0 for one in had)
        hidden = 0 < back < rules.smallest or 0 < len(had) - back < rules.smallest
        rows.append(
            AgentFigures(
                agent=cell.name,
                resolved=len(had),
                rating=None if few else round(sum(one.stars * one.weight for one in rated) / weights, 2),
                reopened=None if hidden else back,
            )
        )
    # It is for who leads them, not for everybody: what is told is told exactly.
    rest = sum(map(len, own.values())) - sum(row.resolved for row in rows)
    return Supervision(agents=tuple(rows), others=None if table.other is None else rest)
