"""The demo, by its facts: what a reader should see, whatever the wording."""

import re

import pytest

from supportflow.cli import main


@pytest.fixture(scope="module")
def told():
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["demo"]) == 0
    return out.getvalue().splitlines()


def line(told, *words):
    (found,) = [one for one in told if all(word in one for word in words)]
    return found


def test_classes_come_from_english_and_chinese_words(told):
    assert "general" in line(told, "T-1 opened")
    assert "dispute" in line(told, "T-2 opened", "the text says: 不放币")
    assert "security" in line(told, "T-3 opened", "My account was hacked")


def test_the_queue_has_security_before_disputes_before_the_rest(told):
    queue = [found[1] for one in told if (found := re.match(r"\s+\d\. (T-\d) ", one))]
    assert queue == ["T-3", "T-2", "T-1"]


def test_waiting_for_the_requester_pauses_the_clock(told):
    assert "resolution paused" in line(told, "T-2 mei asks")
    assert "resolution running" in line(told, "T-2 the requester answers")
    # 09:10 to 09:40 and 13:40 to 14:05 counted, the four hours between not.
    assert "55m of 8h" in line(told, "standard/resolution#1: running")
    assert "2026-03-02T08:40:00.000000Z .. 2026-03-02T12:40:00.000000Z" in line(told, "paused: pending")


def test_a_breach_stands_at_its_true_instant_however_late_it_is_noticed(told):
    assert line(told, "T-1 first_response", "warn").startswith("11:00")
    assert "at 09:50, due at 10:05" in line(told, "T-1 first_response", "warn")
    breach = line(told, "T-1 first_response", "breached")
    assert "breached at 10:05" in breach
    assert "noticed at 11:00" in breach
    assert len([one for one in told if "!!" in one]) == 1


def test_a_refusal_says_what_is_permitted(told):
    assert "permitted: close, merge, reopen" in line(told, "'resume' is refused in 'resolved'")


def test_every_ticket_is_resolved_and_judged(told):
    verdicts = told[told.index("The day's verdicts:") + 1 :]
    assert [one.split()[0] for one in verdicts] == ["T-1", "T-2", "T-3"]
    assert ["first_response missed" in one for one in verdicts] == [True, False, False]
    assert all("resolution met" in one for one in verdicts)


def test_it_is_the_same_every_time(told, capsys):
    main(["demo"])
    assert capsys.readouterr().out.splitlines() == told
