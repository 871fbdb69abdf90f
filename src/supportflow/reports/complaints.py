"""What complaints have in common: groups of texts that use the same words, the same on every run. Needs scikit-learn."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from supportflow.desk import Desk
from supportflow.exceptions import MissingExtra
from supportflow.model.base import Value
from supportflow.policy import CompiledPolicy
from supportflow.policy.document.figures import Figures
from supportflow.reports.contacts import contacts_of, span_of

__all__ = ["MOST_TEXTS", "ComplaintCluster", "complaint_clusters"]

MOST_TEXTS = 2_000
"""How many of the latest complaints are compared: each with each."""
_APART = 0.8
"""Cosine distance from which two groups are not about the same thing."""
_TERMS = 3
_WORD = re.compile(r"[^\W\d_]{3,20}")
_WIDE = re.compile(r"[\u3400-\u9fff]+")


class ComplaintCluster(Value):
    """Complaints about the same thing.

    Attributes:
        terms: Words that several different people use in it: nobody's own words.
        people: How many people complained.
        texts: How many complaints.
    """

    terms: tuple[str, ...]
    people: int
    texts: int


def complaint_clusters(desk: Desk, *, since: datetime, until: datetime) -> tuple[ComplaintCluster, ...]:
    """Groups of complaints that were opened in a time, the largest first, none of fewer people than the policy lets be told.

    A complaint is a ticket of one of the topics that the policy's `figures.complaints` names, or one that was rated with one
    or two stars. Groups are made by average linkage of cosine distances between the words' TF-IDF weights (scikit-learn):
    without a seed, and the same on every run.

    Raises:
        MissingExtra: If scikit-learn is not installed.
        InvalidInput: If the time ends before it begins.
    """
    rules = desk.policy.figures or Figures()
    span = span_of(since, until)
    texts: list[tuple[str, str]] = []
    for one in contacts_of(desk, CompiledPolicy(desk.policy), span.end_us):
        bad = one.rating is not None and one.rating.stars <= 2  # noqa: PLR2004 - of five
        if span.holds(one.opened_us) and (bad or one.ticket.category in rules.complaints):
            papers = desk.papers(one.ticket)
            words = [message.body or "" for message in papers.messages if message.origin == "requester"]
            texts.append((one.ticket.requester, "\n".join((papers.subject or "", *words))))
    found = [_cluster(group, rules.smallest) for group in _groups(texts[-MOST_TEXTS:])]
    told = [one for one in found if one.people >= rules.smallest and one.terms]
    return tuple(sorted(told, key=lambda one: (-one.people, -one.texts, one.terms)))


def _groups(texts: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    learned = _library()
    readable = [one for one in texts if _terms(one[1])]
    if len(readable) < 2:  # noqa: PLR2004 - one has nothing to be compared with
        return [list(readable)] if readable else []
    weights = learned.feature_extraction.text.TfidfVectorizer(analyzer=_terms).fit_transform(
        [text for _, text in readable]
    )
    clustering = learned.cluster.AgglomerativeClustering(
        n_clusters=None, distance_threshold=_APART, metric="cosine", linkage="average"
    )
    groups: dict[int, list[tuple[str, str]]] = {}
    for label, one in zip(clustering.fit_predict(weights.toarray()), readable, strict=True):
        groups.setdefault(int(label), []).append(one)
    return list(groups.values())


def _cluster(group: Sequence[tuple[str, str]], smallest: int) -> ComplaintCluster:
    users: dict[str, set[str]] = {}
    for person, text in group:
        for term in set(_terms(text)):
            users.setdefault(term, set()).add(person)
    common = sorted(
        (-len(people), -len(term), term) for term, people in users.items() if len(people) >= smallest
    )
    return ComplaintCluster(
        terms=tuple(term for _, _, term in common[:_TERMS]),
        people=len({person for person, _ in group}),
        texts=len(group),
    )


def _terms(text: str) -> list[str]:
    """Words of three letters or more, and pairs of Chinese signs; no numbers, which could be somebody's."""
    wide = [run[n : n + 2] for run in _WIDE.findall(text) for n in range(len(run) - 1)]
    narrow = [word for word in _WORD.findall(_WIDE.sub(" ", text.casefold())) if word not in _COMMON]
    return [*narrow, *wide]


_COMMON = frozenset(
    {
        "the",
        "and",
        "for",
        "you",
        "your",
        "are",
        "was",
        "not",
        "but",
        "with",
        "that",
        "this",
        "have",
        "has",
        "had",
        "from",
    }
    | {"they", "them", "what", "when", "who", "why", "how", "our", "out", "all", "can"}
)


def _library() -> Any:
    try:
        import sklearn.cluster  # noqa: PLC0415 - an extra
        import sklearn.feature_extraction.text  # noqa: PLC0415
    except ModuleNotFoundError:
        raise MissingExtra("learn", "clusters of complaints") from None
    return sklearn
