"""A policy, checked as a whole and compiled: what the kernel decides with."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfoNotFoundError

from supportflow._time import span_us
from supportflow.calendars import BusinessCalendar
from supportflow.calendars.compiled import Compiled
from supportflow.calendars.zones import zone
from supportflow.conditions import Predicate, compile_condition
from supportflow.conditions.ticket import ticket_fields
from supportflow.escalation import LadderIndex
from supportflow.exceptions import ConditionError, DefinitionError, InvalidInput, LifecycleError, PolicyError
from supportflow.lifecycle import Lifecycle, default_lifecycle
from supportflow.model.records import Attributes, AttributeValue
from supportflow.policy.check.policy import policy_problems
from supportflow.policy.document.access import Access
from supportflow.policy.document.calendars import calendar_name, named_calendars, step_calendar, zone_versions
from supportflow.policy.document.policy import Policy
from supportflow.policy.document.retention import Retention
from supportflow.policy.document.updates import RiskWarning
from supportflow.policy.sections.access import AccessIndex
from supportflow.policy.sections.authority import TriggerIndex
from supportflow.policy.sections.bot import CompiledBot
from supportflow.policy.sections.casework import CaseRules
from supportflow.policy.sections.classifier import classifier_of, words_of_its_own
from supportflow.policy.sections.ratings import RatingRules
from supportflow.policy.sections.retention import RetentionIndex
from supportflow.routing.compiled import BOT, RoutingIndex
from supportflow.sla.compiled import ALWAYS, SlaIndex
from supportflow.sla.metrics import shipped_metrics
from supportflow.triage.compiled import PriorityIndex
from supportflow.triage.redaction import DEFAULT_RULES

if TYPE_CHECKING:
    from supportflow.triage.lexicon import LexiconClassifier

__all__ = ["CompiledPolicy"]


class CompiledPolicy:
    """A policy that was checked and can decide.

    Args:
        document: The policy.

    Raises:
        PolicyError: With every problem found, each with its path.
    """

    def __init__(self, document: Policy) -> None:
        # What decides is what is kept: a machine that reads this version from the store gets the same dates.
        document = document.published()
        self.document = document
        self.fingerprint = document.fingerprint
        problems = list(policy_problems(document))
        if problems:
            raise PolicyError(problems)
        self.agent_ids = document.agent_ids
        self.fields = ticket_fields() | document.fields
        definition = document.lifecycle or default_lifecycle(document.reopen_within)
        metrics = {**shipped_metrics(), **{metric.name: metric for metric in document.metrics}}
        try:
            self.lifecycle = Lifecycle(definition, self.fields)
        except LifecycleError as error:
            raise PolicyError([f"lifecycle.{problem}" for problem in error.problems]) from None
        self._calendars = named_calendars(document)
        try:
            self.priority = PriorityIndex(
                document.classes,
                document.rules,
                self.fields,
                document.default_class or document.classes[-1],
                document.default_level,
                document.priority,
            )
            self.sla = SlaIndex(document.sla, metrics, self.fields, calendar_name)
            self.ladders = LadderIndex(document.escalation, document.groups, self.fields, step_calendar)
        except ConditionError as error:
            raise PolicyError(error.problems) from None
        if words_of_its_own(document):
            _ = self.classifier  # what cannot be read is told now
        self.redaction = DEFAULT_RULES if document.redaction is None else document.redaction
        self.auto_close_us = None if document.auto_close_after is None else span_us(document.auto_close_after)
        self._auto_close_calendar = (
            ALWAYS if document.auto_close_calendar is None else calendar_name(document.auto_close_calendar)
        )
        self._groups = {group.name: group for group in document.groups}
        self.cases = CaseRules(document)
        self._audiences: dict[str, Predicate] = {}
        self._confirms: Predicate | None = None
        self._warns: dict[str, Predicate] = {}
        self.of_clocks: dict[int, Any] = {}  # what the kernel has found out about clocks under this policy
        self.retention = RetentionIndex(document.retention or Retention(), self.fields)
        self.access = AccessIndex(document.access or Access())
        self.routing = self._routing()
        self.bot = self._bot()
        self.ratings = self._ratings()
        try:
            self.triggers = TriggerIndex(document.authority.host, self.fields)
        except ConditionError as error:
            raise PolicyError([f"authority.host: {problem}" for problem in error.problems]) from None

    def _routing(self) -> RoutingIndex | None:
        if self.document.routing is None:
            return None
        try:
            return RoutingIndex(self.document.routing, self.fields)
        except ConditionError as error:
            raise PolicyError([f"routing.routes: {problem}" for problem in error.problems]) from None

    def _ratings(self) -> RatingRules | None:
        ratings, public = self.document.ratings, tuple(self.document.public_channels)
        try:
            return None if ratings is None else RatingRules(ratings, public, self.fields)
        except ConditionError as error:
            raise PolicyError([f"ratings: {problem}" for problem in error.problems]) from None

    def _bot(self) -> CompiledBot | None:
        bot, routing = self.document.bot, self.document.routing
        if bot is None or routing is None:
            return None
        tier = bot.hand_over_to or routing.tiers[routing.tiers.index(BOT) + 1]
        try:
            return CompiledBot(bot, tier)
        except DefinitionError as error:
            raise PolicyError([f"bot: {problem}" for problem in error.problems]) from None

    @cached_property
    def classifier(self) -> "LexiconClassifier":
        """What reads texts; compiled now, or when the first text is read if nothing in it is the policy's own."""
        try:
            return classifier_of(self.document)
        except DefinitionError as error:
            raise PolicyError([f"lexicons: {problem}" for problem in error.problems]) from None

    @cached_property
    def zone_versions(self) -> Mapping[str, str]:
        """The versions of the zone data that its instants depend on, as this process has them; see `zone_versions`."""
        return zone_versions(self.document)

    @cached_property
    def shifts(self) -> Mapping[str, Compiled]:
        """The calendars by name, as rosters read them: those whose agents a surge calls in are always open."""
        called_in = self.document.overlay.calls_in if self.document.overlay is not None else ()
        always = self._calendars[ALWAYS].core
        return {
            name: always if name in called_in else calendar.core for name, calendar in self._calendars.items()
        }

    def calendar(self, name: str, /) -> BusinessCalendar:
        """A calendar by name; `"name@zone"` is that calendar's hours on another zone's clock.

        Raises:
            KeyError: If the policy has no such calendar.
        """
        found = self._calendars.get(name)
        if found is None:
            base, _, zone = name.partition("@")
            found = self._calendars[base].model_copy(update={"tz": zone})
            # Kept for the next question; the answer is the same whoever asks first.
            self._calendars[name] = found
        return found

    def group_calendar(self, group: str | None, /) -> str | None:
        """Name of a group's own calendar, if it has one."""
        known = None if group is None else self._groups.get(group)
        return None if known is None else known.calendar

    def auto_close_at_us(self, resolved_us: int) -> int | None:
        """When a ticket that was resolved then closes by itself; None if it never does."""
        if self.auto_close_us is None:
            return None
        return self.calendar(self._auto_close_calendar).add_us(resolved_us, self.auto_close_us, edge="close")

    def call_back_at_us(self, at_us: int) -> int | None:
        """Until when somebody is called back who hung up now; None if that is promised to nobody."""
        phone = self.document.phone
        if phone is None:
            return None
        return self.calendar(phone.calendar or ALWAYS).add_us(
            at_us, span_us(phone.call_back_within), edge="close"
        )

    @staticmethod
    def knows_zone(tz: str) -> bool:
        """True if the name is a time zone that calendars can read."""
        try:
            zone(tz)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder, or too long for a file's name
            return False
        return True

    def audience(self, name: str | None) -> Predicate | None:
        """Which tickets an announcement is for, by the name of its audience; None if the policy has none of that name."""
        rules = self.document.announcements
        if rules is None or name is None or name not in rules.audiences:
            return None
        found = self._audiences.get(name)
        if found is None:
            found = self._audiences[name] = compile_condition(rules.audiences[name], self.fields)
        return found

    def confirms(self, record: Mapping[str, object]) -> bool:
        """Whether a request with these fields is confirmed when it comes in."""
        rules = self.document.updates
        if rules is None or not rules.receipt:
            return False
        if rules.receipt_when is None:
            return True
        if self._confirms is None:
            self._confirms = compile_condition(rules.receipt_when, self.fields)
        return self._confirms(record)

    def warnings(self, record: Mapping[str, object]) -> list[RiskWarning]:
        """The warnings for a requester whose ticket has these fields, in the policy's order."""
        rules = self.document.updates
        if rules is None or not rules.warnings:
            return []
        if not self._warns:
            self._warns = {one.name: compile_condition(one.when, self.fields) for one in rules.warnings}
        return [one for one in rules.warnings if self._warns[one.name](record)]

    def check_attributes(self, attributes: Attributes) -> dict[str, AttributeValue]:
        """The attributes, if the policy declares them and they hold what it says.

        Raises:
            InvalidInput: If one is not declared, or has a value that its field can never hold.
        """
        for name, value in attributes.items():
            spec = self.document.fields.get(name)
            if spec is None:
                raise InvalidInput(f"attributes.{name}", "is not declared in the policy's fields")
            objection = None if value is None else spec.objection(value)
            if objection is not None:
                raise InvalidInput(f"attributes.{name}", objection)
        return dict(attributes)

    def check_class(self, priority_class: str | None) -> None:
        """Accept a priority class that the policy knows, or None.

        Raises:
            InvalidInput: If it does not know it.
        """
        if priority_class is not None and priority_class not in self.document.classes:
            raise InvalidInput(
                "priority_class", f"is not one of the policy's classes: {', '.join(self.document.classes)}"
            )
