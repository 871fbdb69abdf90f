"""A host's detector of languages is asked where the shipped detection is undecided, and can do no harm."""

import asyncio
import sys

import pytest

from supportflow import AsyncDesk, Desk, Policy, Requester, Route, RoutingPolicy
from supportflow.exceptions import InvalidInput, MissingExtra
from supportflow.languages import LangidDetector
from supportflow.testing import ManualClock

UNDECIDED = "para"


class Says:
    def __init__(self, said):
        self.said, self.asked = said, []

    def detect(self, text, /):
        self.asked.append(text)
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


def language_of(detector, text=UNDECIDED, **fields):
    desk = Desk(languages=detector, clock=ManualClock("2026-03-02T09:00:00Z"))
    return desk.open(subject=text, requester="ana", **fields).ticket.language


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("fil", "fil"),
        ("TL_ph", "fil-PH"),
        ("zh_CN", "zh-CN"),
        (None, None),
        ("", None),
        ("Portuguese", None),
        ("x" * 200, None),
        ("en-" + "a" * 150, None),
        (7, None),
        (RuntimeError("no model"), None),
    ],
)
def test_what_a_detector_says_is_taken_if_it_is_a_tag(said, language):
    assert language_of(Says(said)) == language


def test_it_is_not_asked_where_nobody_needs_it():
    detector = Says("fr")
    assert language_of(detector, "¿dónde está mi dinero?") == "es"
    assert detector.asked == []


def test_it_does_not_see_secrets():
    detector = Says("es")
    assert language_of(detector, "para 4111 1111 1111 1111") == "es"
    assert "4111" not in detector.asked[0]


def test_what_is_undecided_is_decided_by_what_comes_later():
    routing = RoutingPolicy(languages=["en", "tr"], fallback_language="en", routes=[Route(name="all")])
    desk = Desk(Policy(routing=routing), clock=ManualClock("2026-03-02T09:00:00Z"))
    ticket = desk.open(subject=UNDECIDED, requester="ana").ticket
    assert ticket.routing.requirement.language == "en"
    assert desk.receive(ticket, body="ok", by=Requester("ana")).ticket.language is None
    assert desk.receive(ticket, body="eu quero meu dinheiro", by=Requester("bob")).ticket.language is None
    assert desk.receive(ticket, body="param nerede", by=Requester("ana")).ticket.language == "tr"
    assert desk.get(ticket).routing.requirement.language == "tr"
    assert desk.receive(ticket, body="where is my money", by=Requester("ana")).ticket.language == "tr"


def test_who_opens_the_ticket_knows_better():
    assert language_of(Says("fr"), language="tr") == "tr"


def test_an_async_desk_waits_for_it():
    class Slow:
        async def detect(self, text, /):
            await asyncio.sleep(0)
            return "id" if text == UNDECIDED else None

    async def day():
        desk = AsyncDesk(languages=Slow(), clock=ManualClock("2026-03-02T09:00:00Z"))
        return (await desk.open(subject=UNDECIDED, requester="ana")).ticket.language

    assert asyncio.run(day()) == "id"


def test_what_is_no_detector_is_refused():
    with pytest.raises(InvalidInput) as refused:
        Desk(languages=object())
    assert refused.value.field == "languages"


def test_py3langid_tells_what_the_shipped_detection_leaves_open():
    detector = LangidDetector()
    assert language_of(detector, "гроші пішли на пенсію, плече завелике, злив половину в лонгу") == "uk"
    assert detector.detect("xq") is None
    with pytest.raises(InvalidInput, match="sure"):
        LangidDetector(sure=0)


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "py3langid", None)
    with pytest.raises(MissingExtra, match="languages"):
        LangidDetector()
