"""The page of a simulation: queue and staffing over time, and every figure that it shows."""

import re
from importlib.resources import files

import pytest

from reports.test_page import VOID, Page
from supportflow.cli import main
from supportflow.exceptions import InvalidInput
from supportflow.reports import simulation_page
from supportflow.simulation import SimulationReport, load_scenario, simulate

SCENARIO = """
name = "<b>rush</b>"
lasts_for = "PT3H"
[arrivals]
per_hour = 30
[service]
mean = "PT6M"
[[team]]
name = "all"
count = 2
[policy.routing]
[[policy.routing.routes]]
name = "all"
[[policy.sla]]
name = "all"
targets = [{ name = "resolution", metric = "resolution", minutes = 30 }]
"""


@pytest.fixture(scope="module")
def found():
    return simulate(load_scenario(SCENARIO, format="toml"), seed=3)


@pytest.mark.parametrize("language", ["en", "zh", "zh-Hant"])
def test_one_page_that_shows_what_was_found(found, language):
    text = simulation_page(found, language=language)
    page = Page(text)

    assert [tag for tag in page.open if tag not in VOID] == []
    assert not {tag for tag, _ in page.seen} & {"script", "img", "link"}
    assert "<b>rush" not in text
    assert "&lt;b&gt;rush&lt;/b&gt;" in text
    [queue] = [section for section in page.sections if section["svg"]]
    assert (queue["table"], queue["title"]) == (1, 3)  # the picture, and what each of its two layers is
    headings = re.findall("<h2>(.*?)</h2>", text)
    assert len(headings) == len(set(headings)) == 4
    assert text == simulation_page(
        SimulationReport.model_validate_json(found.model_dump_json()), language=language
    )
    # Every point of the backlog, most at once, and what became of the target.
    assert text.count("<tr>") >= len(found.backlog)
    assert f"<b>{found.waiting_max:,}</b>" in text
    [target] = found.targets
    assert f"<td>{target.met:,}</td><td>{target.missed:,}</td><td>{target.late:,}</td>" in text


def test_long_runs_are_thinned_and_other_languages_refused(found):
    long = found.model_copy(update={"backlog": found.backlog * 40})
    assert simulation_page(long).count("<tr>") < 140
    with pytest.raises(InvalidInput, match="is not one of en, zh, zh-Hant"):
        simulation_page(found, language="tlh")


def test_on_the_command_line(tmp_path, found):
    scenario, out = tmp_path / "s.toml", tmp_path / "day.html"
    scenario.write_text(SCENARIO, encoding="utf-8")
    options = [str(scenario), "--seed", "3", "--quiet", "-o", str(out), "--language", "zh"]
    assert main(["simulate", *options]) == 0
    assert out.read_text("utf-8") == simulation_page(found, language="zh")
    assert (files("supportflow.reports") / "page.css").read_text("utf-8") in out.read_text("utf-8")
