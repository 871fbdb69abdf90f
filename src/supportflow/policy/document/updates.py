"""What a requester hears by itself: that a request came in, when they hear again, how their case and its parts stand."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from supportflow.conditions import Condition
from supportflow.model.base import Document, Name, Series, StatusCategory
from supportflow.model.durations import NotNegative
from supportflow.policy.document.surges import Greeting

__all__ = ["RiskWarning", "Updates"]

Texts = Annotated[Mapping[Name, Greeting], Field(min_length=1, max_length=50)]


class RiskWarning(Document):
    """What whoever it concerns is warned of, such as a beginner who asks about leverage: once for each case, with a reply.

    Attributes:
        name: Its name in events.
        when: Which tickets: by their category and what is known of the requester's experience, or by anything else.
        says: Language → the warning.
    """

    name: Name
    when: Condition
    says: Texts


class Updates(Document):
    """What a requester is told by the policy, in their language.

    In a text, `{ticket}` and `{due}` stand for what they say; one with `{due}` is not said where nothing is promised.

    Attributes:
        receipt: Whether a request is confirmed when it comes in. Who is asked for evidence at once has that for a
            confirmation.
        receipt_when: Which requests; all, if not given.
        receipt_within: One that came in longer ago than that is not confirmed any more.
        first: The SLA target whose due time the confirmation says, by its name; no time is said, if not given.
        again: The SLA target whose due time every reply of an agent says while the ticket goes on; none does, if not given.
        states: Status category → what is said when a command brings the ticket there.
        parts: Status category → what is said on the whole when a part that was split off comes there.
        warnings: What a reply warns of, each once for a case. All that hold are said, in this order.
        texts: What is said in place of the words that come with supportflow: when a request was `received`, and the sentence
            of the `promise`.
        language: Who writes none of the languages of a text gets it in this one.
    """

    receipt: bool = False
    receipt_when: Condition | None = None
    receipt_within: NotNegative = timedelta(hours=1)
    first: Name | None = None
    again: Name | None = None
    states: Mapping[StatusCategory, Texts] = Field(default_factory=dict)
    parts: Mapping[StatusCategory, Texts] = Field(default_factory=dict)
    warnings: Annotated[Series[RiskWarning], Field(max_length=100)] = ()
    texts: Mapping[Literal["received", "promise"], Texts] = Field(default_factory=dict)
    language: Name = "en"
