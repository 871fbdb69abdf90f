"""A lifecycle drawn as a Mermaid state diagram, from the definition itself: the picture cannot be out of date."""

import re

from supportflow._legible import escaped
from supportflow.lifecycle.definition import LifecycleDefinition

__all__ = ["mermaid"]

_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_RESERVED = frozenset({"as", "class", "direction", "end", "note", "state"})


def mermaid(definition: LifecycleDefinition) -> str:
    """The state diagram as Mermaid text; one arrow per pair of statuses, labelled with its triggers and guards.

    A status whose name Mermaid could not read stands under an alias, with its name as the label.
    """
    names = {
        status: status if _PLAIN.fullmatch(status) and status not in _RESERVED else f"s{index}"
        for index, status in enumerate(definition.statuses)
    }
    arrows: dict[tuple[str, str], list[str]] = {}
    for edge in definition.transitions:
        label = f"{edge.trigger} [{', '.join(edge.guards)}]" if edge.guards else edge.trigger
        for source in edge.source:
            arrows.setdefault((source, edge.target), []).append(_label(label))
    lines = ["stateDiagram-v2", f"  [*] --> {names[definition.initial]}"]
    for status, category in definition.statuses.items():
        if names[status] == status:
            lines.append(f"  {status}: {status} ({category.value})")
        else:
            shown = status.replace('"', "'")
            lines.append(f'  state "{shown} ({category.value})" as {names[status]}')
    lines += [
        f"  {names[source]} --> {names[target]}: {', '.join(labels)}"
        for (source, target), labels in sorted(arrows.items())
    ]
    lines += [
        f"  {names[status]} --> [*]" for status, category in definition.statuses.items() if category.is_final
    ]
    return "\n".join(map(escaped, lines)) + "\n"


def _label(text: str) -> str:
    """Mermaid ends a label at a semicolon and splits it at a colon."""
    return text.translate({ord(character): f"#{ord(character)};" for character in "#;:"})
