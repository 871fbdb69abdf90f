"""Names that a reader takes for another one, or that hold what nobody sees; addresses that equal nothing."""

import unicodedata
from collections.abc import Iterable, Iterator

from supportflow._legible import first_illegible
from supportflow.policy.findings import Finding
from supportflow.policy.schema import Policy
from supportflow.policy.scope import Documented, Scope

__all__ = ["strange_addresses", "twin_names"]

# Letters of other scripts that look like Latin ones in common fonts, in lower case.
_LIKE_LATIN = str.maketrans("аеорсухіјѕԁһӏοαεικνρτυχ", "aeopcyxijsdhloaeikvptux")


def twin_names(scope: Documented) -> Iterator[Finding]:
    """Names of one list that look the same, are the same, or have something in them that nobody sees."""
    for section, names in _lists(scope.document):
        seen: dict[str, tuple[str, str]] = {}
        for path, name in names:
            if _unseen(name):
                yield _found(path, f"{name!a} has characters in it that nobody sees, or blanks at an end")
            twin, other = seen.setdefault(_looks(name), (path, name))
            if twin != path:
                how = "has the name of" if other == name else f"{name!a} looks like {other!a}, the name of"
                yield _found(path, f"{how} {twin}; {section} are told apart by it")


def _found(path: str, message: str) -> Finding:
    return Finding("error", "twin_name", path, message)


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
    if document.routing is not None:
        yield "routes", _items("routing.routes", document.routing.routes)
        yield "tiers", [(f"routing.tiers.{at}", name) for at, name in enumerate(document.routing.tiers or ())]
    if document.bot is not None:
        yield "flows", _items("bot.flows", document.bot.flows)


def _keys(path: str, names: Iterable[str]) -> list[tuple[str, str]]:
    return [(f"{path}.{name}", name) for name in names]


def _items(path: str, named: Iterable[object]) -> list[tuple[str, str]]:
    return [(f"{path}.{index}", str(getattr(one, "name", ""))) for index, one in enumerate(named)]


def strange_addresses(scope: Scope) -> Iterator[Finding]:
    """Official addresses that no address in a text ever equals."""
    official = scope.document.official
    for index, domain in enumerate(official.domains):
        if "/" in domain or "@" in domain or ":" in domain or not all(domain.strip(".").split(".")):
            yield _equals_nothing(f"official.domains.{index}", "is no domain; pages belong in links")
    for index, email in enumerate(official.emails):
        if not all(email.partition("@")) or email.count("@") > 1:
            yield _equals_nothing(f"official.emails.{index}", 'is no mail address and no "*@domain"')
    for index, phone in enumerate(official.phones):
        if not any(map(str.isdigit, phone)):
            yield _equals_nothing(f"official.phones.{index}", "has no digit in it")


def _equals_nothing(path: str, message: str) -> Finding:
    return Finding("error", "never_equal", path, message)
