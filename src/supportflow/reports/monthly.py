"""The monthly report: what a desk can publish of a month. No text, no person, no small count stands in it or follows."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from supportflow._time import Instant, from_us, instant, span_us, to_us
from supportflow.calendars.zones import clock_of
from supportflow.conditions.fields import nearest
from supportflow.desk import Desk
from supportflow.exceptions import InvalidInput
from supportflow.model.base import Value
from supportflow.policy import CompiledPolicy
from supportflow.policy.document.figures import Figures
from supportflow.reports.contacts import Contact, Span, contacts_of, span_of, surge_spans
from supportflow.reports.counts import DAY_US
from supportflow.reports.figures import Rate
from supportflow.reports.publishing import Cells, Figure, cells, mean, middle, share, told

__all__ = ["FIGURES", "Improved", "Improvement", "MonthlyReport", "monthly_report"]

_HOUR = 3_600.0
_WORKING_DAYS = 3
_WEEKEND = 5


class Improvement(NamedTuple):
    """Something that was changed because of what customers said.

    Attributes:
        name: What was changed.
        topic: The topic that it should make rarer.
        since: When it was changed.
        days: How long before and after is looked at.
    """

    name: str
    topic: str
    since: datetime
    days: int = 30


class Improved(Value):
    """A topic's share of all contacts before and after a change, over so many days on each side.

    Attributes:
        name: What was changed.
        topic: The topic.
        before: Its share before.
        after: Its share after.
    """

    name: str
    topic: str
    before: Figure
    after: Figure


class MonthlyReport(Value):
    """What a desk can publish.

    Attributes:
        policy: Name of the policy.
        since: From then on.
        until: Before then.
        smallest: No count is smaller, and each is told to the nearest multiple of it.
        contacts: Contacts; None if they are too few to be told.
        figures: The figures, in the order of `FIGURES`.
        topics: Contacts by topic: the most frequent questions.
        unsolved_by_bot: By topic, what the bot took part in and a person had to solve.
        unsolved_by_articles: By topic, where the bot knew nothing that helped, once or more often.
        stars: Ratings by stars.
        improved: What was changed, before and after.
    """

    policy: str
    since: Instant
    until: Instant
    smallest: int
    contacts: int | None
    figures: tuple[Figure, ...]
    topics: Cells
    unsolved_by_bot: Cells
    unsolved_by_articles: Cells
    stars: Cells
    improved: tuple[Improved, ...] = ()

    def figure(self, name: str) -> Figure:
        """A figure by its name.

        Raises:
            KeyError: If there is none of that name.
        """
        for one in self.figures:
            if one.name == name:
                return one
        raise KeyError(name)


class _Month(NamedTuple):
    """What figures are made of.

    Attributes:
        own: Contacts of the month.
        repeated: Contacts of the month that repeat an earlier one, of those of known requesters.
        before: The same of as long a time before.
        surges: When a surge was in force.
        rules: What the policy says of figures.
        zone: Of working days.
    """

    own: Sequence[Contact]
    repeated: Rate
    before: Rate
    surges: Sequence[Span]
    rules: Figures
    zone: tzinfo


def monthly_report(
    desk: Desk,
    *,
    since: datetime,
    until: datetime,
    tz: str = "UTC",
    improvements: Iterable[Improvement] = (),
) -> MonthlyReport:
    """What a desk can publish of a month, or of any other time, from what it has recorded. Nothing is changed.

    Args:
        desk: The desk. Its policy's `figures` say what is told, and what is wanted.
        since: Contacts that were opened from then on.
        until: And before then.
        tz: Zone of working days.
        improvements: What was changed, for before and after.

    Raises:
        InvalidInput: If the time ends before it begins, there is no such zone, the policy wants something of a figure that
            there is not, or an improvement looks at no day.
        StoreError: If the store cannot be read.
    """
    month = span_of(since, until)
    start_us, end_us = month
    rules = desk.policy.figures or Figures()
    for name in rules.targets:
        if name not in FIGURES:
            raise InvalidInput(
                "figures.targets", f"the report has no figure {name!r}{nearest(name, FIGURES)}"
            )
    every = contacts_of(desk, CompiledPolicy(desk.policy), end_us)
    earlier = Span(2 * start_us - end_us, start_us)
    own = [one for one in every if month.holds(one.opened_us)]
    within_us = span_us(rules.repeat_within)
    facts = _Month(
        own=own,
        repeated=_repeated(every, month, within_us),
        before=_repeated(every, earlier, within_us),
        surges=surge_spans(desk),
        rules=rules,
        zone=clock_of(tz),
    )
    few = rules.smallest
    return MonthlyReport(
        policy=desk.policy.name,
        since=from_us(start_us),
        until=from_us(end_us),
        smallest=few,
        contacts=told(len(own), few),
        figures=tuple(_wanted(name, make(facts), rules) for name, make in FIGURES.items()),
        topics=_topics(own, few),
        unsolved_by_bot=_topics([one for one in own if one.bot == "handed_over"], few),
        unsolved_by_articles=_topics([one for one in own if one.missed], few),
        stars=cells(Counter(str(one.rating.stars) for one in own if one.rating is not None), few),
        improved=tuple(_improved(one, every, few) for one in improvements),
    )


def _topics(contacts: Iterable[Contact], smallest: int) -> Cells:
    return cells(Counter(one.ticket.category or "" for one in contacts), smallest)


def _repeated(contacts: Sequence[Contact], span: Span, within_us: int) -> Rate:
    """Contacts of a requester who had opened another one shortly before, or wrote anew about one."""
    by_person: dict[str, list[int]] = {}
    for one in contacts:
        by_person.setdefault(one.ticket.requester, []).append(one.opened_us)
    back = sum(
        span.holds(after) and after - before <= within_us
        for opened in by_person.values()
        for before, after in pairwise(opened)
    )
    own = [one for one in contacts if span.holds(one.opened_us)]
    joined = sum(one.joined for one in own)
    return Rate(count=back + joined, of=len(own) + joined)


def _improved(change: Improvement, contacts: Sequence[Contact], smallest: int) -> Improved:
    if change.days < 1:
        raise InvalidInput("days", "is less than one day before and after")
    at_us, length_us = to_us(instant(change.since, "since")), change.days * DAY_US
    sides = (Span(at_us - length_us, at_us), Span(at_us, at_us + length_us))
    before, after = (
        share(
            name,
            sum(one.ticket.category == change.topic for one in contacts if side.holds(one.opened_us)),
            sum(side.holds(one.opened_us) for one in contacts),
            smallest,
        )
        for name, side in zip(("before", "after"), sides, strict=True)
    )
    return Improved(name=change.name, topic=change.topic, before=before, after=after)


def _wanted(name: str, figure: Figure, rules: Figures) -> Figure:
    """A figure under its name, with what is wanted of it. Of a time, less is better; of all else, more."""
    target = rules.targets.get(name)
    met = None
    if target is not None and figure.value is not None:
        met = figure.value <= target if name in _LESS else figure.value >= target
    return figure.model_copy(update={"name": name, "target": target, "met": met})


# --- one definition each ------------------------------------------------------------------------------


def _bot_answers(month: _Month) -> Figure:
    return middle("", [took for one in month.own for took in one.bot_s], month.rules.smallest)


def _answered_within(channels: Sequence[str], hours: float) -> Callable[[_Month], Figure]:
    def figure(month: _Month) -> Figure:
        own = [one for one in month.own if one.ticket.channel in channels]
        quick = sum(one.answered_s is not None and one.answered_s <= hours * _HOUR for one in own)
        return share("", quick, len(own), month.rules.smallest)

    return figure


def _simple(month: _Month) -> Figure:
    done = _resolved(month, hard=False)
    quick = sum((end - one.opened_us) <= 2 * _HOUR * 1_000_000 for one, end in done)
    return share("", quick, len(done), month.rules.smallest)


def _complex(month: _Month) -> Figure:
    done = _resolved(month, hard=True)
    quick = sum(_working_days(one.opened_us, end, month.zone) <= _WORKING_DAYS for one, end in done)
    return share("", quick, len(done), month.rules.smallest)


def _resolved(month: _Month, *, hard: bool) -> list[tuple[Contact, int]]:
    topics = set(month.rules.complex)
    return [
        (one, one.resolved_us)
        for one in month.own
        if one.resolved_us is not None and (one.ticket.category in topics) == hard
    ]


def _working_days(start_us: int, end_us: int, zone: tzinfo) -> int:
    """How many days from Monday to Friday began after the one on which it was opened."""
    first, last = (from_us(us).astimezone(zone).date() for us in (start_us, end_us))
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sum(day.weekday() < _WEEKEND for day in days)


def _waited(month: _Month) -> Figure:
    own = [one for one in month.own if one.ticket.channel in {"chat", "web", "phone"}]
    return mean("", [one.answered_s for one in own if one.answered_s is not None], month.rules.smallest)


def _bot_solves(month: _Month) -> Figure:
    ended = [one.bot for one in month.own if one.bot in {"deflected", "handed_over", "cancelled"}]
    return share("", ended.count("deflected"), len(ended), month.rules.smallest)


def _deflected(month: _Month) -> Figure:
    return share("", sum(one.bot == "deflected" for one in month.own), len(month.own), month.rules.smallest)


def _replies(month: _Month) -> Figure:
    return middle("", [took for one in month.own for took in one.reply_s], month.rules.smallest)


def _faster_in_surges(month: _Month) -> Figure:
    """How much shorter the median wait for the first answer is in surges than outside of them."""
    few = month.rules.smallest
    answered = [(one.opened_us, one.answered_s) for one in month.own if one.answered_s is not None]
    inside = [took for at_us, took in answered if any(span.holds(at_us) for span in month.surges)]
    outside = [took for at_us, took in answered if not any(span.holds(at_us) for span in month.surges)]
    if min(len(inside), len(outside)) < few or not median(outside):
        return Figure(name="", value=None, of=told(len(inside), few))
    return Figure(name="", value=round(1 - median(inside) / median(outside), 2), of=told(len(inside), few))


def _repeats(month: _Month) -> Figure:
    return share("", month.repeated.count, month.repeated.of, month.rules.smallest)


def _fewer_repeats(month: _Month) -> Figure:
    """How much smaller the share of repeated contacts is than in as long a time before."""
    few = month.rules.smallest
    now, before = (share("", one.count, one.of, few).value for one in (month.repeated, month.before))
    if now is None or not before:
        return Figure(name="", value=None, of=None)
    return Figure(name="", value=round(1 - now / before, 2), of=told(month.repeated.of, few))


def _handovers(month: _Month) -> Figure:
    return mean("", [float(one.handovers) for one in month.own], month.rules.smallest)


def _placed(month: _Month) -> Figure:
    placed = sum(one.ticket.category is not None and one.routed for one in month.own)
    return share("", placed, len(month.own), month.rules.smallest)


def _rating(month: _Month) -> Figure:
    """The mean of stars, each weighed by how difficult its ticket was."""
    given = [one.rating for one in month.own if one.rating is not None]
    smallest = month.rules.smallest
    weights = sum(one.weight for one in given)
    stars = sum(one.stars * one.weight for one in given)
    value = None if len(given) < smallest else round(stars / weights, 2)
    return Figure(name="", value=value, of=told(len(given), smallest))


def _answered_ratings(month: _Month) -> Figure:
    asked = [one for one in month.own if one.asked]
    return share("", sum(one.rating is not None for one in asked), len(asked), month.rules.smallest)


def _abandoned(month: _Month) -> Figure:
    calls = [outcome for one in month.own for outcome in one.calls]
    return share("", calls.count("abandoned"), len(calls), month.rules.smallest)


def _called_back(month: _Month) -> Figure:
    promised = [kept for one in month.own for kept in one.call_backs]
    return share("", sum(promised), len(promised), month.rules.smallest)


FIGURES: dict[str, Callable[[_Month], Figure]] = {
    "bot_answer_seconds": _bot_answers,
    "chat_within_1h": _answered_within(["chat"], 1),
    "email_within_24h": _answered_within(["email"], 24),
    "email_within_48h": _answered_within(["email"], 48),
    "simple_within_2h": _simple,
    "complex_within_3_days": _complex,
    "wait_seconds": _waited,
    "bot_solves": _bot_solves,
    "deflected": _deflected,
    "reply_seconds": _replies,
    "faster_in_surges": _faster_in_surges,
    "repeated": _repeats,
    "fewer_repeats": _fewer_repeats,
    "handovers": _handovers,
    "category_and_route": _placed,
    "rating": _rating,
    "rating_answered": _answered_ratings,
    "calls_abandoned": _abandoned,
    "call_backs_kept": _called_back,
}
"""Figure → how it is made: one definition each."""
_LESS = {"bot_answer_seconds", "wait_seconds", "reply_seconds", "repeated", "handovers", "calls_abandoned"}
"""Of these less is better."""
