"""The bot as data: what it says, when a person goes on, and the guided flows that it leads through."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, StringConstraints

from supportflow.conditions.fields import nearest
from supportflow.model.base import Document, Name, Series
from supportflow.model.durations import Positive
from supportflow.triage.intake import EvidenceSpec

__all__ = [
    "SHIPPED_FLOWS",
    "BotPolicy",
    "GuideBranch",
    "GuideEnd",
    "GuideStep",
    "GuidedFlow",
    "Occasion",
    "ShippedFlow",
    "shipped_flow",
]

Words = Annotated[str, StringConstraints(min_length=1, max_length=5_000)]
Occasion = Literal["greeting", "unknown", "again", "distress", "offer", "hand_over", "done"]
"""When the bot says something of its own: see `BotPolicy.texts`."""
ShippedFlow = Literal["kyc", "recover_password", "second_factor", "stuck_withdrawal", "trade_parameters"]
"""A guided flow that comes with supportflow, in English and Chinese."""
SHIPPED_FLOWS: tuple[ShippedFlow, ...] = get_args(ShippedFlow)
"""All of them."""


class GuideBranch(Document):
    """Where a step leads for some of its answers.

    Attributes:
        when: The answers: some of the `values` of the step's field, which is a `choice`.
        to: A later step of the flow, or one of its ends.
    """

    when: Annotated[Series[Words], Field(min_length=1)]
    to: Name


class GuideStep(Document):
    """One question of a guided flow.

    Attributes:
        name: Its name in events and in branches.
        ask: Language → the question.
        field: What an answer looks like, and the name that it is kept under: as for evidence, but for files and
            attributes. A field that is known already is not asked for.
        branches: Where it leads by what is answered, for a `choice`.
        to: Where every other answer leads: a later step or an end; the next step, or the first end after the last step, if
            not given.
    """

    name: Name
    ask: Mapping[Name, Words] = Field(min_length=1)
    field: EvidenceSpec
    branches: Series[GuideBranch] = ()
    to: Name | None = None


class GuideEnd(Document):
    """How a guided flow ends.

    Attributes:
        name: Its name in branches.
        say: Language → the last word; the text of the occasion `done`, if not given.
        action: An action of the policy's authority that the host is asked for.
        hand_over: A person goes on.
    """

    name: Name = "end"
    say: Mapping[Name, Words] = Field(default_factory=dict)
    action: Name | None = None
    hand_over: bool = False


class GuidedFlow(Document):
    """Questions in order, each answer checked, with branches that only lead forward: a flow always ends.

    Attributes:
        name: Its name in events.
        words: Patterns that begin it, written as in lexicons.
        topics: Categories whose tickets begin it.
        begins: `"at_once"`, or `"unanswered"`: only where the responder knows no answer, so that an article or what the host
            knows itself comes first.
        steps: The questions.
        ends: How it can end; the first is where the last step leads.
    """

    name: Name
    words: Series[str] = ()
    topics: Series[Name] = ()
    begins: Literal["at_once", "unanswered"] = "at_once"
    steps: Annotated[Series[GuideStep], Field(min_length=1, max_length=50)]
    ends: Annotated[Series[GuideEnd], Field(min_length=1, max_length=50)] = (GuideEnd(),)


@cache
def _shipped() -> Mapping[str, GuidedFlow]:
    written = tomllib.loads(
        files("supportflow.policy.document").joinpath("flows.toml").read_text(encoding="utf-8")
    )
    flows = _without_sets(written["flows"], written["sets"])
    return {one["name"]: GuidedFlow.model_validate(one) for one in flows}


def _without_sets(value: Any, sets: Mapping[str, Sequence[str]]) -> Any:
    """The value with the members of a set in place of each `"@name"` in a list: a policy keeps words, not names."""
    if isinstance(value, dict):
        return {name: _without_sets(one, sets) for name, one in value.items()}
    if not isinstance(value, list):
        return value
    members = (
        sets[one[1:]] if isinstance(one, str) and one.startswith("@") else [_without_sets(one, sets)]
        for one in value
    )
    return [one for some in members for one in some]


def shipped_flow(name: ShippedFlow) -> GuidedFlow:
    """A guided flow that comes with supportflow, to use as it is or to start from.

    Args:
        name: One of `SHIPPED_FLOWS`.

    Raises:
        KeyError: If there is none of that name.
    """
    return _shipped()[name]


def _named(given: Any) -> Any:
    """The flow that a document names, or what stands there in place of a name."""
    if not isinstance(given, str):
        return given
    if given not in _shipped():
        raise ValueError(f"unknown flow {given!r}{nearest(given, SHIPPED_FLOWS)}")
    return _shipped()[given]


class BotPolicy(Document):
    """How the first line answers by itself, and when it stops.

    Attributes:
        texts: Occasion → language → words, besides the shipped ones in English and Chinese: `greeting` (before the first
            answer), `unknown` (it did not understand), `again` (an answer does not fit the step), `distress` (before an
            answer, if the requester is upset), `offer` (after one: a person can be had), `hand_over` (a person goes on) and
            `done` (a flow has ended).
        language: The language for requesters whose own has no text.
        flows: Guided flows. Of several that a message begins, the first is taken. A document names a shipped one
            (`"recover_password"`) in place of writing it; what is kept are its words, so that another version of supportflow
            does not change a policy.
        person: Patterns by which a requester asks for a person, besides the shipped ones in English and Chinese.
        patience: After so many turns in a row that did not help, a person goes on.
        longest: After so many turns, a person goes on.
        hand_over_to: The tier that goes on; the one after the bot's, if not given.
        answer_within: A message that the bot has left unanswered for so long goes to a person, whatever holds the bot up.
        call_within: How long an `AsyncDesk` waits for a responder, a knowledge source or a context provider.
        tries: How often the responder is asked when it fails.
        distress: Flags of a ticket that call for other words and the offer of a person.
        articles: How many articles are looked for.
        after_answer: What becomes of a ticket that was answered: it stays `"open"`, waits for the requester
            (`"pending"`), or is `"resolved"` until they write again.
    """

    texts: Mapping[Occasion, Mapping[Name, Words]] = Field(default_factory=dict)
    language: Name = "en"
    flows: Series[
        Annotated[GuidedFlow, BeforeValidator(_named, json_schema_input_type=GuidedFlow | ShippedFlow)]
    ] = ()
    person: Series[str] = ()
    patience: int = Field(default=2, ge=1, le=100)
    longest: int = Field(default=20, ge=1, le=1_000)
    hand_over_to: Name | None = None
    answer_within: Positive = timedelta(seconds=60)
    call_within: Positive = timedelta(seconds=10)
    tries: int = Field(default=3, ge=1, le=10)
    distress: Series[Name] = ("distress", "self_harm")
    articles: int = Field(default=3, ge=1, le=20)
    after_answer: Literal["open", "pending", "resolved"] = "open"
