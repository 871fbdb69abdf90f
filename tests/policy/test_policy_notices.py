"""Who is told what, as a part of the policy: read, checked, published, compared, and proved."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from supportflow import Desk, Group, Policy
from supportflow.channels.notify import InternalRule, NoticeRules
from supportflow.channels.notify.notices import INTERNAL, names_people
from supportflow.exceptions import PolicyError
from supportflow.policy.compiled import CompiledPolicy
from supportflow.policy.diff import policy_diff
from supportflow.policy.document.json_schema import policy_schema
from supportflow.policy.presets import preset
from supportflow.policy.read.policies import load_policy
from supportflow.policy.verify.notices import notice_reach
from supportflow.policy.verify.policy import verify
from supportflow.policy.verify.scope import scope_of

TEXT = """
schema = 1
groups = [{ name = "leads" }, { name = "risk" }]
classes = ["security", "general"]

[[sla]]
name = "all"
targets = [{ metric = "first_response", hours = 1, warn_at = ["75%"], overdue = { every = "PT30M", times = 2 } }]

[notices]
requester = ["opened", "answered"]
language = "zh"

[[notices.internal]]
on = "sla_breached"
tell = ["assignee", "group:leads"]

[[notices.internal]]
on = "message_received"
tell = ["group:risk", "agent:sam"]
classes = ["security"]
"""


def test_they_are_read_and_published_like_the_rest():
    policy = load_policy(TEXT, format="toml")
    assert policy.notices == NoticeRules(
        internal=[
            InternalRule(on="sla_breached", tell=["assignee", "group:leads"]),
            InternalRule(on="message_received", tell=["group:risk", "agent:sam"], classes=["security"]),
        ],
        requester=["opened", "answered"],
        language="zh",
    )
    assert Policy.stored(policy.canonical).notices == policy.notices
    assert verify(policy).findings == ()
    desk = Desk(policy)
    desk.use(policy.model_copy(update={"notices": None}))
    assert desk.policy.notices is None
    # A policy that says nothing of it is the version that it was.
    assert "notices" not in Policy().canonical


def test_another_reader_is_another_version_and_a_difference():
    old = load_policy(TEXT, format="toml")
    new = load_policy(TEXT.replace('"agent:sam"', '"agent:lena"'), format="toml")
    assert old.fingerprint != new.fingerprint
    [found] = policy_diff(old, new)
    assert (found.path.startswith("notices.internal"), found.old, found.new) == (
        True, ["group:risk", "agent:sam"], ["group:risk", "agent:lena"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"group:leads"', '"group:leeds"', "notices.internal.0.tell.1: unknown group 'leeds'; did you mean 'leads'?"),
        ('classes = ["security"]', 'classes = ["secure"]', "notices.internal.1.classes: unknown class 'secure'"),
        ('"agent:sam"', '"group:risk"', "notices.internal.1.tell: 'group:risk' is listed twice"),
        ('["opened", "answered"]', '["opened", "opened"]', "notices.requester: 'opened' is listed twice"),
        ('classes = ["security"]', 'classes = ["security", "security"]', "notices.internal.1.classes: 'security'"),
    ],
)  # fmt: skip
def test_names_that_mean_nothing_are_found(old, new, problem):
    assert old in TEXT
    with pytest.raises(PolicyError) as caught:
        load_policy(TEXT.replace(old, new), format="toml")
    assert any(one.startswith(problem) for one in caught.value.problems), caught.value.problems


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ('requester = ["note_added"]', "requester"),
        ('requester = ["sla_breached"]', "requester"),
        ('internal = [{ on = "answered", tell = ["assignee"] }]', "internal"),
        ('internal = [{ on = "assigned", tell = ["requester"] }]', "tell"),
        ('internal = [{ on = "assigned", tell = [] }]', "tell"),
        ('internal = [{ on = "assigned", tell = ["assignee"], text = "…" }]', "text"),
        ('language = ""', "language"),
    ],
)
def test_neither_audience_has_the_others_topics_and_nobody_writes_a_text(part, place):
    """Not by the document, and not by the schema that an editor checks it with."""
    with pytest.raises(PolicyError) as caught:
        load_policy(f"schema = 1\n[notices]\n{part}\n", format="toml")
    assert any("notices" in one and place in one for one in caught.value.problems), caught.value.problems


def test_the_schema_says_so_too():
    validator = Draft202012Validator(policy_schema())
    right = {"on": "assigned", "tell": ["named", "group:leads"], "classes": ["general"]}
    for notices, wrong in (
        ({"internal": [right], "requester": ["opened"], "language": "zh-TW"}, False),
        ({"internal": [{**right, "on": "answered"}]}, True),
        ({"internal": [{**right, "tell": ["requester"]}]}, True),
        ({"internal": [{**right, "tell": []}]}, True),
        ({"requester": ["note_added"]}, True),
        ({"body": "…"}, True),
    ):
        document = json.loads(json.dumps({"schema": 1, "notices": notices}))
        assert bool([*validator.iter_errors(document)]) == wrong, notices


@pytest.mark.parametrize(
    ("on", "extra", "lacks"),
    [
        ("sla_breached", "", "there are no SLA targets"),
        ("sla_warned", '[[sla]]\nname = "a"\ntargets = [{ metric = "first_response", hours = 1 }]', "no target warns"),
        ("sla_overdue", '[[sla]]\nname = "a"\ntargets = [{ metric = "first_response", hours = 1 }]', "no target repeats"),
        ("ladder_step_reached", "", "there are no ladders"),
        ("offer_made", "", "there is no routing"),
        ("handed_over", "", "there is no routing"),
        ("action_waits", "", "there are no actions"),
        ("action_failed", "", "there are no actions"),
        ("assigned", "", None),
        ("message_received", "", None),
        ("undeliverable", "", None),
        ("ticket_escalated", "", None),
    ],
)  # fmt: skip
def test_what_never_happens_is_told_to_nobody(on, extra, lacks):
    text = f'schema = 1\n[notices]\ninternal = [{{ on = "{on}", tell = ["assignee"] }}]\n{extra}\n'
    found = [one for one in verify(load_policy(text, format="toml")).findings if one.kind == "never_told"]
    assert [(one.path, one.severity) for one in found] == [("notices.internal.0.on", "warning")] * (
        lacks is not None
    )
    assert all(lacks in one.message for one in found)


def test_whom_an_event_names_is_nobody_where_it_names_nobody():
    """Against the events themselves, each with everybody in it that it can hold."""
    everybody = {"notified": ("sam",), "groups": ("leads",), "assignee": "sam", "agent": "sam"}
    nobody = []
    for kind, topic in INTERNAL.items():
        held = {name: value for name, value in everybody.items() if name in kind.model_fields}
        if not names_people(kind.model_construct(**held)):
            nobody.append(topic.name)
    topics = [topic.name for topic in INTERNAL.values()]
    rules = [InternalRule(on=topic, tell=["assignee", "named"]) for topic in topics]
    policy = preset("exchange").model_copy(update={"notices": NoticeRules(internal=rules)})
    scope = scope_of(CompiledPolicy(policy), date(2026, 1, 1))
    found = {one.path: one.message for one in notice_reach(scope) if one.kind == "never_told"}
    assert found == {
        f"notices.internal.{topics.index(topic)}.tell.1": f"{topic!r} names nobody" for topic in nobody
    }
    assert len(nobody) == 8


RULES = st.lists(
    st.builds(
        InternalRule,
        on=st.sampled_from(["assigned", "undeliverable"]),
        tell=st.lists(st.sampled_from(["assignee", "named", "agent:a"]), min_size=1, max_size=3, unique=True),
        classes=st.lists(st.sampled_from(["security", "dispute", "general"]), max_size=3, unique=True),
    ),
    max_size=5,
)
CLASSES = ("security", "dispute", "general")


@settings(max_examples=60)
@given(RULES)
def test_a_rule_that_changes_nothing_is_found_and_no_other(rules):
    """Against the oracle that leaves each rule out: those before it tell the same, or not."""

    def told(some):
        return {
            (on, name, reader)
            for on in ("assigned", "undeliverable")
            for name in CLASSES
            for rule in some
            if rule.on == on and (not rule.classes or name in rule.classes)
            for reader in rule.tell
        }

    expected = [at for at in range(len(rules)) if told(rules[: at + 1]) == told(rules[:at])]
    policy = Policy(classes=CLASSES, groups=[Group(name="leads")], notices=NoticeRules(internal=rules))
    found = [one for one in verify(policy).findings if one.kind == "shadowed"]
    assert [one.path for one in found] == [f"notices.internal.{at}" for at in expected]
    assert all(one.by for one in found)
