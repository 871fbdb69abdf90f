"""What a policy seals opens with consent, role and purpose; each view is one event, and nothing else lets a byte out."""

from contextlib import closing
from copy import deepcopy
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.office import START, Awaited, clock_of, desk
from supportflow import (
    Actor,
    Agent,
    AsyncDesk,
    Attachment,
    Desk,
    LocalTicketIndex,
    MemoryStore,
    Party,
    Policy,
    Requester,
    SqlStore,
    flows,
    fold,
)
from supportflow.events import ConsentGiven, ConsentWithdrawn, ContentViewed
from supportflow.exceptions import InvalidInput, PolicyError, Refused
from supportflow.notary import Notary
from supportflow.policy import CompiledPolicy
from supportflow.records import SIGNED, Proof, SigningKey, Trust, digest, link, root
from supportflow.testing import CountingIds, ManualClock

HOUR = timedelta(hours=1)
SECRET = "Zebra-7731"
ACCESS = {
    "roles": {"investigator": {"groups": ["fraud"]}, "counsel": {"agents": ["lea"], "tiers": ["legal"]}},
    "rules": [
        {"name": "identity papers", "kinds": ["attachment"], "roles": ["investigator"], "purposes": ["fraud", "audit"]},
        {"name": "account numbers", "items": ["account"], "roles": ["investigator", "counsel"], "purposes": ["audit"]},
        {"name": "disputes", "categories": ["dispute"], "roles": ["counsel"], "purposes": ["court"]},
        {"name": "letters", "kinds": ["message"], "categories": ["letter"], "roles": ["counsel"], "purposes": ["court"]},
    ],
}  # fmt: skip
DOCUMENT = {
    "groups": [{"name": "fraud"}],
    "access": ACCESS,
    "intake": {
        "categories": {
            "kyc": {
                "evidence": [{"name": "account", "kind": "text"}, {"name": "paper", "kind": "attachment"}]
            }
        }
    },
}


def policy(**changed):
    given = deepcopy(DOCUMENT)
    given["access"] |= changed
    return Policy.model_validate(given)


PAPER = Attachment(name=f"passport {SECRET}.png", media_type="image/png", size=9, uri=f"s3://papers/{SECRET}")


def staffed(**ports):
    """A desk with an investigator, a counsel, and somebody without a role."""
    one = desk(policy(), **ports)
    enrol(one)
    return one


def enrol(one):
    for agent in (
        Agent("ivy", groups=("fraud",)),
        Agent("lea"),
        Agent("sam"),
        Agent("tom", tiers=("legal",)),
    ):
        one.enrol(agent, by="admin")


def opened(one, **named):
    given = {"subject": "My papers", "body": "They are attached.", "requester": "ana", "category": "kyc"}
    return one.open(**{**given, "attachments": [PAPER], **named}).ticket


ANA, BO = Requester("ana"), Actor(kind="party", id="bo")


def consent(one, ticket, *purposes, by=ANA, hours=1, **named):
    return one.give_consent(ticket, purposes=purposes, valid_for=hours * HOUR, method="form", by=by, **named)


def views(one, ticket):
    return [event for event in one.history(ticket) if isinstance(event, ContentViewed)]


def everything_shown(one, ticket):
    """All that leaves a desk without a view."""
    return "".join(
        str(part)
        for part in (
            one.messages(ticket), one.messages(ticket, seen_by="ana"), one.evidence(ticket), one.row(ticket),
            one.screen(ticket),
            one.papers(ticket),
            one.person_file("ana"),
            one.get(ticket), one.history(ticket), one.explain(ticket), one.feed().items, one.rows(),
        )
    )  # fmt: skip


def test_a_file_opens_with_consent_role_and_purpose_and_not_without_one_of_them():
    one = staffed()
    ticket = opened(one)
    assert SECRET not in everything_shown(one, ticket)

    with pytest.raises(Refused, match=r"no consent of 'ana' for 'fraud'$"):
        one.view(ticket, purpose="fraud", by="ivy")
    consent(one, ticket, "fraud")
    with pytest.raises(Refused, match="identity papers opens for investigator"):
        one.view(ticket, purpose="fraud", by="sam")
    with pytest.raises(Refused, match="does not open for 'marketing'"):
        one.view(ticket, purpose="marketing", by="ivy")
    with pytest.raises(Refused, match="no consent of 'ana' for 'audit'"):
        one.view(ticket, purpose="audit", by="ivy")
    assert views(one, ticket) == []

    seen = one.view(ticket, purpose="fraud", by="ivy")
    [text] = seen.texts
    assert (text.kind, text.text, text.uri, text.by.id) == ("attachment", PAPER.name, PAPER.uri, "ana")
    [event] = views(one, ticket)
    assert seen.event == event
    assert (event.by.id, event.purpose, event.roles, event.people) == (
        "ivy",
        "fraud",
        ("investigator",),
        ("ana",),
    )
    assert event.contents == (text.id,)
    one.view(ticket, purpose="fraud", by="ivy")
    assert len(views(one, ticket)) == 2
    assert SECRET not in everything_shown(one, ticket)
    assert fold(one.history(ticket)) == one.get(ticket)


def test_consent_ends_at_its_instant_and_when_it_is_withdrawn():
    one = staffed()
    ticket = opened(one)
    [event] = consent(one, ticket, "fraud", "audit").events
    assert (event.person, event.purposes, event.valid_until) == ("ana", ("fraud", "audit"), START + HOUR)
    clock_of(one).advance(HOUR - timedelta(microseconds=1))
    assert one.view(ticket, purpose="audit", by="ivy").texts
    clock_of(one).advance(timedelta(microseconds=1))
    with pytest.raises(Refused, match="it ended at 2026-03-02T10:00:00Z"):
        one.view(ticket, purpose="audit", by="ivy")

    consent(one, ticket, "fraud", "audit", by="sam")
    [event] = one.withdraw_consent(ticket, purposes=["audit", "court"], by=ANA).events
    assert (event.person, event.purposes) == ("ana", ("audit",))
    with pytest.raises(Refused, match="no consent of 'ana' for 'audit'"):
        one.view(ticket, purpose="audit", by="ivy")
    assert one.view(ticket, purpose="fraud", by="ivy").texts
    assert one.withdraw_consent(ticket, by="sam").events
    assert one.withdraw_consent(ticket, by="sam").events == ()
    with pytest.raises(Refused):
        one.view(ticket, purpose="fraud", by="ivy")
    assert one.get(ticket).case.consents == ()


def test_only_whose_texts_they_are_consents_and_nobody_opens_by_what_they_recorded():
    one = staffed()
    ticket = opened(one)
    one.add_party(ticket, party=Party("counterparty", "bo"), by="sam", expects=["receipt"])
    one.provide(ticket, evidence={"receipt": Attachment(name=f"receipt {SECRET}")}, by=BO)
    for by, person in ((Requester("eve"), None), ("sam", "eve"), ("sam", "sam")):
        with pytest.raises(InvalidInput, match="neither the requester nor a party"):
            consent(one, ticket, "fraud", by=by, person=person)
    for by, person in ((ANA, "bo"), (BO, "ana")):
        with pytest.raises(Refused, match="speaks for nobody else"):
            consent(one, ticket, "fraud", by=by, person=person)
        with pytest.raises(Refused, match="speaks for nobody else"):
            one.withdraw_consent(ticket, by=by, person=person)
    with pytest.raises(InvalidInput, match="no rule of the policy's access"):
        consent(one, ticket, "marketing")
    with pytest.raises(InvalidInput, match="purposes: is empty"):
        consent(one, ticket)

    consent(one, ticket, "fraud", by="ivy")
    with pytest.raises(Refused, match="whoever records a consent does not open by it"):
        one.view(ticket, purpose="fraud", by="ivy")
    consent(one, ticket, "fraud", by="sam")
    assert [text.text for text in one.view(ticket, purpose="fraud", by="ivy").texts] == [PAPER.name]
    consent(one, ticket, "fraud", by=BO)
    seen = one.view(ticket, purpose="fraud", by="ivy")
    assert [text.text for text in seen.texts] == [PAPER.name, f"receipt {SECRET}"]
    assert seen.event.people == ("ana", "bo")
    one.withdraw_consent(ticket, by="sam")
    assert [text.item for text in one.view(ticket, purpose="fraud", by="ivy").texts] == ["receipt"]
    assert SECRET not in everything_shown(one, ticket)


def test_another_id_of_the_person_is_the_person_and_an_agent_is_nobody_on_their_own_case():
    one = staffed()
    one.link_requester("ana", "ana-2", by="sam")
    ticket = opened(one)
    consent(one, ticket, "fraud", by=Requester("ana-2"))
    assert one.view(ticket, purpose="fraud", by="ivy").texts
    one.withdraw_consent(ticket, by=ANA)
    with pytest.raises(Refused):
        one.view(ticket, purpose="fraud", by="ivy")
    own = opened(one, requester="ivy")
    consent(one, own, "fraud", by="sam")
    for by in ("ivy", Requester("ivy"), BO, "nobody-we-know"):
        with pytest.raises(Refused):
            one.view(own, purpose="fraud", by=by)
    assert views(one, own) == []


def test_evidence_that_a_message_says_is_sealed_in_the_message_too():
    one = staffed()
    ticket = opened(
        one,
        subject=f"No. {SECRET}",
        body=f"My account is {SECRET}.",
        attachments=(),
        evidence={"account": SECRET},
    )
    assert SECRET not in everything_shown(one, ticket)
    assert [message.sealed for message in one.messages(ticket)] == [True, False]
    [account] = [item for item in one.evidence(ticket) if item.item == "account"]
    assert (account.value, account.sealed) == (None, True)
    assert one.row(ticket).subject is None
    one.receive(ticket, body="Thank you.", by=ANA)
    assert one.messages(ticket)[-1].body == "Thank you."

    consent(one, ticket, "audit")
    seen = one.view(ticket, purpose="audit", by="ivy")
    assert [(text.kind, text.item) for text in seen.texts] == [
        ("subject", None), ("message", None), ("evidence", "account")
    ]  # fmt: skip
    assert all(SECRET in text.text for text in seen.texts)
    assert [text.kind for text in one.view(ticket, purpose="audit", by="lea", items=["account"]).texts] == [
        "evidence"
    ]
    with pytest.raises(Refused, match="nothing of this is sealed"):
        one.view(ticket, purpose="audit", by="lea", kinds=["note"])


def test_a_text_stays_sealed_whatever_its_ticket_becomes():
    one = staffed()
    ticket = opened(one, category="letter", body=SECRET, attachments=())
    one.update(ticket, category="other", by="sam")
    assert SECRET not in everything_shown(one, ticket)
    consent(one, ticket, "court")
    assert [text.text for text in one.view(ticket, purpose="court", by="tom").texts] == [SECRET]
    # And it is sealed from the moment on at which the ticket becomes what the policy seals.
    other = opened(one, body=SECRET, attachments=())
    assert SECRET in everything_shown(one, other)
    one.update(other, category="letter", by="sam")
    assert SECRET not in everything_shown(one, other)


def test_what_a_ticket_has_from_another_is_sealed_on_both():
    one = desk(policy(rules=[ACCESS["rules"][2]]))
    enrol(one)
    whole = opened(one, category="dispute", subject=SECRET, body=SECRET, attachments=())
    one.resolve(whole, by="sam")
    one.close_ticket(whole, by="sam")
    clock_of(one).advance(timedelta(days=60))
    follow = one.receive(whole, body="Again.", by=ANA).ticket
    assert follow.follow_up_of == whole.id
    one.update(follow, category="other", by="sam")
    assert SECRET not in everything_shown(one, follow)
    assert one.row(follow).subject is None
    consent(one, follow, "court")
    assert SECRET in [text.text for text in one.view(follow, purpose="court", by="lea").texts]


def test_evidence_of_a_merged_ticket_is_sealed_where_it_came():
    one = staffed()
    first, second = opened(one), opened(one, attachments=())
    one.merge(first, into=second, by="sam")
    one.provide(second, evidence={"account": SECRET}, by="sam")
    assert SECRET not in everything_shown(one, second)
    assert [item.item for item in one.evidence(second) if item.sealed] == ["account", "paper"]


BOTH = Agent("max", groups=("fraud",), tiers=("legal",))


def test_a_text_that_two_rules_seal_opens_for_who_meets_both():
    letters = {**ACCESS["rules"][3], "purposes": ["audit"]}
    one = desk(policy(rules=[letters, ACCESS["rules"][1] | {"roles": ["investigator"]}]))
    enrol(one)
    one.enrol(BOTH, by="admin")
    ticket = opened(one, category="letter", body=SECRET, attachments=(), evidence={"account": SECRET})
    consent(one, ticket, "audit")

    def kinds(agent):
        return [text.kind for text in one.view(ticket, purpose="audit", by=agent).texts]

    assert kinds("ivy") == ["subject", "evidence"]
    with pytest.raises(Refused, match=r"opens for investigator"):
        kinds("tom")
    assert kinds("max") == ["subject", "message", "evidence"]


def test_a_view_names_the_roles_that_opened_and_no_other():
    one = staffed()
    one.enrol(BOTH, by="admin")
    ticket = opened(one, body=SECRET, evidence={"account": SECRET})
    consent(one, ticket, "fraud", "audit")
    assert one.view(ticket, purpose="fraud", by="max").event.roles == ("investigator",)
    assert one.view(ticket, purpose="audit", by="max").event.roles == ("counsel", "investigator")
    assert one.view(ticket, purpose="audit", by="max", kinds=["attachment"]).event.roles == ("investigator",)


def test_one_consent_that_somebody_else_recorded_is_enough():
    one = staffed()
    one.link_requester("ana", "ana-2", by="sam")
    ticket = opened(one)
    consent(one, ticket, "fraud", by="ivy")
    consent(one, ticket, "fraud", by=Requester("ana-2"))
    assert one.view(ticket, purpose="fraud", by="ivy").texts


def test_a_subject_that_a_ticket_has_from_another_is_sealed_though_the_evidence_is_there_alone():
    one = staffed()
    whole = opened(one, subject=SECRET, attachments=(), evidence={"account": SECRET})
    one.resolve(whole, by="sam")
    one.close_ticket(whole, by="sam")
    clock_of(one).advance(timedelta(days=60))
    follow = one.receive(whole, body="Again.", by=ANA).ticket
    assert (follow.follow_up_of, follow.subject) == (whole.id, whole.subject)
    assert one.row(follow).subject is None
    assert SECRET not in everything_shown(one, follow)


def test_name_and_addresses_of_a_requester_are_sealed_where_lists_show_them():
    personal = {"name": "people", "kinds": ["personal"], "roles": ["investigator"], "purposes": ["fraud"]}
    one = desk(policy(rules=[personal]))
    enrol(one)
    ticket = opened(one, requester=Requester("ana", name=SECRET), attachments=())
    assert SECRET not in everything_shown(one, ticket)
    consent(one, ticket, "fraud")
    assert SECRET in str(one.view(ticket, purpose="fraud", by="ivy").texts)


def test_erased_is_opened_as_nothing():
    one = staffed()
    ticket = opened(one)
    consent(one, ticket, "fraud")
    one.erase("ana")
    [text] = one.view(ticket, purpose="fraud", by="ivy").texts
    assert (text.text, text.uri) == (None, None)


def test_no_similar_ticket_shows_what_is_sealed():
    words = f"The withdrawal of the hardware wallet hangs {SECRET}"
    with closing(LocalTicketIndex()) as index:
        store, ids = MemoryStore(), CountingIds()
        open_desk = desk(Policy(), store=store, ids=ids, similar=index)
        for requester in ("ana", "bo"):
            opened(open_desk, category="letter", body=words, attachments=(), requester=requester)
        open_desk.index_similar()
        ticket = open_desk.find().tickets[0]
        assert open_desk.similar(ticket)
        # The policy comes later than the index: what stands there is not shown, and leaves it.
        letters = {**ACCESS["rules"][3], "kinds": []}
        one = desk(policy(rules=[letters]), store=store, ids=ids, similar=index)
        assert [found.words for found in one.similar(ticket)] == []
        opened(one, category="letter", body=words, attachments=(), requester="cy")
        one.index_similar()
        third = one.find(requester="cy").tickets[0]
        assert one.similar(third) == ()
        assert third.id not in {found.ticket_id for found in index.find("default", words, limit=9)}


def test_a_view_is_in_the_chain_and_leaves_no_text_there(tmp_path):
    with closing(SqlStore(f"sqlite:///{tmp_path / 'desk.db'}?journal_mode=delete")) as store:
        one = staffed(store=store)
        ticket = opened(one)
        consent(one, ticket, "fraud")
        one.view(ticket, purpose="fraud", by="ivy")
        stream = f"ticket:{ticket.id}"
        rows = store.events("default", stream)
        assert [row.kind for row in rows][-2:] == ["consent_given", "content_viewed"]
        chain = root("default", stream)
        for row in rows:
            chain = link(chain, digest(row))
        assert list(store.links("default", stream, 0, len(rows)))[-1] == chain
        assert all(SECRET.encode() not in row.data for row in rows)


def test_a_view_cannot_be_undone_with_a_hosts_transaction(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    with closing(SqlStore(f"{url}?journal_mode=delete")) as store:
        one = staffed(store=store)
        ticket = opened(one)
        consent(one, ticket, "fraud")
        with sa.create_engine(url).begin() as connection, pytest.raises(InvalidInput, match="transaction"):
            staffed(store=store.within(connection)).view(ticket, purpose="fraud", by="ivy")


def test_a_proof_opens_nothing_that_is_sealed(tmp_path):
    key = SigningKey("log.example.com/records", SIGNED, bytes(range(32)))
    store = MemoryStore()
    one = staffed(store=store)
    ticket = opened(one, body="Not sealed.")
    consent(one, ticket, "fraud")
    one.view(ticket, purpose="fraud", by="ivy")
    with Notary(tmp_path / "log", store, key=key, now_us=lambda: 1) as notary:
        notary.checkpoint()
        proof = notary.prove(ticket.id, texts=True)
    assert SECRET not in str(proof.texts) + proof.written
    proved = Proof.read(proof.written).check(Trust((key.verifying,)))
    assert (len(proved.open), len(proved.hidden)) == (2, 1)


def test_a_policy_says_what_is_wrong_with_its_access():
    rule = ACCESS["rules"][0]
    for changed, path in (
        ({"rules": [{**rule, "roles": ["nobody"]}]}, "access.rules.0.roles.0"),
        ({"rules": [{**rule, "classes": ["nothing"]}]}, "access.rules.0.classes.0"),
        ({"rules": [rule, rule]}, "access.rules.1.name"),
        ({"roles": {**ACCESS["roles"], "none": {}}}, "access.roles.none"),
        ({"roles": {**ACCESS["roles"], "odd": {"groups": ["nowhere"]}}}, "access.roles.odd.groups.0"),
    ):
        with pytest.raises(PolicyError) as error:
            CompiledPolicy(policy(**changed))
        assert [str(problem).partition(":")[0] for problem in error.value.problems] == [path]
    for broken in ({**rule, "roles": []}, {**rule, "purposes": []}, {**rule, "kinds": ["photo"]}):
        with pytest.raises(PolicyError):
            Policy(**{**DOCUMENT, "access": {**ACCESS, "rules": [broken]}})


# --- against an oracle -----------------------------------------------------------------------------

PURPOSES = ("fraud", "audit", "court", "marketing")
AGENTS = ("ivy", "lea", "sam", "tom", "eve")
MAY = {("ivy", "fraud"), ("ivy", "audit")}
STEPS = st.one_of(
    st.tuples(
        st.just("consent"),
        st.sampled_from(PURPOSES),
        st.sampled_from(("ana", *AGENTS[:4])),
        st.integers(1, 3),
    ),
    st.tuples(st.just("withdraw"), st.sampled_from(PURPOSES)),
    st.tuples(st.just("advance"), st.integers(1, 2)),
    st.tuples(st.just("view"), st.sampled_from(AGENTS), st.sampled_from(PURPOSES)),
)


@pytest.mark.parametrize("kind", [Desk, AsyncDesk])
@settings(max_examples=15, deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_nothing_leaves_without_consent_role_and_purpose_and_each_view_is_one_event(kind, steps):
    """The oracle keeps, for each purpose, until when it counts and who recorded it."""
    made = kind(policy(), clock=ManualClock(START), ids=CountingIds())
    clock, one = made._ports["clock"], made if kind is Desk else Awaited(made)
    enrol(one)
    ticket = opened(one)
    hour, counts, seen = 0, {}, 0
    for step in steps:
        if step[0] == "advance":
            clock.advance(hours=step[1])
            hour += step[1]
        elif step[0] == "consent":
            by = ANA if step[2] == "ana" else step[2]
            try:
                consent(one, ticket, step[1], by=by, hours=step[3])
            except InvalidInput:
                assert step[1] == "marketing"
            else:
                counts[step[1]] = hour + step[3], step[2]
        elif step[0] == "withdraw":
            one.withdraw_consent(ticket, purposes=[step[1]], by="sam")
            counts.pop(step[1], None)
        else:
            agent, purpose = step[1:]
            until, recorder = counts.get(purpose, (0, None))
            may = (agent, purpose) in MAY and hour < until and recorder != agent
            try:
                texts = one.view(ticket, purpose=purpose, by=agent).texts
            except Refused:
                assert not may
            else:
                assert may
                assert [text.text for text in texts] == [PAPER.name]
                seen += 1
    assert SECRET not in everything_shown(one, ticket)
    kinds = [type(event) for event in one.history(ticket)]
    assert kinds.count(ContentViewed) == seen
    assert kinds.count(ConsentGiven) >= kinds.count(ConsentWithdrawn)
    if kind is AsyncDesk:
        one.close()


# --- nothing reads texts past the seal -------------------------------------------------------------

READERS = {
    "bot/conversation.py": "masks",
    "bot/similar.py": "masks, and looks whether texts are there still",
    "due/deliveries.py": "a reply reaches whom it is for",
    "opening.py": "is the view itself",
    "queries/announcements.py": "texts of the desk's own, for everybody",
    "queries/lists.py": "masks",
    "queries/messages.py": "masks",
    "queries/papers.py": "masks",
    "retention.py": "looks whether texts are there, and hands none out",
    "spread.py": "texts of the desk's own, for everybody",
}
"""Modules of the flows that read content rows, and why that lets nothing out that is sealed."""


def test_whatever_reads_texts_is_known_and_masks_them():
    folder = Path(flows.__file__).parent
    found = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.py")
        if "requests.contents(" in (text := path.read_text("utf-8"))
    }
    assert found == READERS.keys()
    for name, why in READERS.items():
        text = (folder / name).read_text("utf-8")
        assert ("without(" in text) == why.startswith("masks"), name


def test_nobody_who_drafts_is_told_what_is_sealed():
    told = []

    class Drafts:
        def suggest(self, turn):
            told.append(turn)
            return ()

    one = staffed(suggester=Drafts())
    ticket = opened(one, category="letter", body=SECRET, attachments=())
    one.screen(ticket)
    assert len(told) == 1
    assert SECRET not in str(told)


def test_an_agents_own_work_is_not_theirs_to_open():
    one = staffed()
    own = opened(one, requester="ivy", private=True, by="ivy")
    consent(one, own, "fraud", by="sam")
    with pytest.raises(Refused, match="a requester opens nothing"):
        one.view(own, purpose="fraud", by="ivy")
