"""Events of the host's that open a case before its customer asks, and measures that the host feeds."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from supportflow.model.base import Document, Name, Series
from supportflow.model.durations import WRITTEN
from supportflow.model.records import AttributeValue
from supportflow.policy.document.surges import LONGEST, Greeting

__all__ = ["Foreseen", "Watch"]


class Foreseen(Document):
    """An event of the host's that concerns one customer: a withdrawal is stuck, a document runs out.

    Attributes:
        tells: Language → what the customer is told at once. `{ticket}` stands for the number of their request.
        category: The topic of the case; a later contact of the customer's about the same joins it.
        priority_class: Its class; the policy's rules decide, if not given.
        level: Its level.
        attributes: Declared attributes that it carries.
        clocks: When its clocks start: with the `"event"`, or with the first `"contact"` of the customer, who may never
            write: then nobody waits for an answer.
        language: Who writes none of the languages gets it in this one.
    """

    tells: Annotated[Mapping[Name, Greeting], Field(min_length=1, max_length=50)]
    category: Name
    priority_class: Name | None = None
    level: Annotated[int, Field(strict=True, ge=1, le=4)] | None = None
    attributes: Mapping[Name, AttributeValue] = Field(default_factory=dict)
    clocks: Literal["event", "contact"] = "event"
    language: Name = "en"


class Watch(Document):
    """What is done when a measure that the host feeds goes too far: a price, an error rate, the length of a queue.

    Attributes:
        measure: The measure.
        above: It goes too far above this,
        below: or below this;
        rises_by: or above the lowest of the last while by so much,
        falls_by: or below the highest of the last while by so much.
        within: How long that while is; with `above` and `below`, how long it must stay there.
        declares: The surge that is declared then.
        proposes: The announcement of `announcements.ready` that is proposed then, for a person to approve.
        cooldown: So long afterwards it does nothing more.
    """

    measure: Name
    above: Decimal | None = None
    below: Decimal | None = None
    rises_by: Annotated[Decimal, Field(gt=0)] | None = None
    falls_by: Annotated[Decimal, Field(gt=0)] | None = None
    within: Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=1)), WRITTEN] = timedelta(0)
    declares: Name | None = None
    proposes: Name | None = None
    cooldown: Annotated[timedelta, Field(ge=timedelta(0), le=LONGEST), WRITTEN] = timedelta(hours=1)

    @property
    def bounds(self) -> Series[Decimal]:
        """What of the four is given."""
        given = (self.above, self.below, self.rises_by, self.falls_by)
        return tuple(one for one in given if one is not None)
