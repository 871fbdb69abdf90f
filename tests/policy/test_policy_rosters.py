"""Rosters: one reading for every format, errors with their place, and what is known to be wrong before the week begins."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from supportflow import Agent, Promise, Roster, ShiftOverride
from supportflow.calendars import BusinessCalendar
from supportflow.exceptions import InvalidInput, NaiveDatetimeError, RosterError
from supportflow.policy import Policy, load_roster, parse_roster, read_roster, verify_roster
from supportflow.policy.read.documents import MAX_CHARACTERS
from supportflow.routing.policy import RoutingPolicy

TOML = """
name = "night desk"

[[agents]]
id = "ana"
name = "Ana"
languages = ["en", "es"]
skills = { fees = 2, kyc = { level = 3, valid_until = 2026-03-04T00:00:00Z } }
shifts = ["nights"]

[[agents]]
id = "li"
name = "李娜"
tiers = ["expert", "compliance"]
languages = ["zh-Hans"]

[[overrides.ana]]
start = 2026-03-03T00:00:00Z
end = 2026-03-03T03:00:00Z
on_duty = false
reason = "dentist"

[[promises]]
name = "English nights"
language = "en"
hours = "nights"

[[promises]]
skills = { kyc = 3 }
hours = "nights"
"""
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
NIGHTS = BusinessCalendar(tz="UTC", weekly={d: [("00:00", "06:00")] for d in ("mon", "tue", "wed")})
POLICY = Policy(calendars={"nights": NIGHTS})


def refused(build, *arguments, **named):
    with pytest.raises(RosterError) as caught:
        build(*arguments, **named)
    return list(caught.value.problems)


def plain():
    return json.loads(load_roster(TOML, format="toml").model_dump_json(exclude_unset=True))


def test_one_roster_in_every_format(tmp_path):
    expected = load_roster(TOML, format="toml")
    text = json.dumps(plain(), ensure_ascii=False)
    path = tmp_path / "roster.json"
    path.write_text(text, "utf-8")
    assert (
        expected
        == parse_roster(plain())
        == load_roster(text, format="json")
        == load_roster(text, format="yaml")
    )
    assert read_roster(path) == expected
    assert [agent.name for agent in expected.agents] == ["Ana", "李娜"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"agent": []}, "agent: unknown field 'agent'; did you mean 'agents'?"),
        (
            {"agents": [{"id": "ana", "shift": []}]},
            "agents.0.shift: unknown field 'shift'; did you mean 'shifts'?",
        ),
        (
            {"agents": [{"id": "ana", "skills": {"kyc": {"levle": 2}}}]},
            "agents.0.skills.kyc.levle: unknown field 'levle'; did you mean 'level'?",
        ),
        ({"agents": [{"id": "ana"}, {"name": "x"}]}, "agents.1.id: Field required"),
        (
            {"agents": [{"id": "ana", "skills": {"kyc": 6}}]},
            "agents.0.skills.kyc.level: Input should be less than or equal to 5",
        ),
        ({"agents": [{"id": "ana"}, {"id": "ana"}]}, "agents: 'ana' is listed twice"),
        (
            {"overrides": {"anna": []}},
            "overrides.anna: unknown agent; did you mean 'ana'?",
        ),
        (
            {
                "overrides": {
                    "ana": [{"start": "2026-03-03T00:00Z", "end": "2026-03-03T00:00Z", "on_duty": True}]
                }
            },
            "overrides.ana.0.end: is not after start",
        ),
        (
            {"overrides": {"ana": [{"start": "2026-03-03", "end": "2026-03-03T00:00Z", "on_duty": True}]}},
            "overrides.ana.0.start: datetime: is naive; pass a datetime with a time zone",
        ),
        (
            {"overrides": {"ana": [{"on_dty": True}]}},
            "overrides.ana.0.on_dty: unknown field 'on_dty'; did you mean 'on_duty'?",
        ),
        ({"promises": [{"skils": {}}]}, "promises.0.skils: unknown field 'skils'; did you mean 'skills'?"),
        (
            {"promises": [{"skills": {"kyc": 0}}]},
            "promises.0.skills.kyc: Input should be greater than or equal to 1",
        ),
    ],
)
def test_what_a_wrong_roster_is_told(change, expected):
    assert expected in refused(parse_roster, plain() | change)


def test_what_an_unreadable_roster_is_told(tmp_path):
    assert refused(load_roster, "[", format="toml")[0].startswith("not valid TOML: ")
    assert refused(load_roster, "[1]", format="json") == ["roster: is not a table of fields"]
    assert refused(load_roster, "{}", format="ini") == [
        "roster: cannot be read as 'ini'; give one of toml, json, yaml"
    ]
    assert refused(load_roster, "#" * (MAX_CHARACTERS + 1), format="toml") == [
        "roster: is longer than 2000000 characters"
    ]
    assert refused(load_roster, "agents:\n- id: ana\n  shfts: []\n", format="yaml") == [
        "agents.0.shfts: unknown field 'shfts'; did you mean 'shifts'? (line 3)"
    ]
    latin = tmp_path / "roster.toml"
    latin.write_bytes(b'name = "a"\n# \xff')
    assert refused(read_roster, latin) == [f"{latin}: roster: is not text in UTF-8 (line 2)"]
    odd = tmp_path / "roster.txt"
    assert refused(read_roster, odd) == [
        f"{odd}: the file's name must end in .toml or .json, or in .yaml or .yml"
    ]


# --- verification ------------------------------------------------------------------------------


def test_what_a_week_lacks():
    report = verify_roster(load_roster(TOML, format="toml"), POLICY, start=MONDAY)
    # Ana is off until three on Tuesday, and her certificate lapses as Wednesday begins.
    assert [str(finding) for finding in report.errors] == [
        (
            "promises.0: nobody on duty serves 'English nights' until 2026-03-03T03:00:00.000000Z, "
            "opened at 2026-03-03T00:00:00.000000Z"
        ),
        (
            "promises.1: nobody on duty serves expert, kyc 3 until 2026-03-03T03:00:00.000000Z, "
            "opened at 2026-03-03T00:00:00.000000Z"
        ),
        (
            "promises.1: nobody on duty serves expert, kyc 3 until 2026-03-04T06:00:00.000000Z, "
            "opened at 2026-03-04T00:00:00.000000Z"
        ),
    ]
    assert [str(finding) for finding in report.warnings] == [
        (
            "promises.0: only 'ana' serves 'English nights', 3 times in the week and 15 h in all, "
            "opened at 2026-03-02T00:00:00.000000Z"
        ),
        (
            "promises.1: only 'ana' serves expert, kyc 3, 2 times in the week and 9 h in all, "
            "opened at 2026-03-02T00:00:00.000000Z"
        ),
    ]
    assert [str(finding) for finding in report.hints] == [
        (
            "agents: 1 of 2 (50%) have at most one of the team's 2 skills; "
            "with two each, a team serves nearly as well as if everybody had all"
        ),
        (
            "agents: 1 of 2 (50%) have at most one of the team's 3 languages; "
            "with two each, a team serves nearly as well as if everybody had all"
        ),
    ]
    assert not report.ok
    assert [finding.kind for finding in report.findings] == [
        *["unserved"] * 3, *["lone_expert"] * 2, *["narrow"] * 2
    ]  # fmt: skip


def test_lone_experts_alone_are_good():
    roster = Roster(agents=[Agent("ana", languages=["en"])], promises=[Promise(language="en")])
    report = verify_roster(roster, POLICY, start=MONDAY)
    assert report.ok
    assert [(f.severity, f.message) for f in report.findings] == [
        ("warning", "only 'ana' serves expert, en, once in the week and 168 h in all")
    ]


def test_a_week_is_168_hours_wherever_it_begins():
    roster = Roster(agents=[Agent("ana")], promises=[Promise()])
    summer = datetime(2026, 10, 19, tzinfo=timezone(timedelta(hours=2)))
    [lone] = roster.coverage({}, summer).lone
    assert lone.end - lone.start == timedelta(hours=168)
    assert lone.start == summer


def test_names_that_the_policy_does_not_know():
    roster = load_roster(
        TOML.replace('["nights"]', '["nigths", "24x7"]').replace('"nights"', '"night"'), format="toml"
    )
    report = verify_roster(roster, POLICY, start=MONDAY)
    assert [f"{finding.kind} {finding}" for finding in report.findings] == [
        "invalid agents.0.shifts.0: unknown calendar 'nigths'; did you mean 'nights'?",
        "invalid promises.0.hours: unknown calendar 'night'; did you mean 'nights'?",
        "invalid promises.1.hours: unknown calendar 'night'; did you mean 'nights'?",
    ]


def test_tiers_that_the_routing_does_not_know():
    roster = Roster(agents=[Agent("a", tiers=["expert", "complience"])], promises=[Promise(tier="export")])
    policy = Policy(routing=RoutingPolicy())
    assert [str(finding) for finding in verify_roster(roster, policy, start=MONDAY).errors] == [
        "agents.0.tiers.1: unknown tier 'complience'; did you mean 'compliance'?",
        "promises.0.tier: unknown tier 'export'; did you mean 'expert'?",
    ]
    assert (
        verify_roster(roster, Policy(), start=MONDAY).errors[0].kind == "unserved"
    )  # a desk that routes nothing


# --- the roster as an object -------------------------------------------------------------------


def test_who_is_on_duty():
    roster = load_roster(TOML, format="toml")
    calendars = {"nights": NIGHTS}
    assert roster.on_duty(calendars, MONDAY) == ("ana", "li")
    assert roster.on_duty(calendars, MONDAY + timedelta(days=1)) == ("li",)  # the dentist
    assert roster.on_duty(calendars, MONDAY + timedelta(hours=6)) == ("li",)


def test_a_roster_refuses_what_it_cannot_answer():
    at = MONDAY
    ana = Agent("ana", shifts=["nights"])
    assert refused(Roster(agents=[ana]).on_duty, {}, at) == ["agents.0.shifts.0: unknown calendar 'nights'"]
    assert refused(Roster(agents=[ana, ana]).coverage, {"nights": NIGHTS}, at) == [
        "agents: 'ana' is listed twice"
    ]
    backwards = {"bo": [ShiftOverride(start=at, end=at - timedelta(hours=1), on_duty=True)]}
    assert refused(Roster(agents=[Agent("bo")], overrides=backwards).coverage, {}, at) == [
        "overrides.bo.0.end: is not after start"
    ]
    with pytest.raises(InvalidInput):
        Roster().coverage({}, at, at)
    with pytest.raises(NaiveDatetimeError):
        Roster().coverage({}, datetime(2026, 3, 2))
