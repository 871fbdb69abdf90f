"""`check` names whatever opens, closes or hands over at other instants by the machine's other copy of the zone data."""

from datetime import UTC, date, datetime

import pytest
import tzdata

from supportflow import BusinessCalendar, Policy, SlaPolicy, Target
from supportflow.cli.app import main
from supportflow.model.people import Agent, Group
from supportflow.policy.document.calendars import zone_versions
from supportflow.policy.verify.policy import verify
from supportflow.policy.verify.rosters import verify_roster
from supportflow.routing.document import Roster
from supportflow.routing.rotation import Rotation, RotationLayer
from zone_copies import machine

SINCE = date(2026, 1, 1)


def office(tz, **more):
    return BusinessCalendar.weekdays("09:00", "17:00", tz=tz, **more)


def rotation(name, tz, *people, **more):
    return Rotation(name=name, tz=tz, layers=[RotationLayer(people=people, start="2026-01-05", **more)])


POLICY = Policy(
    calendars={
        "vancouver": office("America/Vancouver"),
        "pinned": office("America/Edmonton", tzdata="system"),
        "berlin": office("Europe/Berlin"),
        "moves": office("Europe/Berlin", versions=[{"effective_from": "2027-06-01", "tz": "Africa/Casablanca"}]),
        "around": BusinessCalendar.always("America/Winnipeg"),
        "days": BusinessCalendar.always("America/Winnipeg"),
    },
    groups=[Group(name="night", calendar="days")],
    rotations=[
        rotation("alone", "America/Edmonton", "ana"),
        rotation("turns", "America/Edmonton", "ana", "ben"),
        rotation("east", "Asia/Tokyo", "ana", "ben"),
        rotation("while open", "Asia/Tokyo", "ana", restrict=["vancouver"]),
    ],
    sla=[
        SlaPolicy(
            name="g", calendar=office("Africa/Casablanca"), calendar_of="group",
            targets=[Target.first_response(hours=1), Target.resolution(working_days=2)],
        )
    ],
)  # fmt: skip


LATER = [{"effective_from": "2027-01-01", "tz": "Asia/Tokyo"}]


def found(policy=POLICY):
    return [one for one in verify(policy, since=SINCE).findings if one.kind == "zone_data"]


def test_each_is_named_and_nothing_else(tmp_path):
    with machine(tmp_path, system="2025b"):
        named = {one.path: one for one in found()}
    assert list(named) == [
        "sla.0.calendar", "calendars.vancouver", "calendars.pinned", "calendars.moves", "calendars.days",
        "rotations.1", "rotations.3",
    ]  # fmt: skip
    assert {one.severity for one in named.values()} == {"warning"}
    newest = tzdata.IANA_VERSION
    assert (
        named["calendars.vancouver"].message
        == (
            f"calendar 'vancouver' goes by tzdata {newest} (package); by this machine's other copy, 2025b (system), "
            "its instants would differ from 2026-01-01T16:00:00.000000Z on"
        )
        or "2026-11-02T16:00:00.000000Z" in named["calendars.vancouver"].message
    )
    assert f"goes by tzdata 2025b (system); by this machine's other copy, {newest} (package)" in (
        named["calendars.pinned"].message
    )
    assert "rotation 'while open' goes by" in named["rotations.3"].message


def test_a_machine_whose_copies_agree(tmp_path):
    for of in ({"old": False}, {"system": tzdata.IANA_VERSION}):
        with machine(tmp_path / str(of), **of):
            assert found() == []
    with machine(None):
        assert found() == []


def test_hours_on_requesters_clocks(tmp_path):
    policy = Policy(sla=[SlaPolicy(name="g", zone="requester", targets=[Target.resolution(hours=4)])])
    with machine(tmp_path, system="2025b"):
        [one] = found(policy)
    assert one.path == "sla.0.targets.0"
    assert one.message == (
        "counts on requesters' clocks; in Africa/Casablanca, America/Edmonton, America/Vancouver, America/Winnipeg "
        f"this machine's copies of tzdata differ (system 2025b, package {tzdata.IANA_VERSION})"
    )


def test_shifts_of_a_roster(tmp_path):
    roster = Roster(
        name="team",
        agents=[
            Agent(id="ana", shifts=["berlin"]),
            Agent(id="ben", shifts=["berlin", "vancouver"]),
            Agent(id="kim", shifts=["vancouver"]),
        ],
    )
    with machine(tmp_path, system="2025b"):
        report = verify_roster(roster, POLICY, start=datetime(2026, 12, 1, tzinfo=UTC))
    [one] = [one for one in report.findings if one.kind == "zone_data"]
    assert (one.path, one.severity) == ("agents.1.shifts.1", "warning")
    assert one.message.startswith("shift 'vancouver' goes by tzdata")


def test_the_command_says_it_and_goes_on(tmp_path, capsys):
    document = tmp_path / "policy.toml"
    document.write_text(
        '[calendars.office]\ntz = "America/Vancouver"\nweekly = { mon = [["09:00", "17:00"]] }\n', "utf-8"
    )
    with machine(tmp_path / "zones", system="2025b"):
        assert main(["check", str(document)]) == 0
    assert "warning: calendars.office: calendar 'office' goes by tzdata" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("policy", "sources"),
    [
        (Policy(), set()),
        (Policy(calendars={"a": office("UTC")}), set()),
        (Policy(calendars={"a": office("Europe/Berlin")}), {"newest"}),
        (Policy(calendars={"a": office("Europe/Berlin", tzdata="package")}), {"package"}),
        (Policy(calendars={"a": office("UTC", versions=LATER)}), {"newest"}),
        (Policy(rotations=[rotation("a", "Asia/Tokyo", "ana")]), {"newest"}),
        (Policy(rotations=[rotation("a", "UTC", "ana")]), set()),
        (Policy(sla=[SlaPolicy(name="g", zone="requester", targets=[Target.resolution(hours=4)])]), {"newest"}),
        (POLICY, {"newest", "system"}),
    ],
)  # fmt: skip
def test_what_a_policy_depends_on(policy, sources, tmp_path):
    with machine(tmp_path, system="2025b"):
        versions = zone_versions(policy)
    of = {"newest": tzdata.IANA_VERSION, "system": "2025b", "package": tzdata.IANA_VERSION}
    assert versions == {source: of[source] for source in sources}
