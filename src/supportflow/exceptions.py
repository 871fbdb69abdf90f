"""Every error that supportflow raises, in one tree.

```
SupportflowError
├── InvalidInput (ValueError)          what a caller or an outside party passed in cannot be used
│   ├── NaiveDatetimeError             a datetime without a time zone
│   ├── TextTooLong                    a text over its limit
│   ├── UnknownKeyword (TypeError)     a call with a keyword that there is not
│   └── IdempotencyMismatch            a key that was used before, for something else
├── DefinitionError (ValueError)       a document that an organisation wrote is wrong
│   ├── ConditionError
│   ├── LifecycleError
│   ├── CalendarError
│   ├── PolicyError
│   ├── RosterError
│   ├── ScenarioError
│   ├── MappingError
│   ├── ModelError
│   └── TakeoverError
├── NotFound (LookupError)
│   ├── TicketNotFound
│   ├── PolicyNotFound
│   └── DeliveryNotFound
├── Refused                            understood, and not allowed in this state
│   ├── NotVerified                    the requester is not verified as an action needs
│   ├── StepsMissing                   mandatory steps of the procedure are not done
│   └── TransitionRefused
├── NoWorkingTime (ArithmeticError)    a calendar has no (more) working time to answer with
├── CalendarHorizonError               past the last date that a holiday source vouches for
├── StoreError
│   ├── ConflictError                  others kept changing the same stream
│   ├── DamagedRow                     a row that nobody can read
│   ├── DuplicateRef                   the host's id already names another ticket
│   ├── NewerSchemaError               a row that only a newer version can read
│   ├── StoreBusy                      somebody else holds what is needed: try again
│   └── StoreUnavailable               the database cannot be reached
├── MissingExtra (ImportError)         an optional dependency is not installed
└── DeskClosed
```

Each carries its facts in attributes, so that a host never has to parse a message. No message holds text that a
requester or an agent typed.
"""

from collections.abc import Collection, Sequence

from supportflow._legible import escaped

__all__ = [
    "CalendarError",
    "CalendarHorizonError",
    "ConditionError",
    "ConflictError",
    "DamagedRow",
    "DefinitionError",
    "DeliveryNotFound",
    "DeskClosed",
    "DuplicateRef",
    "IdempotencyMismatch",
    "InvalidInput",
    "LifecycleError",
    "MappingError",
    "MissingExtra",
    "ModelError",
    "NaiveDatetimeError",
    "NewerSchemaError",
    "NoWorkingTime",
    "NotFound",
    "NotVerified",
    "PolicyError",
    "PolicyNotFound",
    "Refused",
    "RosterError",
    "ScenarioError",
    "StepsMissing",
    "StoreBusy",
    "StoreError",
    "StoreUnavailable",
    "SupportflowError",
    "TakeoverError",
    "TextTooLong",
    "TicketNotFound",
    "TransitionRefused",
    "UnknownKeyword",
]


class SupportflowError(Exception):
    """The root of the tree: `except SupportflowError` catches all that supportflow raises itself."""


class InvalidInput(SupportflowError, ValueError):
    """What was passed in cannot be used; nothing was changed.

    Attributes:
        field: The parameter or field path that is wrong, such as `"at"` or `"attachments.0.size"`.
        reason: What is wrong with it, without the value itself.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class NaiveDatetimeError(InvalidInput):
    """A datetime came without a time zone, so it names no instant."""

    def __init__(self, field: str = "datetime") -> None:
        super().__init__(field, "is naive; pass a datetime with a time zone")


class TextTooLong(InvalidInput):
    """A text is over its limit.

    Attributes:
        length: Its length in characters.
        limit: The longest that is accepted.
    """

    def __init__(self, field: str, length: int, limit: int) -> None:
        super().__init__(field, f"is {length} characters long; the limit is {limit}")
        self.length = length
        self.limit = limit


_LONGEST_KEYWORD = 50


class UnknownKeyword(InvalidInput, TypeError):
    """A call has a keyword that there is not, a misspelt one most likely.

    Attributes:
        call: What was called, such as `"reply"`.
        keyword: The keyword.
        known: Those that there are.
        suggestion: Which of them is nearest; None if none is near.
    """

    def __init__(self, call: str, keyword: str, known: Collection[str]) -> None:
        from difflib import get_close_matches  # noqa: PLC0415 - for what is misspelt alone

        # A host may pass on what a request has for keywords: what is far too long for one is neither compared nor shown.
        fits = len(keyword) <= _LONGEST_KEYWORD
        near = get_close_matches(keyword, sorted(known), n=1) if fits else []
        meant = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known)}"
        super().__init__(call, f"has no keyword {keyword[:_LONGEST_KEYWORD]!r}; {meant}")
        self.call = call
        self.keyword = keyword
        self.known = tuple(known)
        self.suggestion = near[0] if near else None


class IdempotencyMismatch(InvalidInput):
    """An idempotency key came again with a different request.

    Attributes:
        key: The key.
    """

    def __init__(self, key: str) -> None:
        super().__init__("key", "was already used for a different request")
        self.key = key


class DefinitionError(SupportflowError, ValueError):
    """A document that an organisation wrote (a lifecycle, a calendar, a policy) is wrong.

    Attributes:
        problems: Every problem found, each one sentence that starts with its path; what nobody can read in it is escaped.
    """

    subject = "definition"

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(map(escaped, problems))
        listed = "\n".join(f"  - {problem}" for problem in self.problems)
        super().__init__(f"the {self.subject} has {len(self.problems)} problem(s):\n{listed}")


class ConditionError(DefinitionError):
    """A condition names an unknown field, or compares a field with what it can never hold."""

    subject = "condition"


class LifecycleError(DefinitionError):
    """A lifecycle definition is wrong: unknown destination, dead end, two transitions that can both fire."""

    subject = "lifecycle"


class CalendarError(DefinitionError):
    """A business calendar is wrong: overlapping, empty or reversed hours, an unknown zone, never open."""

    subject = "calendar"


class PolicyError(DefinitionError):
    """A policy document is wrong."""

    subject = "policy"


class RosterError(DefinitionError):
    """A roster is wrong: an unknown agent or calendar, an agent listed twice, a change that ends before it begins."""

    subject = "roster"


class ScenarioError(DefinitionError):
    """The scenario of a simulation is wrong, does not fit its policy, or names a log that cannot be used."""

    subject = "scenario"


class MappingError(DefinitionError):
    """A log's mapping is wrong, or does not fit its log or its policy."""

    subject = "mapping"


class TakeoverError(DefinitionError):
    """What another helpdesk exported cannot be read, or no policy can be made of it."""

    subject = "export"


class ModelError(DefinitionError):
    """The file of a trained model is none, or what should be learned from cannot be."""

    subject = "model"


class NotFound(SupportflowError, LookupError):
    """What was asked for is not there.

    Attributes:
        what: The kind of thing, such as `"ticket"`.
        name: The id, reference or key that named it.
    """

    what = "object"

    def __init__(self, name: str) -> None:
        super().__init__(f"no {self.what} {name!r}")
        self.name = name


class TicketNotFound(NotFound):
    """No ticket has this id or reference in this tenant."""

    what = "ticket"


class PolicyNotFound(NotFound):
    """A ticket names a policy version that neither the desk nor the store has."""

    what = "policy version"


class DeliveryNotFound(NotFound):
    """No dead delivery has this key."""

    what = "dead letter"


class Refused(SupportflowError):
    """The command was understood and is not allowed now; nothing was changed.

    Attributes:
        ticket_id: The ticket.
        command: The command's kind.
        reason: Why, in one sentence.
    """

    def __init__(self, ticket_id: str, command: str, reason: str) -> None:
        super().__init__(f"{command} refused for ticket {ticket_id}: {reason}")
        self.ticket_id = ticket_id
        self.command = command
        self.reason = reason


class StepsMissing(Refused):
    """Mandatory steps of the procedure of the ticket's category are not done.

    Attributes:
        steps: Their names, in the procedure's order.
    """

    def __init__(self, ticket_id: str, command: str, steps: Sequence[str]) -> None:
        super().__init__(ticket_id, command, f"steps are missing: {', '.join(steps)}")
        self.steps = tuple(steps)


class NotVerified(Refused):
    """The requester is not verified as the action needs.

    Attributes:
        action: The action.
        needs: The level that it needs.
        level: The highest level that is verified now; None if there is none.
        expired: True if a verification of the needed level, or a higher one, was there and has ended.
    """

    def __init__(self, ticket_id: str, action: str, needs: str, level: str | None, *, expired: bool) -> None:
        self.action = action
        self.needs = needs
        self.level = level
        self.expired = expired
        has = (
            "the verification has ended"
            if expired
            else f"verified is {level!r}"
            if level
            else "nothing is verified"
        )
        super().__init__(ticket_id, "authorise", f"{action!r} needs level {needs!r}; {has}")


class TransitionRefused(Refused):
    """The lifecycle does not allow this trigger in this status.

    Attributes:
        status: The status that the ticket is in.
        trigger: The trigger that was refused.
        unmet_guards: The guards that stood in the way, by name; empty if no transition exists at all.
        permitted: The triggers that would be accepted now, sorted.
    """

    def __init__(
        self, ticket_id: str, status: str, trigger: str, unmet_guards: Sequence[str], permitted: Sequence[str]
    ) -> None:
        self.status = status
        self.trigger = trigger
        self.unmet_guards = tuple(unmet_guards)
        self.permitted = tuple(permitted)
        why = f"unmet guards: {', '.join(unmet_guards)}" if unmet_guards else "no such transition"
        allowed = ", ".join(permitted) or "nothing"
        super().__init__(ticket_id, trigger, f"status is {status!r}; {why}; permitted: {allowed}")


class NoWorkingTime(SupportflowError, ArithmeticError):
    """A calendar has no (more) working time in the direction that was asked for.

    Attributes:
        calendar: The calendar's name.
    """

    def __init__(self, calendar: str) -> None:
        super().__init__(f"calendar {calendar!r} has no more working time")
        self.calendar = calendar


class CalendarHorizonError(SupportflowError):
    """The question goes past the dates that the calendar's holidays are vouched for.

    Attributes:
        calendar: The calendar's name.
        vouched_until: The last such date, ISO; empty if there is no last one.
        vouched_from: The first such date, ISO; empty if there is no first one.
    """

    def __init__(self, calendar: str, vouched_until: str, vouched_from: str = "") -> None:
        known = " ".join(
            f"{word} {day}" for word, day in (("from", vouched_from), ("until", vouched_until)) if day
        )
        only = f"knows its holidays only {known}"
        if vouched_until and vouched_until < vouched_from:
            only = "knows the holidays of no year for certain: some of each are estimates"
        super().__init__(f"calendar {calendar!r} {only}")
        self.calendar = calendar
        self.vouched_until = vouched_until
        self.vouched_from = vouched_from


class StoreError(SupportflowError):
    """The store could not do what was asked."""


class ConflictError(StoreError):
    """Others kept changing the same stream; the command was given up after its retries.

    Attributes:
        stream: The contested stream.
        attempts: How often it was tried.
    """

    def __init__(self, stream: str, attempts: int) -> None:
        super().__init__(f"stream {stream!r} changed under the command {attempts} times")
        self.stream = stream
        self.attempts = attempts


class DamagedRow(StoreError):
    """A stored row cannot be read, and what it was made from does not give it back; it was left as it is.

    Attributes:
        stream: What it is, such as `"ticket:<id>"`, `"agent:<id>"` or `"policy:<fingerprint>"`.
        problem: What is wrong with it.
    """

    def __init__(self, stream: str, problem: str) -> None:
        super().__init__(f"the stored {stream} cannot be read: {problem}")
        self.stream = stream
        self.problem = problem


class DuplicateRef(StoreError):
    """The host's reference already names another ticket of this tenant.

    Attributes:
        ref: The reference.
    """

    def __init__(self, ref: str) -> None:
        super().__init__(f"reference {ref!r} already names a ticket")
        self.ref = ref


class NewerSchemaError(StoreError):
    """A stored row asks for a newer supportflow; it was left as it is.

    Attributes:
        kind: What kind of row.
        needs: The schema that the row's reader must know.
        knows: The schema that this version knows.
    """

    def __init__(self, kind: str, needs: int, knows: int) -> None:
        super().__init__(f"{kind!r} needs schema {needs}; this version reads up to {knows}")
        self.kind = kind
        self.needs = needs
        self.knows = knows


class StoreBusy(StoreError):
    """Somebody else holds what is needed, for longer than is waited. Nothing was changed: try again.

    Inside a transaction of the host's, that is to be rolled back and run again as a whole.

    Attributes:
        code: The database's code, such as `"SQLITE_BUSY"` or `"55P03"`.
        advice: What stands in the way, and what can be done about it.
    """

    def __init__(self, code: str, advice: str) -> None:
        super().__init__(f"the database is busy ({code}): {advice}")
        self.code = code
        self.advice = advice


class StoreUnavailable(StoreError):
    """The database cannot be reached. A command may have been carried out or not: with the same key, send it again."""

    def __init__(self) -> None:
        super().__init__("the database cannot be reached")


class MissingExtra(SupportflowError, ImportError):
    """An optional dependency is not installed.

    Attributes:
        extra: The extra that brings it.
    """

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs an extra: pip install 'supportflow[{extra}]'")
        self.extra = extra


class DeskClosed(SupportflowError):
    """The desk was closed and takes no more commands."""

    def __init__(self) -> None:
        super().__init__("this desk is closed")
