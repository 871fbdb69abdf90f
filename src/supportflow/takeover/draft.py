"""A policy that is being put together from an export, with what there is to say about it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from supportflow.calendars import BusinessCalendar
from supportflow.conditions import FieldSpec
from supportflow.conditions.ticket import ticket_fields
from supportflow.exceptions import CalendarError
from supportflow.policy import Policy
from supportflow.takeover.lifecycle import lifecycle_of
from supportflow.takeover.report import Example, Finding, Kind
from supportflow.takeover.zones import zone_of

__all__ = ["Draft", "all_of", "any_of", "iso", "not_"]

Condition = Mapping[str, Any]
"""A condition in plain data."""
Show = Callable[[Policy], Example | None]
"""Makes an example of a policy when that is whole; None if the policy has nothing that could show it."""


def all_of(parts: Iterable[Condition | None]) -> Condition | None:
    """A condition that holds if all do; None, which always holds, if there is none."""
    found = [part for part in parts if part is not None]
    return found[0] if len(found) == 1 else {"all": found} if found else None


def any_of(parts: Iterable[Condition | None]) -> Condition | None:
    """A condition that holds if any does; None if there is none."""
    found = [part for part in parts if part is not None]
    return found[0] if len(found) == 1 else {"any": found} if found else None


def not_(part: Condition) -> Condition:
    """The opposite."""
    return {"not": part}


def iso(span: timedelta) -> str:
    """A duration as a policy document writes it."""
    seconds = int(span.total_seconds())
    return f"PT{seconds}S" if seconds % 60 else f"PT{seconds // 60}M"


class Draft:
    """Collects fields, calendars, SLA policies, groups and findings.

    Args:
        name: What the policy is called.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.edits = "never"
        self.lifecycle: dict[str, Any] | None = None
        self.sla: list[dict[str, Any]] = []
        self.metrics: list[dict[str, Any]] = []
        self.groups: list[dict[str, Any]] = []
        self.escalation: list[dict[str, Any]] = []
        self._fields: dict[str, FieldSpec] = {}
        self._calendars: dict[str, BusinessCalendar] = {}
        self._findings: list[tuple[Finding, Show | None]] = []

    # --- what is said --------------------------------------------------------------------------

    def say(self, kind: Kind, source: str, text: str, show: Show | None = None) -> None:
        """Add a finding. One that `differs` shows itself on a ticket; where the policy has none such, it is not said."""
        self._findings.append((Finding(kind, source, text), show))

    def findings_for(self, policy: Policy) -> tuple[Finding, ...]:
        """All findings, the examples worked out under the policy that was made."""
        found: list[Finding] = []
        for finding, show in self._findings:
            example = None if show is None else show(policy)
            if finding.kind == "differs" and example is None:
                continue
            found.append(Finding(finding.kind, finding.source, finding.text, example))
        return tuple(dict.fromkeys(found))

    # --- what is made --------------------------------------------------------------------------

    def field(self, name: str, spec: FieldSpec, source: str) -> str:
        """The name under which a condition can ask for a field; an attribute is declared, and the host told to supply it."""
        if name in ticket_fields():
            return name
        if name not in self._fields:
            self._fields[name] = spec
            self.say(
                "needs",
                source,
                f"asks for {name!r}: set it with attributes={{{name!r}: …}} when you open or update a ticket",
            )
        return name

    def calendar(self, name: str, source: str, zone: str, **fields: Any) -> str | None:
        """Keep a calendar; its name, or None if it cannot be one, which is said."""
        iana = zone_of(zone)
        if iana is None:
            self.say(
                "missing", source, f"its time zone {zone!r} is not known, so that its hours mean nothing"
            )
            return None
        try:
            made = BusinessCalendar(tz=iana, name=name, **fields)
        except CalendarError as error:
            self.say("missing", source, f"is no calendar: {error.problems[0]}")
            return None
        if not any(made.weekly.days) and not made.overrides:
            self.say("missing", source, "has no open hours: a target on it would never be due")
            return None
        self._calendars[name] = made
        self.say("taken", source, f"calendar {name!r} in {iana}")
        return name

    def calendars(self) -> Mapping[str, BusinessCalendar]:
        """The calendars so far, by name."""
        return self._calendars

    def statuses(self, named: Sequence[tuple[str, str]]) -> None:
        """Take the other system's statuses into the lifecycle.

        The first status of a category is where the desk's own operations lead; any other is entered by the trigger `to_` and
        its name, from wherever work goes on.

        Args:
            named: Name of a status and its category, in the other system's order.
        """
        if named:
            self.lifecycle = lifecycle_of(named)
            triggers = sorted(
                {
                    edge["trigger"]
                    for edge in self.lifecycle["transitions"]
                    if edge["trigger"].startswith("to_")
                }
            )
            entered = f"; entered by {', '.join(triggers)}" if triggers else ""
            self.say("taken", "statuses", f"{len(self.lifecycle['statuses'])} statuses{entered}")

    def group(self, name: str, calendar: str | None = None) -> str:
        """Keep a group."""
        if all(group["name"] != name for group in self.groups):
            self.groups.append({"name": name, **({} if calendar is None else {"calendar": calendar})})
        return name

    def document(self) -> dict[str, Any]:
        """The policy as plain data."""
        document: dict[str, Any] = {"schema": 1, "name": self.name, "edits": self.edits}
        if self._fields:
            document["fields"] = {
                name: spec.model_dump(mode="json", exclude_defaults=True)
                for name, spec in self._fields.items()
            }
        if self._calendars:
            document["calendars"] = {
                name: calendar.model_dump(mode="json", exclude_unset=True)
                for name, calendar in self._calendars.items()
            }
        if self.lifecycle is not None:
            document["lifecycle"] = self.lifecycle
        lists = {"metrics": self.metrics, "groups": self.groups, "sla": self.sla}
        return document | {key: value for key, value in lists.items() if value}
