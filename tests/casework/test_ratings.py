"""Ratings: a requester is asked once, by the rules of the policy; nobody but they can answer, and it counts once."""

from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desk.office import START, clock_of, desk
from supportflow import (
    Actor,
    Agent,
    Attachment,
    Condition,
    Difficulty,
    LowRating,
    MemoryChannel,
    Policy,
    Ratings,
    Route,
    RoutingPolicy,
)
from supportflow.exceptions import InvalidInput, PolicyError, Refused, SignatureRefused, Undeliverable
from supportflow.policy import CompiledPolicy
from supportflow.ports import ChannelTraits
from supportflow.records.tokens import LinkSigner
from supportflow.triage.rated import Said, stars_in

SECRET = b"a secret of the desk"
WEEK = timedelta(days=7)
PLAIN = Policy(ratings=Ratings(questions=["speed"], link="https://x.example/r/{token}"))


def answered(one, requester="ana", **fields):
    ticket = one.open(**{"subject": "x", "body": "where is it?", "requester": requester, **fields}).ticket
    return one.reply(ticket, body="here", by="sam").ticket


def kinds(outcome):
    return [event.kind for event in outcome.events]


def rated(one, **fields):
    """A ticket that was asked about."""
    ticket = answered(one, **fields)
    assert "rating_requested" in kinds(one.resolve(ticket, by="sam"))
    return ticket


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["reply", "resolve", "close", "cancel", "reopen", "merge", "rate", "wait", "receive", "link"]),
        st.integers(0, 3),
        st.integers(0, 5),
    ),
    max_size=30,
)  # fmt: skip


AGAIN = [
    ("reply", 0, 0),
    ("resolve", 0, 0),
    ("wait", 0, 5),
    ("wait", 0, 5),
    ("reopen", 0, 0),
    ("resolve", 0, 0),
]


@given(STEPS)
@example(AGAIN)
@example([("reply", 0, 0), ("merge", 0, 0)])
@settings(max_examples=40, deadline=None)
def test_each_ticket_is_asked_about_once_and_each_person_once_a_week(steps):
    """Against an oracle that writes down what was done in words."""
    one = desk(PLAIN, secret=SECRET)
    people = ["ana", "ana", "ana-chat", "bo"]
    one.link_requester("ana", other="ana-chat", by="host-admin")
    person = {"ana": "A", "ana-chat": "A", "bo": "B"}
    tickets = [one.open(subject="x", requester=who, ref=str(n)).ticket for n, who in enumerate(people)]
    replied, gone, asked, last = set(), set(), {}, {}
    stars: dict[int, int] = {}
    for what, n, much in steps:
        before = one.get(ref=str(n))
        now = clock_of(one).now()
        try:
            if what == "reply":
                one.reply(ref=str(n), body="here", by="sam")
                replied.add(n)
            elif what == "merge":
                one.merge(ref=str(n), into=tickets[(n + 1) % 4].id, by="sam")
                gone.add(n)
            elif what == "wait":
                clock_of(one).advance(days=much)
            elif what == "receive":
                one.receive(ref=str(n), body="thank you", by=people[n])
            elif what == "rate":
                one.rate(ref=str(n), stars=max(much, 1), by=Actor(kind="requester", id=people[n]))
                assert n in asked
                assert n not in stars
                stars[n] = max(much, 1)
            elif what == "link":
                assert kinds(one.receive(ref=str(n), body="4", by="a stranger"))[0] != "rating_given"
            else:
                getattr(one, "close_ticket" if what == "close" else what)(ref=str(n), by="sam")
        except Refused:
            continue
        after = one.get(ref=str(n))
        ends = before.is_open and after.status_category in {"resolved", "closed"} and n not in gone
        since = last.get(person[people[n]])
        if ends and n in replied and n not in asked and (since is None or now - since >= WEEK):
            asked[n] = last[person[people[n]]] = now
    told = {
        n: [event.recorded_at for event in one.history(ref=str(n)) if event.kind == "rating_requested"]
        for n in range(4)
    }
    assert told == {n: [asked[n]] if n in asked else [] for n in range(4)}
    assert {n: one.get(ref=str(n)).rating.stars for n in range(4)} == {n: stars.get(n) for n in range(4)}


def test_a_person_is_asked_again_after_a_week_and_never_about_the_same_ticket():
    one = desk(PLAIN)
    first = rated(one)
    clock_of(one).advance(days=7, seconds=-1)
    soon, later = answered(one), answered(one)
    assert "rating_requested" not in kinds(one.resolve(soon, by="sam"))
    clock_of(one).advance(seconds=1)
    assert "rating_requested" in kinds(one.resolve(later, by="sam"))
    clock_of(one).advance(days=7)
    one.reopen(later, by="sam")
    one.reply(later, body="here, again", by="sam")
    assert "rating_requested" not in kinds(one.resolve(later, by="sam"))
    assert one.get(first).rating.asked_at == START


@pytest.mark.parametrize(("first", "then"), [("ana", "ana-chat"), ("ana-chat", "ana")])
def test_who_was_asked_under_one_name_is_known_to_have_been_under_the_other_though_they_are_told_apart_later(
    first, then
):
    one = desk(PLAIN)
    one.link_requester("ana", other="ana-chat", by="host-admin")
    rated(one, requester=first)
    one.unlink_requester("ana", other="ana-chat", by="host-admin")
    soon = answered(one, requester=then)
    assert "rating_requested" not in kinds(one.resolve(soon, by="sam"))
    clock_of(one).advance(days=7)
    assert "rating_requested" in kinds(one.resolve(answered(one, requester=then), by="sam"))


@pytest.mark.parametrize("way", ["private", "public", "unanswered", "cancelled", "when", "past"])
def test_who_is_not_asked(way):
    ratings = Ratings(when=Condition(field="level", le=2)) if way == "when" else Ratings()
    one = desk(Policy(ratings=ratings, public_channels=["x"]))
    fields = {"private": {"private": True}, "public": {"channel": "x"}, "when": {"level": 3}}.get(way, {})
    if way == "past":
        fields = {"ref": "7"}
    ticket = one.open(subject="x", requester="ana", **fields).ticket
    if way != "unanswered":
        one.reply(ticket, body="here", by="sam")
    if way == "cancelled":
        outcome = one.cancel(ticket, by="sam")
    elif way == "past":
        outcome = one.observe(ref="7", status="resolved", at=START - timedelta(days=1))
    else:
        outcome = one.resolve(ticket, by="sam")
    assert "rating_requested" not in kinds(outcome)
    assert outcome.ticket.rating.asked_at is None
    with pytest.raises(Refused):
        one.rate(ticket, stars=5, by=Actor(kind="requester", id="ana"))


def test_two_desks_that_resolve_at_once_ask_once():
    one = desk(PLAIN, secret=SECRET)
    first, second = answered(one), answered(one)
    other = desk(PLAIN, secret=SECRET, store=one._ports["store"], clock=clock_of(one))
    store = one._ports["store"]
    commit, meanwhile = store.commit, []

    def between(given):
        if not meanwhile and any(change.stream.startswith("requester:") for change in given.changes):
            meanwhile.append(True)
            meanwhile.append(other.resolve(second, by="mei"))
        return commit(given)

    store.commit = between
    outcome = one.resolve(first, by="sam")
    assert "rating_requested" in kinds(meanwhile[1])
    assert kinds(outcome) == ["status_changed"]


def test_only_the_requester_rates_and_once():
    one = desk(PLAIN, secret=SECRET)
    ticket = rated(one)
    for by in ("sam", Actor(kind="bot", id="b"), Actor(kind="host", id="h"), Actor(kind="party", id="ana")):
        with pytest.raises(Refused):
            one.rate(ticket, stars=5, by=by)
    with pytest.raises(Refused):
        one.rate(ticket, stars=5, by=Actor(kind="requester", id="bo"))
    with pytest.raises(InvalidInput):
        one.rate(ticket, stars=5, answers={"looks": 5}, by=Actor(kind="requester", id="ana"))
    for stars in (0, 6, True, 4.5, "5"):
        with pytest.raises(InvalidInput):
            one.rate(ticket, stars=stars, by=Actor(kind="requester", id="ana"))
    assert one.get(ticket).rating.stars is None
    comment = "my card 4111 1111 1111 1111"
    [event] = one.rate(
        ticket, stars=4, answers={"speed": 2}, comment=comment, by=Actor(kind="requester", id="ana")
    ).events
    assert (event.stars, dict(event.answers), event.way, event.agent) == (4, {"speed": 2}, "told", "sam")
    assert "4111" not in str(one._ports["store"].__dict__)
    with pytest.raises(Refused):
        one.rate(ticket, stars=1, by=Actor(kind="requester", id="ana"))
    with pytest.raises(InvalidInput):
        one.update(ticket, attributes={"stars": 1}, by="sam")
    one.erase("ana")
    assert one.get(ticket).rating.stars == 4


@given(
    st.lists(
        st.tuples(st.sampled_from(["sam", "lead", "host", "bot", "bo"]), st.integers(1, 5), st.booleans()),
        max_size=6,
    )
)
@settings(max_examples=30)
def test_what_an_agent_writes_of_stars_is_no_rating(written):
    """Not by an attribute of that name, which a policy may declare, and not by rating in somebody's name."""
    fields = {"stars": {"kind": "number", "nullable": True}}
    low = LowRating(at_most=2, group="boss", category="low")
    rules = Policy(ratings=Ratings(low=low), groups=[{"name": "boss", "tier": "expert"}])
    one = desk(rules.model_copy(update={"fields": Policy.model_validate({"fields": fields}).fields}))
    ticket = rated(one)
    one.receive(ticket, body="4", by="ana")
    given = one.get(ticket).rating
    for who, stars, by_attribute in written:
        kind = {"host": "host", "bot": "bot", "bo": "requester"}.get(who, "agent")
        if by_attribute and kind != "requester":
            one.update(ticket, attributes={"stars": stars}, by=Actor(kind=kind, id=who))
        else:
            with pytest.raises(Refused):
                one.rate(ticket, stars=stars, by=Actor(kind=kind, id=who))
    assert one.get(ticket).rating == given
    assert (given.stars, given.agent) == (4, "sam")
    assert sum(event.kind == "rating_given" for event in one.history(ticket)) == 1
    assert not tuple(one.find(group="boss"))  # what they wrote is no bad rating either


def token_of(web):
    return web.sent[-1].body.rpartition("/")[2]


def test_a_link_answers_for_its_ticket_alone_and_ends():
    web = MemoryChannel()
    one = desk(PLAIN, secret=SECRET, channels={"web": web})
    ticket, other = rated(one), rated(one, requester="bo")
    one.run_due()
    token = web.sent[-2].body.rpartition("/")[2]
    forged = LinkSigner("r1", "rating", (b"another secret, long",), "default").token(
        ticket.id, START + WEEK * 9
    )
    status = LinkSigner("s1", "status page", (SECRET,), "default").token(ticket.id, START + WEEK * 9)
    foreign = LinkSigner("r1", "rating", (SECRET,), "other").token(ticket.id, START + WEEK * 9)
    for bad in (forged, status, foreign, token[:-1], token + "x", "", "r1.x", token.replace("r1.", "r1.A")):
        with pytest.raises(SignatureRefused):
            one.rate(ticket, token=bad, stars=5)
    with pytest.raises(Refused):
        one.rate(other, token=token, stars=5)
    for by in ("sam", Actor(kind="bot", id="b")):
        with pytest.raises(Refused):
            one.rate(token=token, stars=5, by=by)
    done = one.rate(token=token, stars=5, comment="thank you")
    assert [(event.way, event.by.id) for event in done.events] == [("link", "ana")]
    clock_of(one).advance(days=15)
    with pytest.raises(SignatureRefused) as late:
        one.rate(token=token_of(web), stars=1)
    assert late.value.why == "too_old"


def test_replies_that_are_ratings_reopen_nothing():
    one = desk(PLAIN)
    ticket = rated(one)
    assert kinds(one.receive(ticket, body="4/5", by="ana")) == ["rating_given"]
    assert kinds(one.receive(ticket, body="1", by="ana")) == ["rating_left_out"]
    assert one.get(ticket).status == "resolved"
    assert one.get(ticket).rating.stars == 4
    late = rated(one, requester="bo")
    clock_of(one).advance(days=14)
    [event] = one.receive(late, body="★", by="bo").events
    assert (event.kind, event.cause, event.stars) == ("rating_left_out", "late", 1)
    both = rated(one, requester="cy")
    assert kinds(one.receive(both, body="2\nIt is still not there.", by="cy"))[:2] == [
        "rating_given",
        "message_received",
    ]
    assert one.get(both).status == "open"
    file = Attachment(name="x.png", media_type="image/png")
    with_file = rated(one, requester="di")
    outcome = one.receive(with_file, body="3", by="di", attachments=[file])
    assert kinds(outcome)[:2] == ["rating_given", "message_received"]
    assert (
        kinds(one.receive(rated(one, requester="ed"), body="5 days and nothing", by="ed"))[0]
        == "message_received"
    )
    quiet = desk(Policy(ratings=Ratings(by_reply=False, link="https://x.example/{token}")))
    assert kinds(quiet.receive(rated(quiet), body="5", by="ana"))[0] == "message_received"


def test_a_bad_rating_is_work_for_a_supervisor_and_never_for_whom_it_is_about():
    routing = RoutingPolicy(tiers=["expert"], languages=["en"], routes=[Route(name="all")])
    low = LowRating(at_most=2, group="boss", category="low", level=2)
    rules = [{"when": Condition(field="level", le=2), "weight": 3}]
    one = desk(
        Policy(
            groups=[{"name": "boss", "tier": "expert"}],
            routing=routing,
            ratings=Ratings(low=low, difficulty=[Difficulty.model_validate(rule) for rule in rules]),
        )
    )
    for name in ("sam", "mei"):
        one.enrol(Agent(name, tiers=("expert",), groups=("boss",), languages=("en",)))
        one.set_presence(name, "available", by=name)
    ticket = one.open(
        subject="x", body="where?", requester="ana", level=1, language="en", assignee="sam"
    ).ticket
    one.reply(ticket, body="here", by="sam")
    one.resolve(ticket, by="mei")
    outcome = one.receive(ticket, body="2 stars", by="ana")
    assert outcome.ticket.id == ticket.id
    assert (outcome.ticket.rating.agent, outcome.ticket.rating.weight) == ("sam", 3)
    [task] = one.find(group="boss")
    assert (task.review_of, task.group, task.category, task.level) == (ticket.id, "boss", "low", 2)
    assert task.routing.barred == ("sam",)
    assert one.dispatch().offered == 1
    assert one.get(task).offered_to == "mei"
    fine = answered(one, requester="bo", language="en")
    one.resolve(fine, by="sam")
    one.receive(fine, body="3", by="bo")
    assert len(tuple(one.find(group="boss"))) == 1


HACKED = [
    "My account was hacked, somebody else is logged in",
    "我的账户被盗了，有人在登录我的账号",
    "Me han hackeado la cuenta y alguien está dentro",
    "Mein Konto wurde gehackt, jemand anderes ist eingeloggt",
]


@pytest.mark.parametrize("comment", HACKED)
@pytest.mark.parametrize("way", ["link", "told"])
def test_a_comment_that_asks_for_a_higher_class_is_a_message_too(comment, way):
    web = MemoryChannel()
    one = desk(PLAIN, secret=SECRET, channels={"web": web})
    ticket = rated(one)
    one.run_due()
    how = {"token": token_of(web)} if way == "link" else {"by": Actor(kind="requester", id="ana")}
    outcome = one.rate(ticket, stars=1, comment=comment, **how)
    assert kinds(outcome)[:2] == ["rating_given", "message_received"]
    assert (outcome.ticket.priority_class, outcome.ticket.status) == ("security", "open")
    assert outcome.ticket.rating.stars == 1
    assert [message.body for message in one.messages(ticket)].count(comment) == 1


@pytest.mark.parametrize("comment", HACKED)
def test_after_the_end_such_a_comment_opens_a_follow_up_beside_the_task_of_a_bad_rating(comment):
    one = desk(Policy(ratings=Ratings(low=LowRating(category="low"))))
    ticket = rated(one)
    one.close_ticket(ticket, by="sam")
    outcome = one.rate(ticket, stars=1, comment=comment, by=Actor(kind="requester", id="ana"))
    found = {one.category: one for one in one.find(open=True)}
    task = found.pop("low")
    [after] = found.values()
    assert (outcome.ticket.id, after.priority_class, after.follow_up_of) == (after.id, "security", ticket.id)
    assert (task.review_of, task.id == after.id) == (ticket.id, False)


@pytest.mark.parametrize(
    "comment", ["It took a week.", "太慢了", "Gracias, muy amables", "thank you!", "???"]
)
def test_any_other_comment_reopens_nothing_and_is_read_by_whoever_reads_the_ticket(comment):
    one = desk(PLAIN)
    ticket = rated(one)
    ana = Actor(kind="requester", id="ana")
    assert kinds(one.rate(ticket, stars=2, comment=comment, by=ana)) == ["rating_given"]
    assert one.get(ticket).status == "resolved"
    [*_, last] = one.messages(ticket, seen_by="ana")
    assert (last.body, last.origin, last.by.id) == (comment, "requester", "ana")
    assert comment in one.person_file("ana").to_json()
    assert comment in one.papers(ticket).to_json()
    one.erase("ana")
    assert [message.body for message in one.messages(ticket)][-1] is None


def test_a_comment_of_a_ticket_that_has_the_class_already_reopens_nothing():
    one = desk(PLAIN)
    ticket = rated(one, body="my account was hacked")
    assert one.get(ticket).priority_class == "security"
    ana = Actor(kind="requester", id="ana")
    assert kinds(one.rate(ticket, stars=5, comment=HACKED[0], by=ana)) == ["rating_given"]


@pytest.mark.parametrize("body", ["1\nIt is still not there.", "2 stars\n\n还没到", "★\nNo ha llegado"])
def test_a_bad_rating_with_words_after_the_end_opens_a_follow_up_and_a_task(body):
    one = desk(Policy(ratings=Ratings(low=LowRating(category="low"))))
    ticket = rated(one)
    one.close_ticket(ticket, by="sam")
    outcome = one.receive(ticket, body=body, by="ana")
    assert outcome.ticket.follow_up_of == ticket.id
    [task] = [found for found in one.find(open=True) if found.category == "low"]
    assert task.review_of == ticket.id
    assert {found.id for found in one.find(open=True)} == {task.id, outcome.ticket.id}
    assert len({task.id, outcome.ticket.id, ticket.id}) == 3


def test_how_the_request_leaves():
    class Asking(MemoryChannel):
        def __init__(self):
            super().__init__(ChannelTraits(can=frozenset({"public_reply", "rating"})))
            self.asked = []

        def ask_rating(self, message, /):
            self.asked.append(message)

    class Gone(MemoryChannel):
        def send(self, message, /):
            if "1" in message.body:
                raise Undeliverable("gone")

    asking, gone = Asking(), Gone()
    one = desk(PLAIN, secret=SECRET, channels={"web": asking, "chat": gone})
    ticket = rated(one, language="zh-TW")
    lost = rated(one, requester="bo", channel="chat")
    one.run_due()
    assert [message.body.splitlines()[0] for message in asking.asked] == [
        f"您的工單 {ticket.id} 已處理完畢。您對我們的服務滿意嗎？"
    ]
    assert [message.body for message in asking.sent] == ["here"]
    found = one.get(lost)
    assert (found.status, found.flags) == ("resolved", ())
    assert one.dead_letters() == ()
    no_secret = MemoryChannel()
    two = desk(PLAIN, channels={"web": no_secret})
    rated(two)
    two.run_due()
    assert "https" not in no_secret.sent[-1].body


@pytest.mark.parametrize(
    ("ratings", "path"),
    [
        ({"by_reply": False}, "ratings.by_reply"),
        ({"link": "https://x.example/"}, "ratings.link"),
        ({"link": "javascript:{token}"}, "ratings.link"),
        ({"questions": ["a", "a"]}, "ratings.questions"),
        ({"low": {"group": "bos"}}, "ratings.low.group"),
        ({"when": {"field": "mood", "eq": "blue"}}, "ratings.when"),
        ({"difficulty": [{"when": {"field": "mood", "eq": "x"}, "weight": 1}]}, "ratings.difficulty.0.when"),
    ],
)
def test_what_can_be_wrong(ratings, path):
    policy = Policy.model_validate({"groups": [{"name": "boss", "tier": "expert"}], "ratings": ratings})
    with pytest.raises(PolicyError) as wrong:
        CompiledPolicy(policy)
    assert all(problem.startswith(path) for problem in wrong.value.problems)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("5", (5, True)), (" 5/5 ", (5, True)), ("4 out of 5", (4, True)), ("Five stars!", (5, True)),
        ("1 star.", (1, True)),
        ("★★★☆☆", (3, True)), ("⭐️⭐️", (2, True)), ("５", (5, True)), ("四星", (4, True)),
        ("5分", (5, True)), ("三颗星！", (3, True)), ("4 ⭐", (4, True)), ("5★", (5, True)),
        ("٤", (4, True)), ("\u200f۲\u200f", (2, True)), ("४", (4, True)), ("๓", (3, True)), ("5\ufe0f\u20e3", (5, True)),
        ("٤/٥", (4, True)), ("٠", None), ("٦", None), ("٤٤", None), ("²⁵", None),
        ("4\r\n\r\nthe rest", (4, False)), ("5\n\n", (5, True)),
        ("0", None), ("6", None), ("10", None), ("5 days", None), ("15", None), ("", None), ("★★★★★★", None), ("-1", None),
        ("5" * 100, None), ("4.5", None), ("one of you", None), ("½", None), ("5/4", None),
    ],
)  # fmt: skip
def test_what_is_a_rating(text, said):
    assert stars_in(text) == (None if said is None else Said(*said))
