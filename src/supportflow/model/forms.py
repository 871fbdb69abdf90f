"""A form: what somebody is asked for who opens a ticket on a page, and what is wrong with what they filled in."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, Literal, TypeAlias

from supportflow._dataclass import dataclass
from supportflow.exceptions import InvalidInput
from supportflow.model.base import MAX_BODY, mended
from supportflow.model.content import Attachment
from supportflow.model.records import AttributeValue
from supportflow.model.shapes import fault, folded

__all__ = ["FieldKind", "FieldProblem", "Form", "FormAnswers", "FormField"]

FieldKind: TypeAlias = Literal[
    "line", "text", "digits", "alphanumeric", "datetime", "choice", "attachment",
    "integer", "number", "boolean", "tags",
]  # fmt: skip

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})
_INFINITE = (float("inf"), float("-inf"))
_LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form.

    Attributes:
        name: `"subject"`, `"body"`, or the policy's name for an item of evidence.
        kind: What it holds: a `line`, a `text` of several, a file (`attachment`), or what its name says.
        label: What people call it, in the form's language.
        required: Whether it has to be filled in.
        min_length: Fewest characters.
        max_length: Most characters.
        values: What a `choice`, or each of `tags`, can be.
        media_types: Of an `attachment`, such as `"image/*"`; any, if there are none.
        minimum: The smallest `integer` or `number`.
        maximum: The largest.
        attribute: Whether it becomes an attribute of the ticket, and no evidence.
    """

    name: str
    kind: FieldKind
    label: str
    required: bool = True
    min_length: int = 1
    max_length: int = MAX_BODY
    values: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()
    minimum: int | float | None = None
    maximum: int | float | None = None
    attribute: bool = False


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with a field. What was filled in is not repeated.

    Attributes:
        field: Its name.
        code: `"missing"`, `"too_short"`, `"too_long"`, `"digits"`, `"alphanumeric"`, `"datetime"`, `"choice"`, `"file"` (a
            file is wanted), `"media_type"`, `"too_large"`, `"number"`, `"too_small"`, `"too_big"`, `"boolean"`,
            `"line"`.
        text: The same as a sentence, in the form's language.
    """

    field: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class FormAnswers:
    """What a form says that was filled in, as a desk takes it.

    Attributes:
        subject: One line.
        body: The message.
        evidence: Item → value or file.
        attributes: Attribute → value.
        attachments: Files that the form did not ask for.
        problems: What is wrong, in the order of the fields.
    """

    subject: str
    body: str
    evidence: Mapping[str, str | Attachment]
    attributes: Mapping[str, AttributeValue]
    attachments: tuple[Attachment, ...]
    problems: tuple[FieldProblem, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked for on a page.

    Attributes:
        category: The category (topic) that it is for.
        language: Of its labels and sentences.
        fields: What is asked for, in order.
    """

    category: str | None
    language: str
    fields: tuple[FormField, ...]
    sentences: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def read(
        self,
        given: Mapping[str, str],
        files: Mapping[str, Attachment] | None = None,
        *,
        complete: bool = True,
        largest: int | None = None,
    ) -> FormAnswers:
        """What was filled in, looked at field by field. Fields that the form does not have are passed over.

        Args:
            given: Field → text, as the page sent it.
            files: Field → file.
            complete: Whether all evidence has to be there; the desk asks for the rest, otherwise.
            largest: Bytes that a file may have.

        Raises:
            InvalidInput: If `given` is no mapping to texts, or `files` none to attachments.
        """
        files = files or {}
        if not _maps(given, str):
            raise InvalidInput("given", "is not a mapping of fields to texts")
        if not _maps(files, Attachment):
            raise InvalidInput("files", "is not a mapping of fields to attachments")
        given = {name: _kept(value) for name, value in given.items()}
        evidence: dict[str, str | Attachment] = {}
        attributes: dict[str, AttributeValue] = {}
        problems: list[FieldProblem] = []
        texts = {"subject": "", "body": ""}
        for one in self.fields:
            value = files.get(one.name) if one.kind == "attachment" else given.get(one.name, "")
            found = self._found(one, value, largest, typed=one.name in given and given[one.name] != "")
            if isinstance(found, FieldProblem):
                if found.code != "missing" or complete or one.name in texts:
                    problems.append(found)
            elif found is not None:
                kept: dict[str, Any] = (
                    attributes if one.attribute else texts if one.name in texts else evidence
                )
                kept[one.name] = found
        problems += self._too_large(files, largest)
        if not (problems or files or evidence or attributes or any(texts.values())):
            problems += [self._problem(one, "missing") for one in self.fields if one.name == "body"]
        asked = {one.name for one in self.fields if one.kind == "attachment"}
        return FormAnswers(
            texts["subject"],
            texts["body"],
            evidence,
            attributes,
            tuple(file for name, file in files.items() if name not in asked),
            tuple(problems),
        )

    def _found(
        self, one: FormField, value: str | Attachment | None, largest: int | None, *, typed: bool
    ) -> AttributeValue | Attachment | FieldProblem:
        if isinstance(value, Attachment):
            if _is_large(value, largest):
                return None  # that is said of every file
            return value if _fits(one, value) else self._problem(one, "media_type")
        if not value:
            if one.kind == "attachment" and typed:
                return self._problem(one, "file")
            return self._problem(one, "missing") if one.required else None
        if len(value) > one.max_length:  # before anything looks into it
            return self._problem(one, "too_long")
        return self._read(one, value)

    def _read(self, one: FormField, value: str) -> AttributeValue | FieldProblem:
        """What a text means, in a field that it is short enough for."""
        if one.kind in {"integer", "number"}:
            return self._number(one, value)
        if one.kind == "boolean":
            known = value.casefold()
            return known in _TRUE if known in _TRUE | _FALSE else self._problem(one, "boolean")
        if one.kind == "tags":
            tags = frozenset(tag.strip() for tag in value.split(",") if tag.strip())
            return self._problem(one, "choice") if one.values and not tags <= set(one.values) else tags
        if one.kind == "line":
            return value if len(value.splitlines()) == 1 else self._problem(one, "line")
        code = fault(one, value)
        if code is not None:
            return self._problem(one, code)
        return _declared(one, value) if one.kind == "choice" else value

    def _number(self, one: FormField, value: str) -> AttributeValue | FieldProblem:
        written = folded(value).strip()
        try:
            if len(written) > _LONGEST_NUMBER or "_" in written:
                raise ValueError  # noqa: TRY301 - one answer for all that is no number
            number = int(written) if one.kind == "integer" else float(written)
        except ValueError:
            return self._problem(one, "number")
        if number != number or number in _INFINITE:  # noqa: PLR0124 - what is no number is not even itself
            return self._problem(one, "number")
        if one.minimum is not None and number < one.minimum:
            return self._problem(one, "too_small")
        if one.maximum is not None and number > one.maximum:
            return self._problem(one, "too_big")
        return number

    def _too_large(self, files: Mapping[str, Attachment], largest: int | None) -> Iterator[FieldProblem]:
        for name, file in files.items():
            if _is_large(file, largest):
                megabytes = f"{(largest or 0) / 1_000_000:g}"
                yield FieldProblem(name, "too_large", self._sentence("too_large", megabytes=megabytes))

    def _problem(self, one: FormField, code: str) -> FieldProblem:
        text = self._sentence(
            code,
            label=one.label,
            min=str(one.min_length),
            max=str(one.max_length),
            values=", ".join(one.values),
            types=", ".join(one.media_types),
            least=str(one.minimum),
            most=str(one.maximum),
        )
        return FieldProblem(one.name, code, text)

    def _sentence(self, code: str, **named: str) -> str:
        return self.sentences.get(code, code).format(**named)


def _maps(given: object, kind: type) -> bool:
    return isinstance(given, Mapping) and all(isinstance(one, kind) for one in given.values())


def _kept(value: str) -> str:
    """A text as it is kept."""
    return mended(value).strip()


def _fits(one: FormField, file: Attachment) -> bool:
    given = file.media_type.partition(";")[0].strip().lower()
    family = given.partition("/")[0]
    return not one.media_types or not {given, f"{family}/*"}.isdisjoint(one.media_types)


def _is_large(file: Attachment, largest: int | None) -> bool:
    return largest is not None and file.size > largest


def _declared(one: FormField, value: str) -> str:
    """A choice as it is declared, however it was typed."""
    typed = folded(value).strip().casefold()
    return next(known for known in one.values if folded(known).casefold() == typed)
