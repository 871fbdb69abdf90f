"""A host's own classes of commands: what opens a ticket may be of one, and nothing else."""

import pytest

from desk.office import START, desk
from supportflow.exceptions import InvalidInput
from supportflow.model.commands import Adopt, CommandBase, Hold, OpenTicket
from supportflow.model.people import HOST


class FromForm(OpenTicket):
    form: str = "contact"


class FromArchive(Adopt):
    shelf: int = 1


class Longer(Hold):
    days: int = 2


class Unheard(CommandBase):
    pass


def test_a_ticket_is_opened_or_adopted_as_by_the_command_itself():
    own, plain = desk(), desk()
    said = {"by": HOST, "requester": "ana", "subject": "s", "body": "My card is lost."}
    assert own.handle(FromForm(**said)).events == plain.handle(OpenTicket(**said)).events
    past = {"by": HOST, "requester": "ana", "ref": "7", "opened_at": START, "status": "open"}
    assert own.handle(FromArchive(**past)).events == plain.handle(Adopt(**past)).events


@pytest.mark.parametrize("command", [Longer(by=HOST, ref="1"), Unheard(by=HOST)], ids=repr)
def test_others_are_refused(command):
    one = desk()
    one.open(subject="s", requester="ana", ref="1")
    with pytest.raises(InvalidInput) as error:
        one.handle(command)
    assert error.value.field == "command"
    assert one.get(ref="1").version == 1
