"""The order of an exchange's queue, under the shipped preset."""

import pytest

from supportflow import Desk, MemoryChannel
from supportflow.policy.presets import PRESETS, preset
from supportflow.testing import CountingIds, ManualClock


@pytest.fixture
def desk():
    clock = ManualClock("2026-06-01T03:00:00+08:00")
    return Desk(preset("exchange"), clock=clock, ids=CountingIds(), channels={"chat": MemoryChannel()})


def test_every_preset_loads():
    assert ["exchange"] == [preset(name).name for name in PRESETS]
    with pytest.raises(KeyError):
        preset("bakery")


def test_security_before_disputes_before_general_and_the_app_before_the_chat(desk):
    wanted = ["app", "chat security", "c2c", "avatar"]
    desk.open(ref="avatar", subject="How do I change my avatar?", requester="a", channel="chat")
    desk.open(ref="c2c", subject="已付款但卖家不放币", requester="b", channel="chat")
    desk.open(ref="chat security", subject="我的账户被盗了", requester="c", channel="chat")
    desk.open(ref="app", subject="我的账户被盗了", requester="d", channel="security")

    assert wanted == [ticket.ref for ticket in desk.find(open=True)]


@pytest.mark.parametrize("channel", ["security", "chat", "email"])
def test_an_emergency_comes_first_inside_its_class(desk, channel):
    desk.open(ref="first", subject="My account was hacked", requester="a", channel="security")
    desk.open(
        ref="drained",
        subject="My account was hacked",
        requester="b",
        channel=channel,
        attributes={"emergency": True},
    )

    assert ["drained", "first"] == [ticket.ref for ticket in desk.find(open=True)]
    assert 1 == desk.get(ref="drained").level
