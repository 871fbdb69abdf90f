"""The ports that `AsyncDesk` takes are those of `Desk`, with answers that may have to be awaited."""

import inspect
from typing import get_type_hints

import pytest

from supportflow import ports
from supportflow.ports import awaited
from supportflow.ports.awaited import Later

PAIRS = [
    (getattr(ports, name), getattr(ports, f"Async{name}"))
    for name in ports.__all__
    if f"Async{name}" in ports.__all__
]


def test_every_port_that_is_called_has_both_forms():
    assert len(PAIRS) == 13
    assert {other.__name__ for _, other in PAIRS} == {*awaited.__all__}


@pytest.mark.parametrize(("plain", "other"), PAIRS, ids=lambda cls: cls.__name__)
def test_both_forms_have_the_same_methods(plain, other):
    methods = {name for name, _ in inspect.getmembers(plain, inspect.isfunction) if not name.startswith("_")}

    assert methods == {
        name for name, _ in inspect.getmembers(other, inspect.isfunction) if not name.startswith("_")
    }
    assert methods
    for name in methods:
        one, two = inspect.signature(getattr(plain, name)), inspect.signature(getattr(other, name))
        assert one.parameters == two.parameters, name
        assert (
            get_type_hints(getattr(other, name))["return"]
            == Later[get_type_hints(getattr(plain, name))["return"]]
        ), name
