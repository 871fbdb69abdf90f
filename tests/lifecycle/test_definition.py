"""A wrong definition is refused as a whole, and every problem says where it is."""

import pytest
from pydantic import ValidationError

from supportflow.conditions import Fields, FieldSpec
from supportflow.exceptions import DefinitionError, LifecycleError
from supportflow.lifecycle import Lifecycle, LifecycleDefinition, default_lifecycle

FIELDS = Fields({"vip": FieldSpec.boolean(), "amount": FieldSpec.integer(minimum=0, maximum=100)})
SOUND = {
    "statuses": {"new": "new", "work": "open", "done": "closed"},
    "initial": "new",
    "transitions": [
        {"trigger": "take", "from": ["new"], "to": "work"},
        {"trigger": "finish", "from": ["work"], "to": "done"},
    ],
    "guards": {},
}


def problems(**changes) -> tuple[str, ...]:
    """What is said of a sound definition with these changes."""
    definition = LifecycleDefinition.model_validate({**SOUND, **changes})
    with pytest.raises(LifecycleError) as wrong:
        Lifecycle(definition, FIELDS)
    assert isinstance(wrong.value, DefinitionError)
    assert all(problem in str(wrong.value) for problem in wrong.value.problems)
    return wrong.value.problems


def edges(*more):
    return [*SOUND["transitions"], *more]


def test_a_sound_one():
    assert Lifecycle(LifecycleDefinition.model_validate(SOUND), FIELDS).initial == "new"


def test_unknown_names_all_at_once():
    found = problems(
        initial="start",
        transitions=edges({"trigger": "x", "from": ["work", "limbo"], "to": "void", "guards": ["nobody"]}),
    )
    assert found == (
        "initial: unknown status 'start'",
        "transitions.2 (x): unknown source status 'limbo'",
        "transitions.2 (x): unknown destination 'void'",
        "transitions.2 (x): unknown guard 'nobody'",
    )


def test_guards_that_cannot_be_compiled():
    found = problems(guards={"rich": {"field": "ammount", "ge": 5}, "odd": {"field": "vip", "ge": 5}})
    assert len(found) == 2
    assert found[0].startswith("guards.rich")
    assert "did you mean 'amount'" in found[0]
    assert found[1].startswith("guards.odd")


def test_unreachable_statuses():
    lost = {"trigger": "finish", "from": ["lost"], "to": "done"}
    found = problems(statuses={**SOUND["statuses"], "lost": "open"}, transitions=edges(lost))
    assert found == ("statuses.lost: no transition leads here from 'new'",)


def test_dead_ends_and_ends_that_are_none():
    stuck = {"trigger": "stick", "from": ["work"], "to": "stuck"}
    back = {"trigger": "again", "from": ["done"], "to": "work"}
    found = problems(statuses={**SOUND["statuses"], "stuck": "pending"}, transitions=edges(stuck, back))
    assert found == (
        "statuses.done: a closed status is final, but a transition leaves it",
        "statuses.stuck: nothing leaves this pending status, and it is not final",
    )


def test_a_status_that_leads_only_to_itself_is_a_dead_end():
    stuck = {"trigger": "stick", "from": ["work", "stuck"], "to": "stuck"}
    found = problems(statuses={**SOUND["statuses"], "stuck": "pending"}, transitions=edges(stuck))
    assert found == ("statuses.stuck: nothing leaves this pending status, and it is not final",)


@pytest.mark.parametrize("category", ["resolved", "closed", "cancelled"])
def test_a_new_ticket_is_open(category):
    found = problems(statuses={**SOUND["statuses"], "new": category})
    assert f"initial: a new ticket cannot be {category}" in found


@pytest.mark.parametrize("category", ["open", "resolved"])
def test_a_merge_ends_a_ticket(category):
    merge = {"trigger": "merge", "from": ["new"], "to": "aside"}
    out = {"trigger": "finish", "from": ["aside"], "to": "done"}
    found = problems(statuses={**SOUND["statuses"], "aside": category}, transitions=edges(merge, out))
    assert found == (
        f"transitions.2 (merge): leads to a status that is {category}, and a merge ends the ticket",
    )


def test_two_transitions_that_can_both_fire_with_a_ticket_for_which_they_would():
    twice = {"trigger": "finish", "from": ["new", "work"], "to": "done"}
    (found,) = problems(transitions=edges(twice))
    assert found == "transitions.1 and transitions.2 (finish): both can fire from 'work', for example with {}"
    guards = {
        "rich": {"field": "amount", "ge": 50},
        "poor": {"field": "amount", "le": 50},
        "vip": {"field": "vip", "eq": True},
    }

    def split(first, second):
        return [
            SOUND["transitions"][0],
            {"trigger": "finish", "from": ["work"], "to": "done", "guards": first},
            {"trigger": "finish", "from": ["work"], "to": "new", "guards": second},
        ]

    (found,) = problems(transitions=split(["rich"], ["poor"]), guards=guards)
    assert "both can fire from 'work'" in found
    assert "'amount': 50" in found
    (found,) = problems(transitions=split([], ["vip"]), guards=guards)
    assert "'vip': True" in found
    apart = {**guards, "poor": {"field": "amount", "le": 49}}
    sound = LifecycleDefinition.model_validate(
        {**SOUND, "transitions": split(["rich"], ["poor"]), "guards": apart}
    )
    Lifecycle(sound, FIELDS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"statuses": {"new": "newish"}},
        {"transitions": [{"trigger": "x", "from": [], "to": "new"}]},
        {"transitions": [{"trigger": "x", "from": ["new"], "to": "new", "before": "launch()"}]},
        {"mood": 1},
        {"guards": {"g": {"field": "vip"}}},
        {"statuses": {"a\nb": "new"}},
    ],
    ids=["category", "no source", "a callback", "a misspelt field", "half a guard", "a line break"],
)
def test_what_is_no_definition(wrong):
    with pytest.raises(ValidationError):
        LifecycleDefinition.model_validate({**SOUND, **wrong})


def test_the_default_reads_back_from_its_own_json():
    definition = default_lifecycle()
    assert LifecycleDefinition.model_validate_json(definition.model_dump_json(by_alias=True)) == definition
    assert set(definition.statuses.values()) == set(definition.statuses)
