"""The shipped first line: articles in memory, a responder that answers from them, drafts for agents, context in memory."""

from supportflow.bot.context import MemoryContext
from supportflow.bot.knowledge import MemoryKnowledge
from supportflow.bot.responder import KnowledgeResponder
from supportflow.bot.suggester import KnowledgeSuggester

__all__ = ["KnowledgeResponder", "KnowledgeSuggester", "MemoryContext", "MemoryKnowledge"]
