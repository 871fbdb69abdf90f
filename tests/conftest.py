"""What all tests share: hypothesis profiles, and where the optional real data is."""

import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from functools import wraps
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from made_check import check_made
from supportflow.flows import snapshots
from supportflow.model.made import checking
from supportflow.model.ticket import Ticket
from supportflow.model.ticket_json import Parts
from supportflow.model.written import written
from unmeasured import unmeasured

ROOT = Path(__file__).resolve().parent.parent

# `too_slow` measures the machine, and no test here asserts on time.
COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("dev", **COMMON)
settings.register_profile("ci", **COMMON, derandomize=True, print_blob=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


MEASURED = 30
"""So many examples of a test are measured, where coverage is: those after them nearly always run the same lines again."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Coverage looks at the first examples that hypothesis finds for a test, and is back for the next test."""
    handle = getattr(getattr(item, "obj", None), "hypothesis", None)
    if handle is None:
        return (yield)
    inner, examples = handle.inner_test, count()
    with ExitStack() as rest:

        @wraps(inner)
        def one(*args: object, **kwargs: object) -> object:
            if next(examples) == MEASURED:
                rest.enter_context(unmeasured())
            return inner(*args, **kwargs)

        handle.inner_test = one
        try:
            return (yield)
        finally:
            handle.inner_test = inner


@pytest.fixture(scope="session", autouse=True)
def _everything_made_is_valid() -> Iterator[None]:
    """Whatever test runs: what is built without being validated is validated all the same."""
    with checking(check_made):
        yield


@pytest.fixture(scope="session", autouse=True)
def _every_snapshot_is_what_pydantic_writes() -> Iterator[None]:
    """Whatever test runs: what is written field by field is what the whole ticket is written as."""

    class Compared(snapshots._Later):
        __slots__ = ("expected",)

        def __init__(self, ticket: Ticket, before: tuple[Ticket, Parts] | None) -> None:
            super().__init__(ticket, before)
            self.expected = written(ticket)  # now, whatever happens to the ticket until somebody asks

        def written(self) -> bytes:
            snapshot = super().written()
            assert snapshot == self.expected
            return snapshot

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshots, "_Later", Compared)
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the project's tree."""
    return ROOT


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The exhaustive tests of every room run only when they are asked for with `-m exhaustive`."""
    if "exhaustive" in (config.option.markexpr or ""):
        return
    left_out = [item for item in items if "exhaustive" in item.keywords]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if "exhaustive" not in item.keywords]
