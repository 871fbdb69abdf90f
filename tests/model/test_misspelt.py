"""A misspelt keyword of what hosts make is an error that suggests; a row's field of a newer version is passed over."""

import pytest

from supportflow import Agent, AsyncDesk, Attachment, BusinessCalendar, Desk, Group, Party, Requester, Skill
from supportflow.exceptions import CalendarError, InvalidInput, UnknownKeyword

MISSPELT = [
    (lambda: Agent("sam", langauges=["en"]), "languages"),
    (lambda: Agent("sam", capacty=3), "capacity"),
    (lambda: Requester("ana", e_mail="a@example.com"), "email"),
    (lambda: Attachment(name="a", medai_type="image/png"), "media_type"),
    (lambda: Party("buyer", "m-1", chanel="mail"), "channel"),
    (lambda: Skill(level=2, valid_untill=None), "valid_until"),
    (lambda: Group(name="risk", tire="expert"), "tier"),
    (lambda: Desk(polcy=None), "policy"),
    (lambda: AsyncDesk(chanels={}), "channels"),
]


@pytest.mark.parametrize(("make", "meant"), MISSPELT, ids=[meant for _, meant in MISSPELT])
def test_a_misspelt_keyword_says_what_is_meant(make, meant):
    with pytest.raises(UnknownKeyword) as caught:
        make()
    assert caught.value.suggestion == meant
    assert isinstance(caught.value, InvalidInput)
    assert isinstance(caught.value, TypeError)


def test_a_calendar_names_the_field_that_is_meant():
    with pytest.raises(CalendarError) as caught:
        BusinessCalendar(tz="UTC", wekly={}, hollidays=[])
    assert caught.value.problems == (
        "wekly: unknown field 'wekly'; did you mean 'weekly'?",
        "hollidays: unknown field 'hollidays'; did you mean 'holidays'?",
    )


@pytest.mark.parametrize(
    ("cls", "row"),
    [
        (Agent, {"id": "sam"}),
        (Requester, {"id": "ana"}),
        (Attachment, {"name": "a"}),
        (Party, {"role": "buyer", "id": "m-1"}),
        (Skill, {"level": 2}),
        (Group, {"name": "risk"}),
    ],
)
def test_a_row_of_a_newer_version_is_read(cls, row):
    assert cls.model_validate({**row, "since_version_9": True}) == cls.model_validate(row)
