"""Names by which two things come to be called the same, or one is taken for another.

A desk works with such names, since a version that is stored must stay readable. What it writes and shows can then be read in
two ways.
"""

from collections.abc import Iterator

from supportflow.policy.findings import Finding
from supportflow.policy.schema import Policy
from supportflow.policy.scope import Documented
from supportflow.triage.lexicon import Lexicon

__all__ = ["ambiguous_names"]


def ambiguous_names(scope: Documented) -> Iterator[Finding]:
    """Clocks of two SLA policies under one name, metrics that a short name hides, and what evidence cannot name."""
    for path, message in (
        *_clocks(scope.document),
        *_metrics(scope.document),
        *_evidence(scope.document),
    ):
        yield Finding("error", "ambiguous_name", path, message)


def _clocks(document: Policy) -> Iterator[tuple[str, str]]:
    """A clock is called `"<SLA policy>/<target>"`: where names hold a '/', two can be called the same."""
    called: dict[str, str] = {}
    for index, policy in enumerate(document.sla):
        for place, target in enumerate(policy.targets):
            key = f"{policy.name}/{target.slot}"
            other = called.setdefault(key, policy.name)
            if other != policy.name:
                message = (
                    f"its clock and one of {other!r} are both called {key!r}; leave '/' out of the names"
                )
                yield f"sla.{index}.targets.{place}", message
    for index, policy in enumerate(document.sla):
        if policy.name in called:
            yield f"sla.{index}.name", f"{policy.name!r} is what a clock of {called[policy.name]!r} is called"


def _metrics(document: Policy) -> Iterator[tuple[str, str]]:
    for index, metric in enumerate(document.metrics):
        if metric.name == "resolution":
            yield (
                f"metrics.{index}.name",
                "'resolution' is short for 'total_resolution': no target can name this one",
            )


def _evidence(document: Policy) -> Iterator[tuple[str, str]]:
    """Evidence is written `"<lexicon or rule set>:<subject>:<words or rule>"`."""
    named = [
        (
            f"lexicons.{index}",
            lexicon.name,
            [(f"entries.{at}", one.category) for at, one in enumerate(lexicon.entries)],
        )
        for index, lexicon in enumerate(document.lexicons or ())
        if isinstance(lexicon, Lexicon)
    ]
    named += [
        (
            f"reading.rules.{index}",
            rules.name,
            [(f"rules.{at}", one.category) for at, one in enumerate(rules.rules)],
        )
        for index, rules in enumerate(() if document.reading is None else document.reading.rules)
    ]
    for path, name, categories in named:
        subjects = [(f"{path}.{place}.category", category) for place, category in categories]
        for where, word in ((f"{path}.name", name), *subjects):
            if word is not None and ":" in word:
                yield where, "cannot contain ':', which evidence writes after it"
