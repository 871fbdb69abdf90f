"""A host's own classes of commands: what opens a ticket may be of one, and nothing else."""

from functools import cache

import pytest

from desk.office import START, desk
from supportflow.exceptions import InvalidInput
from supportflow.model.commands import Adopt, CommandBase, Hold, OpenTicket
from supportflow.model.people import HOST


@cache
def own(name):
    """A host's class. It is made when a test runs: other tests walk over every command that there is when they are read."""

    class FromForm(OpenTicket):
        form: str = "contact"

    class FromArchive(Adopt):
        shelf: int = 1

    class Longer(Hold):
        days: int = 2

    class Unheard(CommandBase):
        pass

    return {kind.__name__: kind for kind in (FromForm, FromArchive, Longer, Unheard)}[name]


def test_a_ticket_is_opened_or_adopted_as_by_the_command_itself():
    one, plain = desk(), desk()
    said = {"by": HOST, "requester": "ana", "subject": "s", "body": "My card is lost."}
    assert one.handle(own("FromForm")(**said)).events == plain.handle(OpenTicket(**said)).events
    past = {"by": HOST, "requester": "ana", "ref": "7", "opened_at": START, "status": "open"}
    assert one.handle(own("FromArchive")(**past)).events == plain.handle(Adopt(**past)).events


@pytest.mark.parametrize(("name", "fields"), [("Longer", {"ref": "1"}), ("Unheard", {})])
def test_others_are_refused(name, fields):
    one = desk()
    one.open(subject="s", requester="ana", ref="1")
    with pytest.raises(InvalidInput) as error:
        one.handle(own(name)(by=HOST, **fields))
    assert error.value.field == "command"
    assert one.get(ref="1").version == 1
