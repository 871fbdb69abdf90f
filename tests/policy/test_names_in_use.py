"""Names that are taken for one another are said where a policy is loaded or taken into use, not by `check` alone."""

import asyncio
import json
import warnings

import pytest

from supportflow import AsyncDesk, Desk, MemoryStore, Policy, load_policy
from supportflow.cli import main
from supportflow.policy import AmbiguousNameWarning, parse_policy, read_policy
from supportflow.policy.presets import preset
from supportflow.policy.verify.policy import verify
from supportflow.testing import ManualClock

START = "2026-03-02T09:00:00Z"
DAY = {"tz": "UTC", "weekly": {"mon": [("09:00", "17:00")]}}


def sla(name, target):
    return {
        "name": name,
        "when": {"field": "channel", "eq": name},
        "targets": [{"name": target, "metric": "first_response", "hours": 1}],
    }


def step(**fields):
    return {"minutes": 1, "notify": ["assignee"], **fields}


AMBIGUOUS = {
    "a Cyrillic letter": ({"groups": [{"name": "security"}, {"name": "s\u0435curity"}]}, "groups.1"),
    "upper case": ({"classes": ["urgent", "Urgent", "general"]}, "classes.1"),
    "full width": ({"calendars": {"day": DAY, "\uff44ay": DAY}}, "calendars.\uff44ay"),
    "Chinese, composed apart": ({"groups": [{"name": "客服"}, {"name": "客 服"}]}, "groups.1"),
    "clocks of one name": ({"sla": [sla("a/b", "c"), sla("a", "b/c")]}, "sla.1.targets.0"),
    "a metric that is hidden": (
        {"metrics": [{"name": "resolution", "start": ["opened"], "stop": ["closed"]}]},
        "metrics.0.name",
    ),
    "evidence": ({"lexicons": [{"name": "a:b", "entries": []}]}, "lexicons.0.name"),
    "routes": ({"routing": {"routes": [{"name": "all"}, {"name": "All"}]}}, "routing.routes.1"),
    "tiers": (
        {"routing": {"tiers": ["expert", "\u0435xpert"], "routes": [{"name": "all", "tier": "expert"}]}},
        "routing.tiers.1",
    ),
    "ladders": (
        {"escalation": {"ladders": [{"name": "late", "steps": [step()]}, {"name": "Late", "steps": [step()]}]}},
        "escalation.ladders.1",
    ),
    "surges": (
        {
            "routing": {"routes": [{"name": "all"}]},
            "surges": {one: {"lasts_for": "PT1H", "busy_in": ["new"]} for one in ("outage", "Outage")},
        },
        "surges.Outage",
    ),
    "rotations": (
        {"rotations": [
            {"name": one, "tz": "UTC", "layers": [{"people": ["sam"], "start": "2026-01-05"}]} for one in ("night", "Night")
        ]},
        "rotations.1",
    ),
}  # fmt: skip


@pytest.fixture(params=AMBIGUOUS.values(), ids=AMBIGUOUS)
def case(request):
    return request.param


def warned(act):
    """What acting warns of, and that the warning belongs to the line that asked."""
    with pytest.warns(AmbiguousNameWarning) as told:
        act()
    [one] = told
    assert one.filename == __file__
    return str(one.message)


def test_loading_says_it(case, tmp_path):
    document, path = case
    text = json.dumps(document)
    (tmp_path / "policy.json").write_text(text, encoding="utf-8")
    said = {
        warned(lambda: parse_policy(document)),
        warned(lambda: load_policy(text, format="json")),
        warned(lambda: read_policy(tmp_path / "policy.json")),
    }
    [message] = said
    assert message.startswith(f"{path}: ")
    errors = [one for one in verify(Policy.model_validate(document)).errors if one.kind.endswith("_name")]
    assert message == "; ".join(map(str, errors))


def test_taking_it_into_use_says_it(case):
    policy, path = Policy.model_validate(case[0]), case[1]
    assert warned(lambda: Desk(policy)).startswith(f"{path}: ")
    assert warned(lambda: AsyncDesk(policy)).startswith(f"{path}: ")
    plain, waiting = Desk(), AsyncDesk()
    assert warned(lambda: plain.use(policy)).startswith(f"{path}: ")
    with pytest.warns(AmbiguousNameWarning):
        asyncio.run(waiting.use(policy))


def test_such_a_policy_works():
    """A warning, not an error: what is in use goes on."""
    policy = Policy.model_validate(AMBIGUOUS["a Cyrillic letter"][0])
    with pytest.warns(AmbiguousNameWarning):
        desk = Desk(policy, clock=ManualClock(START))
    ticket = desk.open(subject="s", requester="ana", ref="1").ticket
    assert desk.assign(ticket, group="s\u0435curity", by="sam").ticket.group == "s\u0435curity"


def test_what_is_stored_already_says_nothing_again():
    store, clock = MemoryStore(), ManualClock(START)
    with pytest.warns(AmbiguousNameWarning):
        before = Desk(Policy.model_validate(AMBIGUOUS["evidence"][0]), store=store, clock=clock)
    before.open(subject="s", requester="ana", ref="1")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        after = Desk(Policy(name="mended"), store=store, clock=clock)
        assert after.get(ref="1").policy == before.policy.fingerprint


def test_many_are_counted():
    names = [{"name": f"desk{' ' * spaces}x"} for spaces in range(1, 9)]
    said = warned(lambda: parse_policy({"groups": names}))
    assert said.count("; ") - said.count("; groups are") == 5
    assert said.endswith("; and 2 more")


@pytest.mark.parametrize("policy", [Policy(), preset("exchange")], ids=["default", "exchange"])
def test_what_is_shipped_has_none(policy):
    assert [one for one in verify(policy).findings if one.kind.endswith("_name")] == []
    assert Desk(policy).policy == policy


def test_check_says_it_once(tmp_path, capsys):
    (tmp_path / "policy.json").write_text(json.dumps(AMBIGUOUS["routes"][0]), encoding="utf-8")
    assert main(["check", str(tmp_path / "policy.json")]) == 1
    shown = capsys.readouterr()
    assert (shown.out + shown.err).count("looks like") == 1


def test_hosts_import_verification_by_its_first_name():
    from supportflow.policy import verification

    assert verification.verify is verify
