"""Words about verdicts: exclusions and corrections."""

from typing import Literal

from pydantic import StrictBool

from supportflow.model.base import Id
from supportflow.model.commands.base import TicketCommand
from supportflow.model.content import Text

__all__ = ["Correct", "Exclude"]


class Exclude(TicketCommand):
    """Leave a judged clock out of the adjusted rate, with a reason; the raw rate keeps it."""

    kind: Literal["exclude"] = "exclude"
    clock: Id
    reason: Text


class Correct(TicketCommand):
    """Judge a clock again; the new verdict stands beside the original."""

    kind: Literal["correct"] = "correct"
    clock: Id
    met: StrictBool
    reason: Text
