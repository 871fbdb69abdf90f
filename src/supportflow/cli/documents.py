"""Documents that a command line names: by a file, by the name of one that is shipped, or `-` for standard input."""

import argparse
import gzip
import io
import shutil
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal, Protocol, TextIO, TypeVar

from supportflow.exceptions import (
    DefinitionError,
    InvalidInput,
    MappingError,
    PolicyError,
    RosterError,
    ScenarioError,
)
from supportflow.policy.document.policy import Policy
from supportflow.policy.presets import PRESETS, preset
from supportflow.policy.read.documents import MAX_CHARACTERS, load, read
from supportflow.policy.read.policies import load_policy, read_policy
from supportflow.policy.read.rosters import load_roster, read_roster

if TYPE_CHECKING:
    from supportflow.replay import LogMapping
    from supportflow.routing.document import Roster
    from supportflow.simulation.scenario import Scenario
    from supportflow.staffing import Shifts

__all__ = [
    "STANDARD_INPUT",
    "Kind",
    "format_of",
    "kind_of",
    "lines_at",
    "mapping_named",
    "on_log",
    "policy_named",
    "read_named",
    "roster_named",
    "scenario_named",
    "shifts_named",
    "text_at",
    "text_of_input",
]

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")
Kind = Literal["policy", "scenario", "roster", "mapping", "shifts"]
STANDARD_INPUT = "-"
_MARKS: Mapping[Kind, frozenset[str]] = {
    "mapping": frozenset({"case", "rows", "states"}),
    "scenario": frozenset({"arrivals", "lasts_for", "team", "service"}),
    "roster": frozenset({"agents", "promises", "overrides"}),
    "shifts": frozenset({"shifts", "tz"}),
}
"""Fields that only documents of a kind have."""


class _Loading(Protocol[T_co]):
    def __call__(self, text: str, *, format: str) -> T_co: ...  # noqa: A002 - what it is called everywhere


def policy_named(name: str) -> Policy:
    """The policy in a file, from standard input, or that comes with supportflow.

    Raises:
        PolicyError: If the document is wrong.
        OSError: If the file cannot be read.
    """
    if name in PRESETS and not Path(name).exists():
        return preset(name)
    return read_named(name, load_policy, read_policy, PolicyError)


def roster_named(name: str) -> "Roster":
    """The roster in a file, or on standard input.

    Raises:
        RosterError: If the document is wrong.
        OSError: If the file cannot be read.
    """
    return read_named(name, load_roster, read_roster, RosterError)


def scenario_named(name: str) -> "Scenario":
    """The scenario in a file, or on standard input: what that names is looked for in the current folder.

    Raises:
        ScenarioError: If the document is wrong.
        PolicyError: If the policy that it names is wrong.
        OSError: If a file cannot be read.
    """
    from supportflow.simulation.reading import load_scenario, placed, read_scenario  # noqa: PLC0415 - brings a simulator

    def loaded(text: str, *, format: str) -> "Scenario":  # noqa: A002 - what it is called everywhere
        return placed(load_scenario(text, format=format), Path())

    return read_named(name, loaded, read_scenario, ScenarioError)


def shifts_named(name: str) -> "Shifts":
    """The shifts in a file, or on standard input.

    Raises:
        ScenarioError: If the document is wrong.
        OSError: If the file cannot be read.
    """
    from supportflow.staffing.shifts import load_shifts, read_shifts  # noqa: PLC0415 - as above

    return read_named(name, load_shifts, read_shifts, ScenarioError)


def mapping_named(name: str) -> "LogMapping":
    """The mapping of a shipped name, in a TOML file, or on standard input.

    Raises:
        MappingError: If there is no such mapping, or the document is wrong.
        OSError: If the file cannot be read.
    """
    from supportflow.replay.mapping import load_mapping, parse_mapping  # noqa: PLC0415 - brings what reads logs

    try:
        return load_mapping(name) if name != STANDARD_INPUT else parse_mapping(text_of_input())
    except MappingError as wrong:
        where = "standard input" if name == STANDARD_INPUT else name
        problems = [one if one.startswith(f"{where}: ") else f"{where}: {one}" for one in wrong.problems]
        raise MappingError(problems) from None


def text_at(name: str) -> str:
    """The text of a file, or of standard input.

    Raises:
        InvalidInput: If it is not UTF-8.
        OSError: If the file cannot be read.
    """
    if name == STANDARD_INPUT:
        return text_of_input(-1)
    try:
        return Path(name).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(name, "is not text in UTF-8") from None


@contextmanager
def lines_at(name: str) -> Iterator[TextIO]:
    """The lines of a file, or of standard input, one after the other.

    Raises:
        OSError: If the file cannot be read.
    """
    if name == STANDARD_INPUT:
        yield sys.stdin
        return
    with Path(name).open(encoding="utf-8-sig") as lines:
        yield lines


def on_log(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """A command that reads a log, which can come on standard input; what is wrong with it is told with its name."""

    def kept(arguments: argparse.Namespace) -> int:
        if arguments.log is None:
            return run(arguments)
        with file_at(arguments.log) as path:
            try:
                return run(argparse.Namespace(**{**vars(arguments), "log": path}))
            except InvalidInput as wrong:
                if wrong.field != "log":
                    raise
                raise InvalidInput(arguments.log, wrong.reason) from wrong

    return kept


@contextmanager
def file_at(name: str) -> Iterator[str]:
    """The path of a log; what comes on standard input is kept in a file meanwhile, named for what it begins with.

    Raises:
        InvalidInput: If there is nothing on standard input.
        OSError: If it cannot be kept.
    """
    if name != STANDARD_INPUT:
        yield name
        return
    source = sys.stdin.buffer
    head = source.read(_HEAD)
    if not head:
        raise InvalidInput("-", "standard input is empty, or was read already")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        with path.open("wb") as kept:
            kept.write(head)
            shutil.copyfileobj(source, kept)
        yield str(path.rename(path.with_name(f"standard-input{_ending_of(path)}")))


_HEAD = 512


def _ending_of(path: Path) -> str:
    """How a log's name would end that has this content."""
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    opened = gzip.open if packed else open
    try:
        with opened(path, "rb") as content:
            head = content.read(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    except (OSError, EOFError, zlib.error):
        head = b""  # whoever reads it says what is wrong with it
    kinds = {b"PAR1": ".parquet", b"{": ".jsonl", b"<": ".xes"}
    ending = next((kind for mark, kind in kinds.items() if head.startswith(mark)), ".csv")
    return f"{ending}.gz" if packed else ending


def read_named(
    name: str, loaded: _Loading[T], from_file: Callable[[Path], T], error: type[DefinitionError]
) -> T:
    """The document in a file, or on standard input: JSON if it begins with a brace, else TOML.

    Args:
        name: The file; `-` for standard input.
        loaded: Reads a text.
        from_file: Reads a file.
        error: What these raise; each problem starts with where the document came from.
    """
    if name != STANDARD_INPUT:
        return from_file(Path(name))
    text = text_of_input()
    try:
        return loaded(text, format=format_of(text))
    except error as wrong:
        raise error([f"standard input: {problem}" for problem in wrong.problems]) from None


def text_of_input(most: int = MAX_CHARACTERS + 1) -> str:
    """What comes on standard input, up to the limit of a document; -1 for all of it.

    Raises:
        InvalidInput: If it is no text in UTF-8, or there is none: an empty document is a pipe that has broken.
    """
    try:
        text = sys.stdin.read(most)
    except UnicodeDecodeError:
        raise InvalidInput("-", "standard input is not text in UTF-8") from None
    text = text.removeprefix("\ufeff")  # the mark that Windows puts before UTF-8
    if not text:
        raise InvalidInput("-", "standard input is empty, or was read already")
    return text


def format_of(text: str) -> str:
    """JSON if a text begins with a brace, else TOML."""
    return "json" if text.lstrip().startswith("{") else "toml"


def kind_of(name: str) -> Kind:
    """What kind of document a file is, by its fields; a policy if nothing says otherwise, or it cannot be read.

    What comes on standard input is put back, to be read again.
    """
    if name in PRESETS and not Path(name).exists():
        return "policy"
    if not name.endswith(".toml") and name != STANDARD_INPUT and not Path(name).is_file():
        from supportflow.replay.mapping import shipped_mappings  # noqa: PLC0415 - brings what reads logs

        return "mapping" if name in shipped_mappings() else "policy"
    fields: dict[str, object] = {}

    def noted(document: Mapping[str, object]) -> Policy:
        fields.update(document)
        return Policy()

    def plain(text: str, *, format: str) -> Policy:  # noqa: A002 - as above
        return load(text, format, noted, PolicyError)

    try:
        if name == STANDARD_INPUT:
            text = text_of_input()
            sys.stdin = io.StringIO(text)
            plain(text, format=format_of(text))
        else:
            read(Path(name), plain, PolicyError)
    except (PolicyError, OSError):
        return "policy"  # whoever reads it as one says what is wrong with it
    of_policies = {"schema", "name", *Policy.model_fields}
    found: dict[Kind, int] = {kind: len(marks & fields.keys()) for kind, marks in _MARKS.items()}
    best = max(found, key=lambda kind: found[kind])
    known = len(fields.keys() & of_policies - {"schema", "name", "policy"})
    return best if found[best] and found[best] >= known else "policy"
