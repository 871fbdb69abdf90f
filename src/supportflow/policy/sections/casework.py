"""What a policy says about evidence, steps, authority and identity, checked and ready for the kernel."""

from collections.abc import Mapping

from supportflow.policy.document.casework import Identity, Procedure
from supportflow.policy.document.policy import Policy
from supportflow.policy.sections.classifier import official_of
from supportflow.texts import in_language, phrases
from supportflow.triage.intake import EvidenceSpec, Intake, IntakeRule
from supportflow.triage.official import OfficialIndex
from supportflow.triage.wording import wording

__all__ = ["CaseRules", "templates_of"]


class CaseRules:
    """The rules for cases of a policy that was checked.

    Args:
        document: The policy.

    Attributes:
        rules: Category → its intake rule; empty if nothing is asked for.
        procedures: Category → its procedure.
        identity: When contacts are one case; None if each opens a ticket of its own.
        official: The organisation's own addresses, those that its lexicons name among them.
        levels: Level of verification → its rank, the lowest first.
        actions: Action → the level that it needs.
        person_wide: True if a verification counts on all cases of the person.
    """

    def __init__(self, document: Policy) -> None:
        self.intake: Intake = document.intake
        self.rules: Mapping[str, IntakeRule] = document.intake.categories
        self.procedures: Mapping[str, Procedure] = document.procedures
        self.identity: Identity | None = document.identity
        self.official = OfficialIndex(official_of(document))
        self.levels = {name: rank for rank, name in enumerate(document.authority.levels)}
        self.person_wide = document.authority.holds_for == "person"
        self.actions: Mapping[str, str] = document.authority.actions
        exempt = document.intake.exempt
        self._exempt = frozenset(document.classes[: len(document.classes) > 1] if exempt is None else exempt)
        self._specs = {
            (category, spec.name): spec for category, rule in self.rules.items() for spec in rule.evidence
        }
        self._by_name = {name: spec for (_, name), spec in reversed(self._specs.items())}

    def wants_others(self, category: str | None) -> bool:
        """True if a step of the procedure for a category wants another person than did another one."""
        procedure = self.procedures.get(category or "")
        return procedure is not None and any(step.another_than for step in procedure.steps)

    def specs(self, category: str | None) -> tuple[EvidenceSpec, ...]:
        """The items that tickets of a category need, in order."""
        rule = None if category is None else self.rules.get(category)
        return () if rule is None else tuple(rule.evidence)

    def spec(self, category: str | None, item: str) -> EvidenceSpec | None:
        """What an item looks like: as its category says, or the first category that knows it."""
        return self._specs.get((category or "", item)) or self._by_name.get(item)

    def waits(self, priority_class: str) -> bool:
        """True if a ticket of that class is kept waiting for its evidence."""
        return priority_class not in self._exempt

    def request(
        self,
        category: str | None,
        items: tuple[str, ...],
        *,
        template: str,
        language: str | None,
        ref: str | None,
        ticket_id: str,
    ) -> str:
        """The text that asks for items of evidence."""
        specs = [self.spec(category, item) or EvidenceSpec(name=item, kind="text") for item in items]
        tag, text = in_language(templates_of(self.intake)[template], language, self.intake.language)
        return wording(text, specs, tag, ref=ref, ticket_id=ticket_id)

    def language(self, template: str, language: str | None) -> str:
        """The language that a request is written in, for a requester of that language."""
        return in_language(templates_of(self.intake)[template], language, self.intake.language)[0]


def templates_of(intake: Intake) -> dict[str, Mapping[str, str]]:
    """The templates by which evidence is asked for: the shipped ones, and those of the policy."""
    return {**phrases("evidence", "templates"), **intake.templates}
