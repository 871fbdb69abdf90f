"""The difference of two policies, as paths with what stood there before and what stands there now."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from supportflow.policy.document.policy import Policy

__all__ = ["Difference", "policy_diff"]

_ABSENT = object()


class Difference(NamedTuple):
    """One place in which two policies differ.

    Attributes:
        path: Where, by names where things have names: `"sla.vip.targets.first_response.duration"`.
        old: What the first says, as JSON; None also where it says nothing.
        new: What the second says.
    """

    path: str
    old: Any
    new: Any


def policy_diff(old: Policy, new: Policy) -> tuple[Difference, ...]:
    """Where two policies differ, in the order of the document.

    Defaults are compared like what is written: a policy that spells one out does not differ. What a list has by name is
    compared by name, and its order as one more difference (`"rules (order)"`).
    """
    return tuple(_values("", _plain(old), _plain(new)))


def _plain(policy: Policy) -> dict[str, Any]:
    return policy.model_dump(mode="json", by_alias=True)


def _values(path: str, old: Any, new: Any) -> Iterator[Difference]:
    if old == new and type(old) is type(new):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in dict.fromkeys((*old, *new)):
            yield from _values(_below(path, name), old.get(name, _ABSENT), new.get(name, _ABSENT))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(path, old, new)
    else:
        yield Difference(path, None if old is _ABSENT else old, None if new is _ABSENT else new)


def _lists(path: str, old: list[Any], new: list[Any]) -> Iterator[Difference]:
    before, after = _by_name(old), _by_name(new)
    if before is None or after is None or not (before or after):
        # Texts and numbers: nobody reads a list of channels by position.
        if any(isinstance(one, dict | list) for one in (*old, *new)):
            before, after = _by_place(old), _by_place(new)
        else:
            yield Difference(path, old, new)
            return
    yield from _values(path, before, after)
    kept = [name for name in before if name in after]
    moved = [name for name in after if name in before]
    if kept != moved:
        yield Difference(f"{path} (order)", kept, moved)


def _by_name(values: Sequence[Any]) -> dict[str, Any] | None:
    """The values by name; None if some have none, or two have the same."""
    named = {_name(value): value for value in values}
    return (
        None if None in named or len(named) < len(values) else {str(key): one for key, one in named.items()}
    )


def _name(value: Any) -> str | None:
    if not isinstance(value, Mapping):
        return None
    # A target without a name is kept under that of its metric.
    return value.get("name") or value.get("metric")


def _by_place(values: Sequence[Any]) -> dict[str, Any]:
    return {str(place): value for place, value in enumerate(values)}


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
