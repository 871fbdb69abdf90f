"""Labelled texts: what a host's agents said that a ticket was."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field

from supportflow._dataclass import dataclass
from supportflow.exceptions import ModelError
from supportflow.triage.redaction import redact

__all__ = ["MAX_TEXT", "Example", "read_examples"]

MAX_TEXT = 20_000
"""How much of a text is read, in characters: what a ticket is about stands at its beginning."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text and its class.

    Attributes:
        text: The text, with secrets and personal data removed.
        priority_class: The class that a person gave it.
        accepted: Classes that would have been right, too; its own among them.
        id: What the host calls it.
        language: Its language, if known: evaluations are broken down by it.
    """

    text: str
    priority_class: str
    accepted: frozenset[str] = field(default_factory=frozenset)
    id: str = ""
    language: str = ""

    def accepts(self, priority_class: str) -> bool:
        """Whether a class is right for it."""
        return priority_class == self.priority_class or priority_class in self.accepted


def read_examples(
    lines: Iterable[str], classes: Sequence[str], *, name: str = "labelled texts", labelled: bool = True
) -> Iterator[Example]:
    """Read examples, one JSON object a line: `text` or `subject` and `body`, `class`; `accepted`, `id`, `language` if known.

    Secrets are removed from each text before anything looks at it.

    Args:
        lines: The lines; empty ones are passed over.
        classes: The classes that there are.
        name: What errors call the source.
        labelled: Whether each must have a class.

    Raises:
        ModelError: At the first line that is no example, with its number.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            given = json.loads(line.removeprefix("\ufeff") if number == 1 else line)
        except (ValueError, RecursionError):
            raise ModelError([f"{name}:{number}: is not JSON"]) from None
        if not isinstance(given, dict):
            raise ModelError([f"{name}:{number}: is not an object"])
        parts = [given.get(key, "") for key in ("text", "subject", "body")]
        if not all(isinstance(part, str) for part in parts) or not any(parts):
            raise ModelError([f"{name}:{number}: has no text"])
        label = given.get("class", "")
        accepted = given.get("accepted", [])
        if not isinstance(accepted, list) or not all(isinstance(one, str) for one in accepted):
            raise ModelError([f"{name}:{number}: accepted: is not a list of classes"])
        unknown = [one for one in (label, *accepted) if one not in classes and (labelled or one)]
        if unknown:
            raise ModelError([f"{name}:{number}: class {unknown[0]!r} is none of {', '.join(classes)}"])
        text = "\n".join(part for part in parts if part)[:MAX_TEXT]
        yield Example(
            text=redact(text).text,
            priority_class=label,
            accepted=frozenset(accepted),
            id=str(given.get("id", number)),
            language=str(given.get("language", "")),
        )
