"""The demo, by its facts: what a reader should see, whatever the wording."""

import re
import sys
import warnings

import pytest

from supportflow.cli import main
from supportflow.cli.demo.team import CONTINENTS, team
from supportflow.cli.demo.words import LANGUAGES


@pytest.fixture(scope="module")
def told():
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["demo", "--tickets", "60"]) == 0
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
    verdicts = told[told.index("The day's verdicts:") + 1 :][:3]
    assert [one.split()[0] for one in verdicts] == ["T-1", "T-2", "T-3"]
    assert ["first_response missed" in one for one in verdicts] == [True, False, False]
    assert all("resolution met" in one for one in verdicts)


def test_it_is_the_same_every_time(told, capsys):
    main(["demo", "--tickets", "60"])
    assert capsys.readouterr().out.splitlines() == told


def test_another_seed_is_another_day(told, capsys):
    main(["demo", "--tickets", "60", "--seed", "2"])
    assert capsys.readouterr().out.splitlines() != told


def test_the_exchange_has_a_line_an_hour_and_a_crash_at_noon(told):
    hours = [one for one in told if re.match(r"\d\d:00 .* resolved ", one)]
    assert [one[:2] for one in hours] == [f"{hour:02}" for hour in range(1, 25)]
    assert [one[:2] for one in hours if "the market crashes" in one] == ["13", "14"]
    arrived = [int(one.split()[1]) for one in hours]
    assert arrived[-1] == 60
    assert arrived[13] - arrived[11] > 20  # of sixty, in two hours of twenty-four


def test_the_summary_counts_every_ticket_once(told):
    rows = {
        one.split()[0]: one.split()
        for one in told[-6:]
        if one.startswith(("security ", "dispute ", "general "))
    }
    assert list(rows) == ["security", "dispute", "general"]
    assert sum(int(row[1]) for row in rows.values()) == 60
    assert "freeze" in told[-1]
    assert line(told, "Offers:", "made")


def test_on_a_terminal_the_table_is_drawn_anew():
    from io import StringIO

    from supportflow.cli.demo.board import Board
    from supportflow.cli.demo.day import ExchangeDay

    class Terminal(StringIO):
        def isatty(self):
            return True

    stream = Terminal()
    ExchangeDay(5, 1, Board(stream)).run()
    drawn = stream.getvalue()
    assert drawn.count("UTC") == 24 * 12
    assert "\x1b[5A" in drawn


def test_a_day_can_be_kept_and_the_database_used_once(tmp_path, capsys):
    command = ["demo", "--tickets", "3", "--store", f"sqlite:///{tmp_path}/demo.db"]
    assert main(command) == 0
    assert main(command) == 2
    assert "name an empty one" in capsys.readouterr().err


def test_a_number_of_tickets_that_makes_no_day(capsys):
    assert main(["demo", "--tickets", "0"]) == 2
    assert "--tickets" in capsys.readouterr().err


def waits(lines):
    """Class → mean seconds that its tickets waited for a person."""
    found = {}
    for one in lines:
        cells = one.split()
        if len(cells) == 7 and cells[0] in {"security", "dispute", "general"} and cells[1].isdecimal():
            parts = re.findall(r"(\d+)([hms])", cells[3])
            found[cells[0]] = sum(int(number) * {"h": 3600, "m": 60, "s": 1}[unit] for number, unit in parts)
    return found


def test_what_is_promised_to_come_first_does_not_wait_longer_than_general_matters(told):
    found = waits(told)
    assert max(found["security"], found["dispute"]) <= found["general"]


@pytest.mark.parametrize("skill", ["account_security", "disputes", "compliance"])
def test_on_each_continent_somebody_reads_what_comes_first_in_whatever_language(skill):
    for tickets in (60, 5_000):
        for continent in CONTINENTS:
            able = [one for one in team(tickets) if continent in one.shifts and skill in one.skills]
            assert {language for one in able for language in one.languages} >= {*LANGUAGES}


def test_what_there_is_to_say_of_the_store_does_not_stand_in_the_middle(tmp_path, capsys, monkeypatch):
    def warn(_version):
        warnings.warn("shared", RuntimeWarning, stacklevel=2)

    monkeypatch.setattr("supportflow.stores.sql.tables.warn_of_wal_reset", warn)
    monkeypatch.setattr("supportflow.cli.demo._play", lambda _arguments, store: store.close())
    monkeypatch.setattr("supportflow.cli.demo.tell", lambda: sys.stderr.write("the story\n"))
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert main(["demo", "--store", f"sqlite:///{tmp_path / 'demo.db'}"]) == 0
        assert capsys.readouterr().err == "supportflow: warning: shared\nthe story\n"
        assert main(["demo"]) == 0
        assert capsys.readouterr().err == "the story\n"
