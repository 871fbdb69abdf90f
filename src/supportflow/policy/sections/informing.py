"""What a requester is told in the policy's own words, made of what an event keeps."""

from collections.abc import Mapping

from supportflow._time import Instant
from supportflow.model.base import StatusCategory
from supportflow.model.events import RequesterInformed
from supportflow.model.events.messages import Promised, Warned
from supportflow.policy.document.policy import Policy
from supportflow.policy.document.updates import Updates
from supportflow.sla.words import UNIVERSAL, when
from supportflow.texts import in_language, phrase

__all__ = ["DUE", "informing_text", "promise_text", "texts_of", "warning_text"]

DUE = "{due}"
"""Stands in a text for a day and a time."""


def texts_of(rules: Updates, occasion: str, about: str) -> Mapping[str, str]:
    """Language → text of an occasion: the policy's, or those that come with supportflow."""
    if occasion == "state":
        return rules.states[StatusCategory(about)]
    if occasion == "part":
        return rules.parts[StatusCategory(about)]
    own = rules.texts.get("promise" if about == "promise" else "received")
    return phrase("notices", "updates", about) if own is None else own


def informing_text(document: Policy, event: RequesterInformed, ticket: str) -> str:
    """The words of an event.

    Args:
        document: The policy that the event names.
        event: The event.
        ticket: What people call the ticket.
    """
    if event.occasion == "foreseen":
        return document.foreseen[event.about].tells[event.language].replace("{ticket}", ticket)
    rules = document.updates
    assert rules is not None
    text = in_language(texts_of(rules, event.occasion, event.about), event.language, rules.language)[1]
    if event.promised_at is not None and event.tz is not None:
        at, said_at = event.promised_at, event.recorded_at
        promised = Promised(at=at, language=event.language, tz=event.tz, policy=event.policy)
        if DUE not in text:
            text = f"{text} {promise_text(document, promised, said_at)}"
        text = text.replace(DUE, _due(promised, said_at))
    return text.replace("{ticket}", ticket)  # last: what a host calls a ticket is no template


def promise_text(document: Policy, promised: Promised, said_at: Instant) -> str:
    """The sentence that says when somebody hears again.

    Args:
        document: The policy that the promise names.
        promised: The promise.
        said_at: When it is said: a day that is near has a name.
    """
    rules = document.updates
    assert rules is not None
    text = in_language(texts_of(rules, "promise", "promise"), promised.language, rules.language)[1]
    return text.replace(DUE, _due(promised, said_at))


def warning_text(document: Policy, warned: Warned) -> str:
    """The words of a warning.

    Args:
        document: The policy that it names.
        warned: Which warning, in which language.
    """
    rules = document.updates
    assert rules is not None
    return next(one.says[warned.language] for one in rules.warnings if one.name == warned.warning)


def _due(promised: Promised, said_at: Instant) -> str:
    named = promised.tz in UNIVERSAL
    return when(promised.at, said_at, tz=promised.tz, language=promised.language, named=named)
