"""Conditions: a closed predicate language over declared, typed fields, as data.

A lifecycle guard, an SLA policy's match, a priority or routing rule is a `Condition`: a document without
code, which can be checked against its `Fields`, compiled, indexed by the hundred, explained, and reasoned
about exactly.
"""

from typing import TYPE_CHECKING

from supportflow._late import late

if TYPE_CHECKING:
    from supportflow.conditions.compilation import Predicate, compile_condition
    from supportflow.conditions.evaluation import evaluate
    from supportflow.conditions.explanation import Explanation, explain
    from supportflow.conditions.fields import OPERATORS, FieldKind, Fields, FieldSpec
    from supportflow.conditions.index import ConditionIndex
    from supportflow.conditions.language import Condition, parse_condition
    from supportflow.conditions.validation import condition_problems, validate_condition
    from supportflow.conditions.verification import (
        Shadowed,
        Shadowing,
        find_witness,
        overlap,
        shadowing,
        uncovered,
    )


__all__ = [
    "OPERATORS",
    "Condition",
    "ConditionIndex",
    "Explanation",
    "FieldKind",
    "FieldSpec",
    "Fields",
    "Predicate",
    "Shadowed",
    "Shadowing",
    "compile_condition",
    "condition_problems",
    "evaluate",
    "explain",
    "find_witness",
    "overlap",
    "parse_condition",
    "shadowing",
    "uncovered",
    "validate_condition",
]

_HOMES = {
    "Condition": "language",
    "ConditionIndex": "index",
    "Explanation": "explanation",
    "FieldKind": "fields",
    "FieldSpec": "fields",
    "Fields": "fields",
    "OPERATORS": "fields",
    "Predicate": "compilation",
    "Shadowed": "verification",
    "Shadowing": "verification",
    "compile_condition": "compilation",
    "condition_problems": "validation",
    "evaluate": "evaluation",
    "explain": "explanation",
    "find_witness": "verification",
    "overlap": "verification",
    "parse_condition": "language",
    "shadowing": "verification",
    "uncovered": "verification",
    "validate_condition": "validation",
}
__getattr__, __dir__ = late(__name__, _HOMES)
