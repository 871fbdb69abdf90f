"""The log is JSON with ids, numbers and class names: nothing that a person typed, nothing that an exception says."""

import io
import json
import logging
import sys
from dataclasses import replace

import pytest

from desk.office import clock_of, desk, store_of
from supportflow import MemoryStore, Policy, SlaPolicy, Target, Tick
from supportflow.events import SlaBreached, StatusChanged
from supportflow.exceptions import StoreError
from supportflow.flows.due.deliveries import ATTEMPTS
from supportflow.worker import Worker
from supportflow.worker.logs import LOGGER, JsonLines, say
from worker.scripted import FAST, Scripted

TIMED = Policy(sla=[SlaPolicy(name="g", targets=[Target.first_response(minutes=30, warn_at=[0.5])])])
PLANTED = (
    "ana.weiss@example.org", "Ana Weiß", "+49 30 1234567", "my cat is called Minka", "order 4711-SECRET",
    "postgresql://desk:hunter2@db/desk", "reply-body-text", "sam.agent",
)  # fmt: skip


@pytest.fixture
def lines():
    """What is logged, as text."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger(LOGGER)
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield lambda: stream.getvalue().splitlines()
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


def test_no_personal_data_reaches_the_log(lines, caplog):
    caplog.set_level(logging.DEBUG)

    def fails(_event):
        raise ValueError(" ".join(PLANTED))

    class DownAtFirst(MemoryStore):
        down = False

        def events(self, *arguments, **named):
            if self.down:
                self.down = False
                raise StoreError(" ".join(PLANTED))
            return super().events(*arguments, **named)

    one = desk(TIMED, store=DownAtFirst(), on={SlaBreached: fails, StatusChanged: fails})
    for number in range(3):
        ref, requester = f"{PLANTED[4]}{number}", f"requester-{number}"
        one.open(subject=PLANTED[3], body=" ".join(PLANTED), requester=requester, ref=ref)
    one.reply(ref=f"{PLANTED[4]}0", body="reply-body-text", by="sam.agent")
    rows = store_of(one)._tenants["default"].rows
    poisoned = one.get(ref=f"{PLANTED[4]}1").id
    rows[poisoned] = replace(rows[poisoned], snapshot=" ".join(PLANTED).encode(), version=99)
    store_of(one).down = True
    rounds = []

    def observe(tick, _):
        rounds.append(tick)
        clock_of(one).advance(hours=2)
        if len(rounds) > ATTEMPTS + 1:
            worker.stop()

    worker = Worker(one, pace=FAST, observe=observe)
    worker.run()
    assert sum(tick.dead for tick in rounds) == 2
    assert any(poisoned in tick.failed for tick in rounds)
    events = {json.loads(line)["event"] for line in lines()}
    assert {"round failed", "tickets failed", "deliveries given up"} <= events
    said = "\n".join(lines()) + caplog.text
    assert [text for text in (*PLANTED, "requester-", "Minka", "hunter2", "4711") if text in said] == []


def test_each_line_is_one_json_object_with_known_events(lines):
    script = Scripted(
        Tick(tickets=2, failed=("t-1",), delivered=1, dead=1), StoreError("the text"), Tick(), Tick(tickets=1)
    )
    script.worker = Worker(script, pace=FAST, limit=9)
    script.worker.run()
    found = [json.loads(line) for line in lines()]
    assert [line["event"] for line in found] == [
        "started", "tickets failed", "deliveries given up", "round", "round failed", "recovered", "round", "stopping",
        "stopped",
    ]  # fmt: skip
    assert found[0] | {"at": ""} == {
        "at": "", "level": "info", "logger": LOGGER, "event": "started", "limit": 9,
    }  # fmt: skip
    assert (found[1]["number"], found[1]["tickets"]) == (1, ["t-1"])
    assert (found[4]["error"], found[4]["failures"]) == ("StoreError", 1)
    assert {line["at"][-6:] for line in found} == {"+00:00"}


@pytest.mark.parametrize("value", ["two words", "a@b.c", "x" * 101, "new\nline", "", "é"])
def test_what_is_no_id_is_not_written(lines, value):
    say(logging.INFO, "round", ticket=value, tickets=(value, "t-1"))
    [line] = map(json.loads, lines())
    assert (line["ticket"], line["tickets"]) == ("?", ["?", "t-1"])


def test_of_many_ids_the_first_twenty(lines):
    say(logging.INFO, "tickets failed", tickets=tuple(f"t-{number}" for number in range(1_000)))
    [line] = map(json.loads, lines())
    assert line["tickets"] == [f"t-{number}" for number in range(20)]


def test_words_of_others_are_left_out(lines):
    try:
        {}["ana@example.org"]
    except KeyError:
        logging.getLogger(LOGGER).exception("a host says %s", "ana@example.org")
    [line] = map(json.loads, lines())
    assert set(line) == {"at", "level", "logger", "error"}
    assert line["error"] == "KeyError"


def test_a_host_that_formats_its_logs_itself_gets_the_same_facts_as_text(caplog):
    caplog.set_level(logging.INFO)
    say(logging.INFO, "round", tickets=3, error="two words")
    assert caplog.messages == ["round tickets=3 error=?"]


def test_nothing_is_written_unless_somebody_listens():
    said = io.StringIO()
    before, sys.stderr = sys.stderr, said
    try:
        say(logging.INFO, "round", tickets=3)
    finally:
        sys.stderr = before
    assert said.getvalue() == ""
