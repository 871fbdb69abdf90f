"""How a ticket begins: built of its event, and checked in what the caller adds."""

import pytest
from pydantic import ValidationError

from desk.office import desk
from kernel.scene import ANA, Scene, at
from supportflow.exceptions import InvalidInput
from supportflow.kernel import evolve, fold
from supportflow.kernel.fold.tickets import reclassed
from supportflow.model.commands import Adopt, OpenTicket
from supportflow.model.people import HOST


@pytest.fixture
def opened():
    one = desk()
    one.open(subject="s", requester="ana", ref="1")
    return one.history(ref="1")[0]


@pytest.mark.parametrize("tenant", ["", "a\nb", "x" * 101, 7, None])
def test_the_tenant_that_a_caller_names_is_checked(opened, tenant):
    with pytest.raises(ValidationError):
        fold([opened], tenant=tenant)
    assert evolve(None, opened, tenant="acme").tenant == "acme"


def test_a_ticket_shares_no_dictionary_with_its_event(opened):
    ticket = evolve(None, opened)
    ticket.attributes["vip"] = True
    assert opened.attributes == {}
    assert evolve(None, opened).attributes == {}


@pytest.mark.parametrize(
    "chosen",
    [
        {"priority_class": "security", "level": 1, "rule": "words", "chosen_by": "words"},
        {
            "priority_class": "dispute",
            "rule": "vip",
            "evidence": ("vip", "level 2 by loss"),
            "level_evidence": 1,
        },
        {"level": 2, "rule": "given", "given": ("level",), "spoken": ("dispute",), "informational": True},
    ],
)
def test_a_chosen_priority_leaves_the_ticket_that_its_event_begins(opened, chosen):
    event = opened.model_copy(update=chosen)
    ticket, begun = reclassed(evolve(None, opened), event), evolve(None, event)
    assert ticket != evolve(None, opened)
    assert ticket == begun
    assert ticket.model_fields_set == begun.model_fields_set
    assert list(ticket.__dict__) == list(begun.__dict__)


@pytest.mark.parametrize(
    "command",
    [
        OpenTicket(by=ANA, requester="ana"),
        Adopt(by=HOST, requester="ana", ref="1", status="open", opened_at=at()),
    ],
)
@pytest.mark.parametrize("ticket_id", ["", "a\nb", "x" * 201, 7, None])
def test_a_new_ticket_gets_an_id_that_is_one(command, ticket_id):
    # Where ids come from is a port, which a host may write.
    with pytest.raises(InvalidInput) as caught:
        Scene().do(command, ticket_id=ticket_id)
    assert caught.value.field == "ticket_id"
