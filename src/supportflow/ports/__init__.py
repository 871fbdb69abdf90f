"""The ports: what supportflow asks of the world around it. A host plugs in its own; each has an in-memory adapter.

A store or channel may be written with plain or with `async` methods; `AsyncDesk` takes both, `Desk` the plain ones.
"""

from typing import TYPE_CHECKING

from supportflow._late import late

if TYPE_CHECKING:
    from supportflow.ports.awaited import (
        AsyncChannel,
        AsyncClassifier,
        AsyncClock,
        AsyncContextProvider,
        AsyncHostActions,
        AsyncIds,
        AsyncKnowledgeSource,
        AsyncLanguageDetector,
        AsyncResponder,
        AsyncStore,
        AsyncSuggester,
        AsyncTicketIndex,
        AsyncTranslator,
    )
    from supportflow.ports.delivery import ChannelTraits, Rate, Receipt, traits_of
    from supportflow.ports.plain import (
        ActionCall,
        Channel,
        Clock,
        HostActions,
        Ids,
        LoadsRequesters,
        Outgoing,
        Pauses,
        Store,
    )
    from supportflow.ports.texts import (
        Classifier,
        ContextProvider,
        KnowledgeSource,
        LanguageDetector,
        Responder,
        Suggester,
        TicketIndex,
        Translator,
    )


__all__ = [
    "ActionCall",
    "AsyncChannel",
    "AsyncClassifier",
    "AsyncClock",
    "AsyncContextProvider",
    "AsyncHostActions",
    "AsyncIds",
    "AsyncKnowledgeSource",
    "AsyncLanguageDetector",
    "AsyncResponder",
    "AsyncStore",
    "AsyncSuggester",
    "AsyncTicketIndex",
    "AsyncTranslator",
    "Channel",
    "ChannelTraits",
    "Classifier",
    "Clock",
    "ContextProvider",
    "HostActions",
    "Ids",
    "KnowledgeSource",
    "LanguageDetector",
    "LoadsRequesters",
    "Outgoing",
    "Pauses",
    "Rate",
    "Receipt",
    "Responder",
    "Store",
    "Suggester",
    "TicketIndex",
    "Translator",
    "traits_of",
]

_HOMES = {
    "ActionCall": "plain",
    "AsyncChannel": "awaited",
    "AsyncClassifier": "awaited",
    "AsyncClock": "awaited",
    "AsyncContextProvider": "awaited",
    "AsyncHostActions": "awaited",
    "AsyncIds": "awaited",
    "AsyncKnowledgeSource": "awaited",
    "AsyncLanguageDetector": "awaited",
    "AsyncResponder": "awaited",
    "AsyncStore": "awaited",
    "AsyncSuggester": "awaited",
    "AsyncTicketIndex": "awaited",
    "AsyncTranslator": "awaited",
    "Channel": "plain",
    "ChannelTraits": "delivery",
    "Classifier": "texts",
    "Clock": "plain",
    "ContextProvider": "texts",
    "HostActions": "plain",
    "Ids": "plain",
    "KnowledgeSource": "texts",
    "LanguageDetector": "texts",
    "LoadsRequesters": "plain",
    "Outgoing": "plain",
    "Pauses": "plain",
    "Rate": "delivery",
    "Receipt": "delivery",
    "Responder": "texts",
    "Store": "plain",
    "Suggester": "texts",
    "TicketIndex": "texts",
    "Translator": "texts",
    "traits_of": "delivery",
}
__getattr__, __dir__ = late(__name__, _HOMES)
