"""A lexicon: the words by which an organisation recognises what a text is about, written as data."""

from typing import Annotated

from pydantic import Field

from supportflow.model.base import Document, Name, Series

__all__ = ["Entry", "Lexicon"]


class Entry(Document):
    """Words that speak for one thing.

    Attributes:
        category: What they speak for; `None` for entries that only raise flags or name a product.
        priority_class: The class of that category, written `class` in a document.
        words: Patterns, any of which counts; see `supportflow.triage.lexicon.patterns` for how they are written.
        language: The language they are written in, for whoever reads the document; matching ignores it.
        product: The product that they name.
        flags: Flags that they raise.
        weight: How much one of them counts. At 1 it decides alone; words that decide nothing alone have less.
        negatable: Whether "not" shortly before takes it back.
        question: They ask about security and report nothing: the lowest level. What stands inside such a question ("how
            do I spot a scam") is no report.
        review: They raise the class to security for a person to look at. The category stays what the rest of the text says;
            theirs is taken only where the rest says nothing.
    """

    category: Name | None = None
    priority_class: Annotated[Name | None, Field(validation_alias="class", serialization_alias="class")] = (
        None
    )
    words: Annotated[Series[str], Field(min_length=1)]
    language: str | None = None
    product: Name | None = None
    flags: Series[Name] = ()
    weight: Annotated[float, Field(gt=0, le=10)] = 1.0
    negatable: bool = True
    question: bool = False
    review: bool = False


class Lexicon(Document):
    """A document of entries. Several are compiled together; sets of a later one replace those of the same name.

    Attributes:
        name: Its name, which evidence begins with.
        sets: Named alternatives, used in patterns as `@name`.
        negators: Patterns without gaps that negate what follows shortly, or what they stand in the middle of: `not`, `没`,
            `thought i`.
        not_negators: Patterns in which a negator negates nothing, such as `not only`, `是不是`.
        official: The organisation's own domains and names of its brand: a link that shows the brand on another domain is
            flagged. A policy joins them to its own `official`, which is the better place.
        reading: Rule sets by which texts are read besides the entries; see `supportflow.triage.reading`.
        entries: The entries.
    """

    name: Name
    sets: Annotated[dict[str, Series[str]], Field(default_factory=dict)]
    negators: Series[str] = ()
    not_negators: Series[str] = ()
    official: Series[str] = ()
    reading: Series[Name] = ()
    entries: Series[Entry] = ()
