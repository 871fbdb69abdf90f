"""What a classifier reads out of a text: class, category, language, flags, how sure it is, and on what evidence."""

from typing import Annotated

from pydantic import Field

from supportflow.model.base import Value

__all__ = ["DOUBTED", "UNREAD", "Evidence", "EvidencePart", "Signals"]

DOUBTED = "doubted"
"""Flag of a text that rules take for an incident and the shipped model does not: told as a question about security."""
UNREAD = "unread"
"""Flag of a text in a language for which there is no pack: what it says nobody knows until somebody has read it."""


class EvidencePart(Value):
    """One role that a reading rests on.

    Attributes:
        role: The role: `"asset"`, `"gone"`, `"not_me"`.
        start: Where its words begin in the classified text, in characters.
        end: Where they end, exclusive.
    """

    role: str
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]


class Evidence(Value):
    """One thing in the text that spoke for a category or a flag.

    Attributes:
        entry: What matched, in the policy's own words: `"exchange:account_theft:账户 … 被盗"`. Never the customer's words.
        category: The category that it speaks for; `None` for a mere flag.
        priority_class: That category's class.
        start: Where it begins in the classified text, in characters.
        end: Where it ends, exclusive.
        weight: How much it counts; 1 decides alone.
        parts: The roles that it rests on, the event first, if a reading rule found it.
    """

    entry: str
    category: str | None = None
    priority_class: str | None = None
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]
    weight: float = 1.0
    parts: tuple[EvidencePart, ...] = ()


class Signals(Value):
    """A classifier's answer about one text.

    Attributes:
        priority_class: The class: `"security"`, `"dispute"`, `"general"`, or another of the policy's.
        category: What the text is about; `None` if nothing was recognised.
        product: The product it is about, if one was named.
        language: BCP 47 primary language, such as `"en"` or `"zh"`; `None` if it cannot be told.
        tag: The whole BCP 47 tag, where more than that can be told: `"zh-Hant"`; `"yue"`, whose writers read `"zh"`.
        flags: Things a person should see whatever the class, sorted: `"self_harm"`, `"legal_threat"`, `"phishing_link"`…
        confidence: 0 to 1; 0 if nothing was recognised. It orders answers; it is no probability.
        evidence: What the answer rests on, in order of position.
        raised_for_review: Whether the class was raised to security above what the category alone would say, for a
            person to look at.
        informational: A question about security, not an incident: the lowest level of its class, nothing is frozen.
        agency: An incident is reported, and the text says that it was not by the writer's own will: by somebody else,
            without their knowledge, or in a word that says so itself ("hacked", "stolen").
    """

    priority_class: str = "general"
    category: str | None = None
    product: str | None = None
    language: str | None = None
    tag: str | None = None
    flags: tuple[str, ...] = ()
    confidence: Annotated[float, Field(ge=0, le=1)] = 0.0
    evidence: tuple[Evidence, ...] = ()
    raised_for_review: bool = False
    informational: bool = False
    agency: bool = False
