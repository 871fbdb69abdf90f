"""Small logs as in the tests of replay, and policies that differ in one thing."""

import pytest

from replay.conftest import mapping, rows_at, shared_data, written
from supportflow.policy import Policy
from supportflow.sla.policy import SlaPolicy
from supportflow.whatif import compare

__all__ = ["compared", "mapping", "policy", "rows_at", "shared_data", "written"]


@pytest.fixture
def policy():
    """A policy with one SLA policy, `all`."""

    def make(name, *targets, sla=(), **fields):
        return Policy(name=name, sla=(SlaPolicy(name="all", targets=targets, **dict(sla)),), **fields)

    return make


@pytest.fixture
def compared(written, mapping):
    """Compares two policies over rows; gives the result and the tickets that differ by case."""

    def run(rows, first, second, *, header=("id", "at", "state", "who"), until=None, **changes):
        found = {}
        result = compare(
            written(rows, header=header),
            mapping(**changes),
            first,
            second,
            until=until,
            sink=lambda one: found.update({one.case: one}),
        )
        return result, found

    return run
