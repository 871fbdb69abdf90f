"""How a ticket begins: built of its event, and checked in what the caller adds."""

import pytest
from pydantic import ValidationError

from desk.office import desk
from supportflow.kernel import evolve, fold


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
