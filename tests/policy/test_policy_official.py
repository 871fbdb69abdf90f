"""One list of official addresses: the policy's, with what lexicons name joined in; every reader reads this one."""

import pytest

from desk.office import desk
from supportflow import Actor, Official, Policy, load_policy
from supportflow.policy import parse_policy
from supportflow.policy.sections.classifier import official_of
from supportflow.triage.lexicon import Lexicon
from supportflow.triage.official import OfficialIndex

BY_POLICY = Policy(official=Official(domains=["example.com"], brands=["exampay"]))
BY_LEXICON = Policy(lexicons=["common", Lexicon(name="own", official=("example.com", "exampay"))])
BOTH = Policy(
    lexicons=["common", Lexicon(name="own", official=("exampay",))],
    official=Official(domains=["example.com"], links=["https://t.me/exampay_news"]),
)
FAKE = "please verify at https://examp1e-help.test/login"


@pytest.mark.parametrize("policy", [BY_POLICY, BY_LEXICON, BOTH], ids=["policy", "lexicon", "both"])
def test_wherever_they_are_written_all_readers_know_them(policy):
    one = desk(policy)
    assert one.is_official("https://help.example.com/a")
    assert not one.is_official("https://exampay.test")
    for fake in (FAKE, "see https://exampay.test/x"):
        ticket = one.open(subject="Is this yours?", body=fake, requester="ana").ticket
        assert (ticket.priority_class, ticket.review, ticket.flags) == ("security", True, ("phishing_link",))
    ours = one.open(subject="I read https://www.example.com/help", requester="ana").ticket
    assert (ours.priority_class, ours.flags) == ("general", ())
    # Somebody else on the thread, with an official link and a foreign one.
    stranger = Actor(kind="requester", id="eve")
    told = one.receive(ours, body="verify your account at https://example.com/x", by=stranger).events[0]
    assert "phishing_link" not in told.flags
    told = one.receive(ours, body="verify your account at https://exempel.test/x", by=stranger).events[0]
    assert "phishing_link" in told.flags


def test_a_page_on_a_foreign_domain_that_is_ours_does_not_pretend():
    policy = Policy(official=Official(domains=["example.com"], links=["https://example.social.test/@help"]))
    one = desk(policy)
    for text, flags in {
        "see https://example.social.test/@help/12": (),
        "see https://example.social.test/@other": ("phishing_link",),
    }.items():
        assert one.open(subject=text, requester="ana").ticket.flags == flags


def test_a_policy_without_any_is_as_it_was():
    assert desk().open(subject=FAKE, requester="ana").ticket.flags == ()
    assert official_of(Policy()) == Official()


@pytest.mark.parametrize(
    ("domain", "shown", "flagged"),
    [
        ("example.co.uk", "https://imgur.com/a", False),  # "co" is nobody's name
        ("example.co.uk", "https://example-login.test/a", True),
        ("example.com.cn", "https://news.com/a", False),
        ("example.com.cn", "https://examp1e.test/a", True),
        ("help.example.com", "https://my-example.test", True),
        ("okx.com", "https://tokyokx.test/a", False),  # a short name counts as a word of its own
        ("okx.com", "https://okx-login.test/a", True),
        ("okx.com", "https://login.okx.test/a", True),
        ("x.com", "https://exchange.test/a", False),
        ("localhost.example", "https://localhost-help.test", True),
    ],
)
def test_the_name_that_people_know_in_a_domain(domain, shown, flagged):
    index = OfficialIndex(Official(domains=[domain]))
    assert bool(index.pretending(f"see {shown} now")) is flagged
    assert index.pretending(f"see https://a.{domain}/x now") == []


def test_documents_from_before_mean_the_same_version():
    """The fingerprints that these documents had when there were two lists."""
    before = {
        "lexicons": ["common", {"name": "own", "official": ["example.com", "exampay"]}],
        "official": {"emails": ["help@example.com"]},
    }
    policy = parse_policy(before)
    assert policy.fingerprint == "e24e46ade4ae67dc1fcbe935301ebc397926336d331137bcae7d2fa5874a27d8"
    assert load_policy(policy.canonical, format="json") == policy
    assert "brands" not in policy.canonical


def test_the_joined_list_is_no_part_of_the_document():
    before = BY_LEXICON.canonical
    joined = official_of(BY_LEXICON)
    assert (joined.domains, joined.brands) == (("example.com",), ("exampay",))
    assert BY_LEXICON.official == Official()
    assert BY_LEXICON.canonical == before
