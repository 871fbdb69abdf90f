"""Names that a reader takes for another one, as findings; addresses that equal nothing."""

from collections.abc import Iterator

from supportflow.policy.check import names
from supportflow.policy.verify.findings import Finding
from supportflow.policy.verify.scope import Scope

__all__ = ["ambiguous_names", "strange_addresses", "twin_names"]


def twin_names(scope: Scope) -> Iterator[Finding]:
    """Names of one list that look the same, are the same, or have something in them that nobody sees."""
    for path, message in names.twin_names(scope.document):
        yield Finding("error", "twin_name", path, message)


def ambiguous_names(scope: Scope) -> Iterator[Finding]:
    """Clocks of two SLA policies under one name, metrics that a short name hides, and what evidence cannot name."""
    for path, message in names.ambiguous_names(scope.document):
        yield Finding("error", "ambiguous_name", path, message)


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
