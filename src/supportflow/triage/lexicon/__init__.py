"""What a text is about, by the words of declared lexicons: one pass of one automaton, with evidence.

The matching is loaded when it is first asked for, so that a policy can name its lexicons without it.
"""

from typing import TYPE_CHECKING

from supportflow._late import late
from supportflow.triage.lexicon.document import Entry, Lexicon

if TYPE_CHECKING:
    from supportflow.triage.lexicon.classify import CLASSES, LexiconClassifier, combine, starting_at
    from supportflow.triage.lexicon.matching import CompiledLexicons
    from supportflow.triage.lexicon.places import Text
    from supportflow.triage.lexicon.shipping import SHIPPED, shipped

__all__ = [
    "CLASSES",
    "SHIPPED",
    "CompiledLexicons",
    "Entry",
    "Lexicon",
    "LexiconClassifier",
    "Text",
    "combine",
    "shipped",
    "starting_at",
]

__getattr__, __dir__ = late(
    __name__,
    {
        "CLASSES": "classify",
        "CompiledLexicons": "matching",
        "LexiconClassifier": "classify",
        "SHIPPED": "shipping",
        "Text": "places",
        "combine": "classify",
        "shipped": "shipping",
        "starting_at": "classify",
    },
)
