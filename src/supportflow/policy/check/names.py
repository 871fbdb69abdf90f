"""Names that a reader takes for another one, or that hold what nobody sees; names that can be read in two ways.

A policy with such names works, and a version that is stored must stay usable: so they are no error of a document. There is a
warning when it is loaded, and when a desk takes it into use; verification calls it an error.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain
from warnings import warn

from supportflow._callers import callers_level
from supportflow._legible import escaped, first_illegible
from supportflow.policy.document.policy import Policy
from supportflow.triage.lexicon import Lexicon

__all__ = ["AmbiguousNameWarning", "ambiguous_names", "twin_names", "warn_of_names"]

_SHOWN = 5


class AmbiguousNameWarning(UserWarning):
    """Two names of a policy are the same or look the same, or a name can be read in two ways.

    It is what `verify` finds as `twin_name` and `ambiguous_name`.
    """


def warn_of_names(document: Policy) -> None:
    """Warn once, of all such names of a policy."""
    faults = chain(twin_names(document), ambiguous_names(document))
    found = [escaped(f"{path}: {message}") for path, message in faults]
    if not found:
        return
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    warn("; ".join(found[:_SHOWN]) + more, AmbiguousNameWarning, stacklevel=callers_level())


# Letters of other scripts that look like Latin ones in common fonts, in lower case.
_LIKE_LATIN = str.maketrans("аеорсухіјѕԁһӏοαεικνρτυχ", "aeopcyxijsdhloaeikvptux")


def twin_names(document: Policy) -> Iterator[tuple[str, str]]:
    """Path and fault of names of one list that look or are the same, or have something in them that nobody sees."""
    for section, names in _lists(document):
        seen: dict[str, tuple[str, str]] = {}
        for path, name in names:
            if _unseen(name):
                yield path, (f"{name!a} has characters in it that nobody sees, or blanks at an end")
            twin, other = seen.setdefault(_looks(name), (path, name))
            if twin != path:
                how = "has the name of" if other == name else f"{name!a} looks like {other!a}, the name of"
                yield path, (f"{how} {twin}; {section} are told apart by it")


def _looks(name: str) -> str:
    """What a name looks like: names that look alike have the same."""
    shown = unicodedata.normalize("NFKD", name).casefold().translate(_LIKE_LATIN)
    return "".join(one for one in shown if unicodedata.category(one) not in {"Cf", "Mn", "Zs"})


def _unseen(name: str) -> bool:
    return name != name.strip() or first_illegible(name) is not None


def _lists(document: Policy) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    yield "classes", [(f"classes.{index}", name) for index, name in enumerate(document.classes)]
    yield "fields", _keys("fields", document.fields)
    yield "rules", _items("rules", document.rules)
    if document.priority is not None:
        yield "level rules", _items("priority.levels", document.priority.levels)
        yield "order rules", _items("priority.order", document.priority.order)
    yield "calendars", _keys("calendars", document.calendars)
    yield "metrics", _items("metrics", document.metrics)
    yield "SLA policies", _items("sla", document.sla)
    yield "groups", _items("groups", document.groups)
    yield "categories", _keys("intake.categories", document.intake.categories)
    yield "categories", _keys("procedures", document.procedures)
    yield "levels", [(f"authority.levels.{at}", name) for at, name in enumerate(document.authority.levels)]
    yield "actions", _keys("authority.actions", document.authority.actions)
    yield "rotations", _items("rotations", document.rotations)
    yield "ladders", _items("escalation.ladders", document.escalation.ladders)
    yield "surges", _keys("surges", document.surges)
    yield "events", _keys("foreseen", document.foreseen)
    yield "watches", _keys("watches", document.watches)
    if document.announcements is not None:
        yield "audiences", _keys("announcements.audiences", document.announcements.audiences)
    if document.routing is not None:
        yield "routes", _items("routing.routes", document.routing.routes)
        yield "tiers", [(f"routing.tiers.{at}", name) for at, name in enumerate(document.routing.tiers or ())]
    if document.bot is not None:
        yield "flows", _items("bot.flows", document.bot.flows)


def _keys(path: str, names: Iterable[str]) -> list[tuple[str, str]]:
    return [(f"{path}.{name}", name) for name in names]


def _items(path: str, named: Iterable[object]) -> list[tuple[str, str]]:
    return [(f"{path}.{index}", str(getattr(one, "name", ""))) for index, one in enumerate(named)]


def ambiguous_names(document: Policy) -> Iterator[tuple[str, str]]:
    """Path and fault: clocks of two SLA policies under one name, metrics that a short name hides, unusable evidence."""
    yield from _clocks(document)
    yield from _metrics(document)
    yield from _evidence(document)


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
