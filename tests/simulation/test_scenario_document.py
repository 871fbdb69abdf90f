"""A bad scenario gives one clear error for each mistake, with its place."""

import pytest

from simulation.worlds import scenario
from supportflow.exceptions import PolicyError, ScenarioError
from supportflow.simulation import load_scenario, parse_scenario, read_scenario, simulate

GOOD = """\
lasts_for = "PT1H"
[arrivals]
per_hour = 60
[service]
mean = "PT1M"
[[team]]
name = "a"
count = 2
[policy.routing]
[[policy.routing.routes]]
name = "all"
"""


def problems(text):
    with pytest.raises(ScenarioError) as caught:
        simulate(load_scenario(text, format="toml"))
    return caught.value.problems


def test_a_good_one_runs():
    assert simulate(load_scenario(GOOD, format="toml")).tickets > 30


BAD = {
    "not TOML": ("lasts_for", "lasts_for lasts_for", "not valid TOML"),
    "a misspelt name": ("[arrivals]", "warmup = 1\n[arrivals]", "warmup: unknown field"),
    "no arrivals": ("per_hour = 60", "", "arrivals: "),
    "two arrivals": (
        "per_hour = 60",
        "per_hour = 60\nlog = {file = 'x', time = 'at'}",
        "exactly one of per_hour, rates, log",
    ),
    "a rate below 0": ("per_hour = 60", "per_hour = -1", "arrivals.per_hour: "),
    "rates that fall": (
        "per_hour = 60",
        "rates = [{per_hour = 1}, {after = 'PT0S', per_hour = 1}]",
        "arrivals: rates must begin at PT0S and rise",
    ),
    "a repetition in the middle": (
        "per_hour = 60",
        "repeat = 'PT1H'\nrates = [{per_hour = 1}, {after = 'PT2H', per_hour = 1}]",
        "arrivals: repeat must lie after",
    ),
    "a burst of a log": (
        "per_hour = 60",
        "log = {file = 'x', time = 'at'}\nbursts = [{after = 'PT1H', lasts_for = 'PT1H', times = 2}]",
        "arrivals: a log has no bursts",
    ),
    "no service": ('mean = "PT1M"', "", "service.mean: "),
    "no time": ("PT1M", "PT0S", "service.mean: "),
    "a strange shape": ('"PT1M"', '"PT1M"\nshape = "gamma"', "service.shape: "),
    "answers over one": (
        "[arrivals]",
        "answers = {accept = 0.8, ignore = 0.3}\n[arrivals]",
        "answers: accept and ignore together are more than 1",
    ),
    "a share over one": ("[arrivals]", "pending = {share = 2}\n[arrivals]", "pending.share: "),
    "nobody": ('[[team]]\nname = "a"\ncount = 2\n', "", "nobody works"),
    "no count": ("count = 2", "count = 0", "team.0.count"),
    "all is warm-up": ("[arrivals]", 'warm_up = "PT1H"\n[arrivals]', "warm_up is as long as lasts_for"),
    "no policy": (
        '[policy.routing]\n[[policy.routing.routes]]\nname = "all"\n',
        "",
        "exactly one of policy, policy_file",
    ),
    "no routing": (
        '[policy.routing]\n[[policy.routing.routes]]\nname = "all"\n',
        "[policy]",
        "policy.routing: is missing",
    ),
    "a wrong policy": ("[policy.routing]", 'policy.classes = ["a", "a"]\n[policy.routing]', "policy"),
    "a wrong route": ('name = "all"', 'name = "all"\ntier = "experts"', "policy.routing.routes"),
    "an unknown class": (
        "[arrivals]",
        'kinds = [{class = "securty"}]\n[arrivals]',
        "kinds.0.class: unknown class 'securty'",
    ),
    "an unknown attribute": (
        "[arrivals]",
        "kinds = [{attributes = {vip = true}}]\n[arrivals]",
        "kinds.0.attributes.vip: ",
    ),
    "an unknown tier": ("count = 2", 'count = 2\ntiers = ["exprt"]', "team.0.tiers: unknown tier 'exprt'"),
    "an unknown shift": ("count = 2", "count = {day = 2}", "team.0.shifts: unknown calendar 'day'"),
    "too much reserved": (
        "count = 2",
        "count = 2\nreserved = 2",
        "team.0.reserved: is more than the capacity",
    ),
    "an agent twice": ("[arrivals]", 'agents = [{id = "a-1"}]\n[arrivals]', "agents: 'a-1' is there twice"),
    "a listed agent's tier": (
        "[arrivals]",
        'agents = [{id = "b", tiers = ["x"]}]\n[arrivals]',
        "agents.0.tiers: unknown tier",
    ),
    "a listed agent's reserve": (
        "[arrivals]",
        'agents = [{id = "b", capacity = 1, reserved = 2}]\n[arrivals]',
        "agents.0.reserved: is more",
    ),
    "a file that was not read": (
        '[policy.routing]\n[[policy.routing.routes]]\nname = "all"\n',
        "",
        "policy_file: 'p.toml' is not read",
        'policy_file = "p.toml"\n',
    ),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_one_clear_error(case):
    good, bad, said, *front = case
    assert good in GOOD
    found = problems("".join(front) + GOOD.replace(good, bad, 1))
    assert len(found) == 1, found
    assert said in found[0]


def test_a_policy_beside_the_scenario(tmp_path):
    routing = GOOD.index("[policy.routing]")
    (tmp_path / "p.toml").write_text(GOOD[routing:].replace("policy.", ""), "utf-8")
    named = tmp_path / "s.toml"
    named.write_text('policy_file = "p.toml"\n' + GOOD[:routing], "utf-8")
    assert simulate(read_scenario(named)).digest == simulate(load_scenario(GOOD, format="toml")).digest
    (tmp_path / "p.toml").write_text("[routin]", "utf-8")
    with pytest.raises(PolicyError, match="routin"):
        read_scenario(named)
    (tmp_path / "p.toml").unlink()
    with pytest.raises(FileNotFoundError):
        read_scenario(named)
    named.write_text("last_for = 1", "utf-8")
    with pytest.raises(ScenarioError, match=r"s\.toml: last_for: unknown"):
        read_scenario(named)


LOGS = {
    "no such column": ("when\n2026-03-02T01:00Z\n", {}, "has no column 'at'"),
    "no offset": ("at\n2026-03-02T01:00\n", {}, "line 2"),
    "no instant": ("at\nyesterday\n", {}, "line 2"),
    "a short row": ("x,at\n1\n", {}, "line 2"),
    "no rows": ("at\n", {}, "has no rows"),
    "no zone": ("at\n2026-03-02T01:00\n", {"tz": "Mars/Base"}, "arrivals.log.tz"),
    "not then": ("at\n2020-03-02T01:00Z\n", {}, "no row lies between"),
    "a strange class": ("at,c\n2026-03-02T00:01Z,x\n", {"class": "c"}, "unknown class 'x'"),
    "not a CSV file": ('at\n"' + "x" * 200_000, {}, "is not a CSV file"),
}


@pytest.mark.parametrize("case", LOGS.values(), ids=LOGS)
def test_bad_logs(case, tmp_path):
    text, more, said = case
    (tmp_path / "log.csv").write_text(text, "utf-8")
    arrivals = {"log": {"file": str(tmp_path / "log.csv"), "time": "at", **more}}
    with pytest.raises(ScenarioError) as caught:
        simulate(scenario(60, 1, arrivals=arrivals))
    assert len(caught.value.problems) == 1
    assert said in caught.value.problems[0]


def test_a_log_in_another_encoding(tmp_path):
    (tmp_path / "log.csv").write_bytes(b"at\n\xff\n")
    arrivals = {"log": {"file": str(tmp_path / "log.csv"), "time": "at"}}
    with pytest.raises(ScenarioError, match="UTF-8"):
        simulate(scenario(60, 1, arrivals=arrivals))


def test_plain_data_is_checked_as_well():
    with pytest.raises(ScenarioError, match="lasts_for"):
        parse_scenario({})
