"""The monthly report and quality: nothing small is told, every figure has one definition, samples are drawn by a seed."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from desk.office import START, clock_of, desk
from supportflow import Policy, Requester
from supportflow.exceptions import InvalidInput, PolicyError, Refused
from supportflow.reports import (
    FIGURES,
    Improvement,
    Review,
    ReviewForm,
    ReviewQuestion,
    agreement,
    complaint_clusters,
    findings,
    monthly_report,
    monthly_text,
    reading_list,
    sample_tickets,
    supervision,
)
from supportflow.reports.publishing import Figure, cells, mean, share, told
from supportflow.texts import languages

END = START + timedelta(days=30)
MONTH = {"since": START, "until": END}


def policy(**figures):
    return Policy.model_validate(
        {
            "ratings": {"every": "PT1S", "difficulty": [{"when": {"field": "level", "eq": 1}, "weight": 3}]},
            "procedures": {"cards": {"steps": [{"name": "call", "mandatory": False}]}},
            "sla": [{"name": "all", "targets": [{"name": "resolution", "metric": "resolution", "hours": 1}]}],
            "figures": figures,
        }
    )


def resolved(one, requester, *, stars=None, by="sam", minutes=5, body="help", **fields):
    ticket = one.open(subject="s", body=body, requester=requester, assignee=by, **fields).ticket
    clock_of(one).advance(minutes=minutes)
    one.reply(ticket, body="done", by=by)
    one.resolve(ticket, by=by)
    if stars is not None:
        one.rate(ticket, stars=stars, by=Requester(requester))
    return ticket


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 30)), st.integers(1, 12))
@settings(max_examples=200)
def test_no_published_count_is_small_and_none_can_be_worked_out(counts, smallest):
    found = cells(counts, smallest)
    assert all(abs(cell.count - counts[cell.name]) * 2 <= smallest for cell in found.shown)
    assert all(counts[cell.name] >= smallest for cell in found.shown)
    assert all(cell.count % smallest == 0 < cell.count for cell in found.shown)
    hidden = {name: n for name, n in counts.items() if n and name not in {cell.name for cell in found.shown}}
    assert found.other is None or abs(found.other - sum(hidden.values())) * 2 <= smallest
    assert found.other is None or not 0 < found.other < smallest
    if found.other is None:
        assert not found.shown  # else a total would tell the rest
    assert not (len(hidden) == 1 and min(hidden.values()) < smallest and found.shown)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 10))
def test_a_share_tells_of_nobody(count, more, smallest):
    figure = share("x", count, count + more, smallest)
    small = [n for n in (count, more) if 0 < n < smallest]
    assert (figure.value is None) == bool(small or count + more < smallest)
    assert figure.of is None or not 0 < figure.of < smallest


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.booleans()), max_size=60),
    st.integers(2, 10),
)
@settings(max_examples=100)
def test_no_difference_or_sum_of_what_is_published_tells_of_few(contacts, smallest):
    """Of any two counts of the same contacts, of those of a topic and of a part of these, and of shares of one whole."""
    parts = [contacts, [one for one in contacts if one[1]], [one for one in contacts if one[1] and one[2]]]
    tables = [cells(Counter(one[0] for one in part), smallest) for part in parts]
    counts = [n for part in parts if (n := told(len(part), smallest)) is not None]
    counts += [cell.count for table in tables for cell in table.shown]
    counts += [table.other for table in tables if table.other is not None]
    for part in parts[1:]:
        one = share("", len(part), len(contacts), smallest)
        if one.value is not None:
            counts.append(round(one.value * one.of))
            assert one.value == round(100 * told(len(part), smallest) / one.of) / 100
    assert all(abs(one - other) % smallest == 0 for one in counts for other in counts)
    assert all(one % smallest == 0 for one in counts)


def test_mails_within_one_day_and_within_two_do_not_tell_of_the_one_between():
    one = desk(policy())  # five are the smallest count
    for n in range(20):
        minutes = 60 * 30 if n == 7 else 60 * 60 if n > 11 else 5  # eleven, one and eight
        resolved(one, f"p{n}", channel="email", minutes=minutes)
    report = monthly_report(one, since=START, until=START + timedelta(days=60))
    assert report.figure("email_within_24h").value == report.figure("email_within_48h").value == 0.5


def test_a_mean_of_nearly_none_is_not_told():
    assert mean("", [0.0] * 99 + [1.0], 5) == Figure(name="", value=None, of=100)
    assert mean("", [0.0] * 100, 5).value == 0
    assert mean("", [0.0] * 95 + [1.0] * 5, 5).value == 0.05


ANSWERS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=30)


@given(ANSWERS)
@settings(max_examples=60)
def test_agreement_is_cohens_kappa_as_scikit_learn_has_it(pairs):
    reviews = [
        Review(f"t{n}", who, {"q": answer})
        for n, pair in enumerate(pairs)
        for who, answer in zip(("ann", "bob"), pair, strict=True)
    ]
    found = agreement(reviews, "q")
    if len({answer for pair in pairs for answer in pair}) == 1:
        assert found is None
    else:
        assert found == pytest.approx(cohen_kappa_score(*zip(*pairs, strict=True)))


def test_agreement_in_a_table_that_is_printed():
    """25 yes, 10 and 5 apart, 10 no: (0.7 - 0.5) / (1 - 0.5) = 0.4 with 20, 5, 10, 15 (Cohen's table as taught)."""
    table = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    pairs = [pair for pair, n in table.items() for _ in range(n)]
    reviews = [
        Review(f"t{n}", who, {"q": a})
        for n, pair in enumerate(pairs)
        for who, a in zip("AB", pair, strict=True)
    ]
    assert agreement(reviews, "q") == pytest.approx(0.4)
    assert agreement(reviews[:1], "q") is None
    assert agreement([Review("t", "A", {"q": "yes"}), Review("t", "A", {"q": "no"})], "q") is None


def test_figures_agree_with_counts_by_hand():
    one = desk(policy(smallest=2, complex=["cards"], targets={"rating": 3, "wait_seconds": 60}))
    for n in range(4):
        resolved(one, f"p{n}", stars=5 if n else 1, level=1 if n == 0 else 3, channel="web", category="fees")
    clock_of(one).advance(minutes=10)
    for n in range(3):
        resolved(one, f"p{n}", channel="email", category="cards", minutes=60 * 24 * (n + 1))
    one.open(subject="internal", requester="p1", private=True)
    report = monthly_report(one, **MONTH)
    by_name = {figure.name: (figure.value, figure.of) for figure in report.figures}
    assert list(by_name) == list(FIGURES)
    assert report.contacts == 8  # of seven: counts are told to the nearest multiple of two
    assert by_name["email_within_24h"] == (None, 4)  # one of three: it would tell of one
    assert by_name["simple_within_2h"] == (1, 4)
    assert by_name["complex_within_3_days"] == (1, 4)
    assert by_name["wait_seconds"] == (300, 4)
    assert by_name["rating"] == (round((1 * 3 + 5 * 3) / 6, 2), 4)
    assert by_name["repeated"] == (0.5, 8)
    assert by_name["category_and_route"] == (0, 8)
    assert (report.figure("rating").met, report.figure("wait_seconds").met) == (True, False)
    assert [(cell.name, cell.count) for cell in report.topics.shown] == [("fees", 4), ("cards", 4)]
    with pytest.raises(KeyError):
        report.figure("nothing")
    with pytest.raises(InvalidInput):
        monthly_report(one, since=END, until=START)
    later = monthly_report(one, since=START + timedelta(minutes=25), until=END)
    assert later.figure("repeated").of == later.contacts == 4
    for language in languages():
        assert "{" not in monthly_text(later, language=language)


@pytest.mark.parametrize(
    "asked",
    [
        monthly_report,
        reading_list,
        complaint_clusters,
        supervision,
        lambda one, **span: sample_tickets(one, **span, seed=1, each=1),
    ],
)
@pytest.mark.parametrize("until", [START, START - timedelta(days=1)])
def test_a_time_that_ends_before_it_begins_is_an_error_and_no_empty_answer(asked, until):
    with pytest.raises(InvalidInput, match="until"):
        asked(desk(policy(agents="named")), since=START, until=until)


@pytest.mark.parametrize(
    ("name", "meant"), [("ratings", "rating"), ("wait_second", "wait_seconds"), ("x", None)]
)
def test_a_target_of_a_figure_that_there_is_not_is_an_error(name, meant):
    with pytest.raises(InvalidInput, match=f"no figure '{name}'") as wrong:
        monthly_report(desk(policy(targets={name: 1})), **MONTH)
    assert (repr(meant) in str(wrong.value)) == (meant is not None)


@pytest.mark.parametrize("days", [0, -1])
def test_an_improvement_looks_at_a_day_or_more(days):
    with pytest.raises(InvalidInput, match="days"):
        monthly_report(desk(policy()), **MONTH, improvements=[Improvement("x", "fees", START, days)])


def test_nothing_of_anybody_is_in_a_report_and_a_change_is_seen():
    one = desk(policy(smallest=3, complaints=["fees"]))
    for n in range(4):
        resolved(one, f"person-{n}", category="fees", body=f"the hidden fee is too high, call {n}", stars=1)
    clock_of(one).advance(days=3)
    for n in range(6):
        resolved(one, f"late-{n}", category="cards", body="my secret matter")
    change = Improvement("fees are shown", "fees", START + timedelta(days=2), days=5)
    report = monthly_report(one, **MONTH, improvements=[change])
    [seen] = report.improved
    assert (seen.before.value, seen.after.value) == (1, 0)
    written = report.model_dump_json() + monthly_text(report)
    assert not any(word in written for word in ("person-", "late-", "sam", "secret", "hidden"))
    [cluster] = complaint_clusters(one, **MONTH)
    assert (cluster.people, cluster.texts, cluster.terms) == (4, 4, ("hidden", "call", "high"))
    assert complaint_clusters(one, **MONTH) == (cluster,)
    assert complaint_clusters(desk(policy(smallest=5, complaints=["fees"])), **MONTH) == ()


def test_a_sample_is_spread_and_drawn_by_its_seed_alone():
    one = desk(policy())
    ids = [resolved(one, f"p{n}", category=("fees", "cards")[n % 2]).id for n in range(20)]
    drawn = sample_tickets(one, **MONTH, seed=7, each=3)
    assert Counter(one.stratum for one in drawn) == {("fees",): 3, ("cards",): 3}
    assert {one.ticket_id for one in drawn} <= set(ids)
    resolved(one, "p99", category="other")
    again = sample_tickets(one, **MONTH, seed=7, each=3)
    assert again[:3] + again[3:6] == drawn
    others = {sample_tickets(one, **MONTH, seed=seed, each=3) for seed in range(8)}
    assert len(others) == 8
    times = Counter(x.ticket_id for seed in range(200) for x in sample_tickets_of(ids, seed))
    assert min(times.values()) > 30  # each is drawn some sixty times
    for bad in ({"strata": ["mood"]}, {"each": 0}, {"seed": "x"}):
        with pytest.raises(InvalidInput):
            sample_tickets(one, **{**MONTH, "seed": 1, "each": 1, **bad})


def sample_tickets_of(ids, seed):
    from supportflow.reports.quality import Sampled, _drawn

    return [Sampled(one, ()) for one in sorted(ids, key=lambda one: _drawn(seed, one))[:6]]


def test_findings_name_the_step_of_the_procedure_that_they_are_about():
    one = desk(policy())
    card, fee = resolved(one, "a", category="cards"), resolved(one, "b", category="fees")
    questions = [
        ReviewQuestion(name="called", answers=["yes", "no"], step="call"),
        ReviewQuestion(name="tone", answers=["good", "fair", "bad"]),
    ]
    form = ReviewForm(questions=questions)
    reviews = [
        Review(card.id, "ann", {"called": "no", "tone": "good"}),
        Review(card.id, "bob", {"called": "no", "tone": "bad"}),
        Review(fee.id, "ann", {"called": "yes", "tone": "good"}),
    ]
    assert findings(one, form, reviews) == (
        ("cards", "call", "called", 2, 2),
        (None, None, "tone", 1, 3),
        (None, None, "called", 0, 1),
    )
    for answers in ({"called": "maybe"}, {"looks": "yes"}):
        with pytest.raises(InvalidInput):
            findings(one, form, [Review(card.id, "ann", answers)])
    with pytest.raises(InvalidInput):
        Review("", "ann", {})
    with pytest.raises(PolicyError):
        ReviewForm(questions=[])


def test_figures_of_agents_are_for_who_leads_them_if_at_all():
    hidden = desk(policy(smallest=2))
    with pytest.raises(Refused):
        supervision(hidden, **MONTH)
    one = desk(policy(smallest=2, agents="named"))
    for n in range(5):
        resolved(one, f"p{n}", by="sam", stars=4 if n < 3 else None)
    for n, by in enumerate(("mei", "mei", "mei", "kim")):
        resolved(one, f"q{n}", by=by, stars=2 if n == 0 else None)
    found = supervision(one, **MONTH)
    assert [(row.agent, row.resolved, row.rating, row.reopened) for row in found.agents] == [("sam", 5, 4, 0)]
    assert found.others == 4  # one ticket of kim's alone would tell of kim


def test_the_best_and_the_worst_to_read():
    one = desk(policy())
    good = resolved(one, "a", stars=5)
    hard = resolved(one, "b", stars=5, level=1)
    late = resolved(one, "c", minutes=90)
    bad = resolved(one, "d", stars=1)
    plain = resolved(one, "e")
    rows = reading_list(one, **MONTH, each=3)
    assert [(row.ticket_id, row.good) for row in rows] == [
        (hard.id, True),
        (good.id, True),
        (bad.id, False),
        (late.id, False),
    ]
    assert plain.id not in {row.ticket_id for row in rows}
