"""Normal forms as clauses for the solver, and its answers as records."""

from collections.abc import Iterator, Sequence

from supportflow.conditions.normal import AllOf, AnyOf, Node, Within, WithoutTags, WithTag
from supportflow.conditions.partition import Partition
from supportflow.conditions.solver import Clause

__all__ = ["Space"]

_ABSENT, _PRESENT = 0b01, 0b10


class Space:
    """The solver's variables for one partition: one a field, one a tag, and a helper for each nested group.

    Attributes:
        domains: The mask of each variable's values.
    """

    def __init__(self, partition: Partition) -> None:
        self._partition = partition
        self.domains: list[int] = []
        self._axes = {name: self._variable(axis.domain) for name, axis in partition.axes.items()}
        self._tags: dict[str, dict[str, int]] = {}
        for name, tags in partition.tags.items():
            stranger = partition.strangers[name]
            every = (*tags, stranger) if stranger is not None else tags
            self._tags[name] = {tag: self._variable(_ABSENT | _PRESENT) for tag in every}

    def clauses(self, node: Node, tag: int = 0) -> list[Clause]:
        """Clauses that hold together exactly where the node does, for some values of the helpers."""
        return list(self._assert(node, tag, {}))

    def record(self, box: Sequence[int]) -> dict[str, object]:
        """A record in a box: for each field the plainest value that is left, as few tags as possible."""
        found: dict[str, object] = {}
        for name, axis in self._partition.axes.items():
            cells = box[self._axes[name]]
            found[name] = axis.example((cells & -cells).bit_length() - 1)
        for name, variables in self._tags.items():
            found[name] = [tag for tag, variable in variables.items() if not box[variable] & _ABSENT]
        return found

    def _variable(self, domain: int) -> int:
        self.domains.append(domain)
        return len(self.domains) - 1

    def _assert(self, node: Node, tag: int, unless: dict[int, int]) -> Iterator[Clause]:
        conjuncts = self._conjuncts(node)
        if conjuncts is not None:
            for part in conjuncts:
                yield from self._assert(part, tag, unless)
            return
        literals = unless.copy()
        for part in _disjuncts(node):
            if self._conjuncts(part) is None:
                simple = self._literals(part)
            else:
                # One direction is enough: where the helper is on, the part holds; nothing needs it to be on.
                helper = self._variable(_ABSENT | _PRESENT)
                simple = {helper: _PRESENT}
                yield from self._assert(part, tag, {helper: _ABSENT})
            for variable, mask in simple.items():
                literals[variable] = literals.get(variable, 0) | mask
        yield Clause(tag, tuple(literals.items()))

    def _conjuncts(self, node: Node) -> Sequence[Node] | None:
        """The parts that all hold, if the node is such a group."""
        if isinstance(node, AllOf):
            return node.parts
        if isinstance(node, WithoutTags):
            tags = self._tags[node.field] if node.tags is None else node.tags
            if len(tags) > 1:
                return [WithoutTags(node.field, frozenset((tag,))) for tag in sorted(tags)]
        return None

    def _literals(self, node: Node) -> dict[int, int]:
        if isinstance(node, Within):
            return {self._axes[node.field]: node.cells}
        assert isinstance(node, WithTag | WithoutTags)
        variables = self._tags[node.field]
        value = _PRESENT if isinstance(node, WithTag) else _ABSENT
        return {variables[tag]: value for tag in variables if node.tags is None or tag in node.tags}


def _disjuncts(node: Node) -> Iterator[Node]:
    if isinstance(node, AnyOf):
        for part in node.parts:
            yield from _disjuncts(part)
    else:
        yield node
