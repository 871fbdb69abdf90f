"""A lifecycle from another system's statuses: the edges of the default one, with those statuses as its stations."""

from collections.abc import Sequence
from typing import Any

from supportflow.lifecycle import default_lifecycle

__all__ = ["lifecycle_of"]


def lifecycle_of(named: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The lifecycle, as plain data.

    A category for which the other system has no status keeps the default one, so that every operation of the desk works.

    Args:
        named: Name of a status and its category, in the other system's order.
    """
    default = default_lifecycle().model_dump(mode="json", by_alias=True)
    of: dict[str, list[str]] = {category: [] for category in default["statuses"]}
    for name, category in named:
        if name not in of[category]:
            of[category].append(name)
    taken = {name for names in of.values() for name in names}
    for category, names in of.items():
        if not names:
            # The plain name may be in use for a status of another category.
            names.append(category if category not in taken else f"{category} (default)")
    edges = [
        {
            **edge,
            "from": [name for category in edge["from"] for name in of[category]],
            "to": of[edge["to"]][0],
        }
        for edge in default["transitions"]
    ]
    work = [name for category in ("new", "open", "pending", "on_hold") for name in of[category]]
    edges += [
        {
            "trigger": f"to_{name}",
            "from": [
                source for source in (of["resolved"] if category == "closed" else work) if source != name
            ],
            "to": name,
            "guards": [],
        }
        for category, names in of.items()
        for name in names[1:]
    ]
    return {
        "statuses": {name: category for category, names in of.items() for name in names},
        "initial": of["new"][0],
        "transitions": edges,
        "guards": default["guards"],
    }
