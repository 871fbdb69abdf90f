"""What a text is about, by the words of declared lexicons: one pass of one automaton, with evidence."""

from supportflow.triage.lexicon.classify import CLASSES, LexiconClassifier, combine, starting_at
from supportflow.triage.lexicon.document import Entry, Lexicon
from supportflow.triage.lexicon.shipped import SHIPPED, shipped

__all__ = [
    "CLASSES",
    "SHIPPED",
    "Entry",
    "Lexicon",
    "LexiconClassifier",
    "combine",
    "shipped",
    "starting_at",
]
