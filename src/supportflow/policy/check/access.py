"""What can be wrong with the access of a policy."""

from collections.abc import Container, Iterable, Iterator

from supportflow.policy.document.access import Access
from supportflow.policy.document.policy import Policy

__all__ = ["access_problems"]


def access_problems(document: Policy) -> Iterator[str]:
    """Every problem of a policy's `access`, each one sentence that starts with its path."""
    access = document.access
    if access is None:
        return
    yield from _roles(access, {group.name for group in document.groups})
    seen: dict[str, int] = {}
    for index, rule in enumerate(access.rules):
        path = f"access.rules.{index}"
        yield from _unknown(f"{path}.roles", rule.roles, access.roles, "role in access.roles")
        yield from _unknown(f"{path}.classes", rule.classes, document.classes, "class of this policy")
        if rule.name in seen:
            yield f"{path}.name: {rule.name!r} is the name of rules.{seen[rule.name]}, too"
        seen.setdefault(rule.name, index)


def _roles(access: Access, groups: set[str]) -> Iterator[str]:
    for name, role in access.roles.items():
        if not (role.groups or role.tiers or role.agents):
            yield f"access.roles.{name}: names nobody: neither groups, tiers nor agents"
        yield from _unknown(f"access.roles.{name}.groups", role.groups, groups, "group of this policy")


def _unknown(path: str, names: Iterable[str], known: Container[str], what: str) -> Iterator[str]:
    for place, name in enumerate(names):
        if name not in known:
            yield f"{path}.{place}: {name!r} is no {what}"
