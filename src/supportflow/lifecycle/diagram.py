"""A lifecycle drawn as a Mermaid state diagram, from the definition itself: the picture cannot be out of date."""

from supportflow.lifecycle.definition import LifecycleDefinition

__all__ = ["mermaid"]


def mermaid(definition: LifecycleDefinition) -> str:
    """The state diagram as Mermaid text; one arrow per pair of statuses, labelled with its triggers and guards."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for edge in definition.transitions:
        label = f"{edge.trigger} [{', '.join(edge.guards)}]" if edge.guards else edge.trigger
        for source in edge.source:
            arrows.setdefault((source, edge.target), []).append(label)
    lines = ["stateDiagram-v2", f"  [*] --> {definition.initial}"]
    lines += [f"  {status}: {status} ({category.value})" for status, category in definition.statuses.items()]
    lines += [
        f"  {source} --> {target}: {', '.join(labels)}" for (source, target), labels in sorted(arrows.items())
    ]
    lines += [f"  {status} --> [*]" for status, category in definition.statuses.items() if category.is_final]
    return "\n".join(lines) + "\n"
