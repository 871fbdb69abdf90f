"""The shipped first line: articles, a responder that answers from them, drafts for agents, an index of tickets."""

from supportflow.bot.articles import SHIPPED_ARTICLES, shipped_articles
from supportflow.bot.context import MemoryContext
from supportflow.bot.knowledge import MemoryKnowledge
from supportflow.bot.responder import KnowledgeResponder
from supportflow.bot.similar import LocalTicketIndex
from supportflow.bot.suggester import KnowledgeSuggester, SimilarSuggester

__all__ = [
    "SHIPPED_ARTICLES",
    "KnowledgeResponder",
    "KnowledgeSuggester",
    "LocalTicketIndex",
    "MemoryContext",
    "MemoryKnowledge",
    "SimilarSuggester",
    "shipped_articles",
]
