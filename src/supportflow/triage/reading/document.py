"""What reading is made of, as documents: packs of role words by language, and rules over roles."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from supportflow.model.base import Document, Name, Series

__all__ = ["Derivation", "Mood", "Pack", "Reading", "ReadingRule", "RuleSet", "Script", "Weighing"]

Script = Literal["Latn", "Cyrl", "Grek", "Arab", "Deva", "Thai", "Hani", "Kana", "Hang"]
"""ISO 15924 codes of the scripts that lines of a text are told apart by; `Kana` is both kana."""
Phrases = tuple[Annotated[str, StringConstraints(min_length=1, max_length=4_000)], ...]
Roles = Annotated[tuple[Name, ...], Field(min_length=1, max_length=8)]


class Pack(Document):
    """The words by which one language names the roles.

    Attributes:
        tag: BCP 47 tag of the language.
        name: What people call it.
        scripts: The scripts that it is written in. Lines without a letter of the first one are not read with it: Japanese
            names its kana first, or every line of Chinese would be read in Japanese, too. A language that people write in
            Latin letters as well (Hindi) names `Latn` further on, and is among those chosen for such lines.
        cut: Whether texts are cut into `"words"` at blanks, or phrases are looked for at every character.
        marks: `"ignore"`: accents are taken off the pack's words and the text's. `"when_written"`: words match as they are
            written, and without accents only in a line that has none at all.
        letters: How many letters a word has on average: distances are counted in words.
        negation: Where the negation of a verb stands.
        prefixes: What may be written together with the beginning of a word (Arabic `و`, `ال`).
        hints: Its commonest words, by which texts are told from those of other languages in its script.
        sources: Where the words come from.
        sets: Named alternatives, used in phrases as `@name`.
        roles: Role → its phrases, several of them in one string with commas between.
    """

    tag: Name
    name: Name
    scripts: Annotated[Series[Script], Field(min_length=1)]
    cut: Literal["words", "characters"] = "words"
    marks: Literal["ignore", "when_written"] = "ignore"
    letters: Annotated[int, Field(ge=1, le=20)] = 6
    negation: Literal["before", "after", "both"] = "before"
    prefixes: Series[Name] = ()
    hints: Phrases = ()
    sources: Series[str] = ()
    sets: Mapping[Name, Phrases] = Field(default_factory=dict)
    roles: Mapping[Name, Phrases] = Field(default_factory=dict)


class Derivation(Document):
    """A role that roles beside each other make: "I", "not" and "made" are "not by me".

    Attributes:
        role: What they make.
        all: The roles that are needed, in any order; `a|b` is either.
        within: How many words may lie between one and the next; they stand in one clause.
        ordered: They must stand in the order given.
    """

    role: Name
    all: Roles
    within: Annotated[int, Field(ge=0, le=50)] = 4
    ordered: bool = False


class Mood(Document):
    """What makes of an event something that did not happen: a question, a condition, a fear, somebody else's story.

    Attributes:
        name: For evidence and rules.
        roles: Any of these roles.
        side: Where it stands, seen from the event.
        scope: In the event's own clause, or anywhere in its sentence.
        within: How many words may lie between.
        opening: Only where it opens its clause, with at most a word before it.
        makes: `"question"`: the event is only asked about. `"nothing"`: it is not spoken of at all.
        unless: Roles in the sentence that take the mood back ("how do I *report* …").
        events: Only events of these roles; of any, if not given ("I thought it was *gone*", not "I thought he was *fake*").
    """

    name: Name
    roles: Roles
    side: Literal["before", "after", "both"] = "before"
    scope: Literal["clause", "sentence"] = "clause"
    within: Annotated[int, Field(ge=0, le=100)] = 12
    opening: bool = False
    makes: Literal["question", "nothing"] = "question"
    unless: Series[Name] = ()
    events: Series[Name] = ()


class ReadingRule(Document):
    """Roles that together say something.

    Attributes:
        name: What they say, in words: evidence shows it.
        category: What the text is then about.
        priority_class: The class of that category (`class` in a document).
        all: The roles that are needed; `a|b` is either. The first is the event: moods and negation are asked there.
        scope: They stand in one `"clause"`, in one `"sentence"`, or `"near"`: at most two clauses apart, also over the end
            of a sentence; told as a story, each need near the event or near one before it.
        within: How many words may lie between the event and each of the others.
        ordered: The others must stand behind the event, in the order given.
        unless: Roles in the event's sentence that take it back.
        unless_here: Roles in the event's own clause that take it back. What fails beside it explains it; what fails
            elsewhere may follow from it ("the money is gone, and now I cannot log in").
        negatable: Whether a "not" shortly before (behind, in languages that put it there) takes it back.
        resists: Moods that change nothing: who says "not by me" does not speak of a possibility.
        asked: The category that it counts for if it is only asked about; it counts for nothing, if not given.
        weight: How much it counts; 1 decides alone.
        review: It raises the class for a person to look at, and leaves the category to the rest of the text.
        flags: Flags that it raises.
        believed: No model doubts it, whatever its set says.
    """

    name: Name
    category: Name | None = None
    priority_class: Annotated[Name | None, Field(validation_alias="class", serialization_alias="class")] = (
        None
    )
    all: Roles
    scope: Literal["clause", "sentence", "near"] = "clause"
    within: Annotated[int, Field(ge=0, le=100)] = 12
    ordered: bool = False
    unless: Series[Name] = ()
    unless_here: Series[Name] = ()
    negatable: bool = True
    resists: Series[Name] = ()
    asked: Name | None = None
    weight: Annotated[float, Field(gt=0, le=10)] = 1.0
    review: bool = False
    flags: Series[Name] = ()
    believed: bool = False


class Weighing(Document):
    """How much roles that stand together weigh for a class, learned from texts: a second opinion beside the rules.

    Attributes:
        name: For evidence.
        category: What the text is then about; left to the rest of the text, if not given.
        priority_class: The class (`class` in a document).
        bias: What a text without roles weighs. All weights are log-odds: 0 is as likely as not, 2 is 88 %.
        raises: Sentences that weigh at least this much are raised to the class.
        review: It raises to security for a person to look at.
        question: It is told as a question: nothing has happened.
        needs: Roles that must all stand there, whatever the others weigh, as in a rule's `all`: `"mark|ask_if"` is either.
        unless: A sentence with one of these roles does not count: it asks how something goes, or is content.
        weights: Role, or two with a plus between (`"gone+not_me"`) → weight.
    """

    name: Name
    category: Name | None = None
    priority_class: Annotated[Name, Field(validation_alias="class", serialization_alias="class")]
    bias: Annotated[float, Field(ge=-50, le=50)]
    raises: Annotated[float, Field(ge=-50, le=50)]
    review: bool = False
    question: bool = False
    needs: Series[Name] = ()
    unless: Series[Name] = ()
    weights: Mapping[Name, Annotated[float, Field(ge=-50, le=50)]]


class RuleSet(Document):
    """Rules over roles. They name no word of any language.

    Attributes:
        name: Its name, which evidence begins with.
        roles: Roles that it needs besides the shipped ones, each with its meaning.
        derived: Roles made of roles; in order, so that a later one can use an earlier one's.
        moods: Moods, in order: the first that fits decides.
        rules: The rules.
        weighings: Second opinions on what the rules of all sets read.
        doubted: The category of what the shipped model doubts: what these rules assert, and it finds most unlike, is told as
            a question of that category. Nobody doubts the rules, if not given.
    """

    name: Name
    doubted: Name | None = None
    roles: Mapping[Name, str] = Field(default_factory=dict)
    derived: Series[Derivation] = ()
    moods: Series[Mood] = ()
    rules: Series[ReadingRule] = ()
    weighings: Series[Weighing] = ()


class Reading(Document):
    """How an organisation's texts are read, besides what its lexicons say.

    Attributes:
        languages: The shipped packs to read with, by tag; all, if not given.
        packs: Packs of its own: one of a shipped pack's tag replaces that.
        rules: Rule sets of its own, after those that its lexicons name.
        model: `"shipped"`: the model that comes with supportflow weighs words beside roles, and raises to security for a
            person to look at what no rule hears. None, if not given.
        doubts: Whether that model also doubts what rules assert, of those sets that let it; see `RuleSet.doubted`.
    """

    languages: Series[Name] | None = None
    packs: Series[Pack] = ()
    rules: Series[RuleSet] = ()
    model: Literal["shipped"] | None = None
    doubts: bool = True
