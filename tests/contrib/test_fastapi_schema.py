"""What the router answers is what its OpenAPI document says: no 5xx, and no answer that is not documented."""

import asyncio
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("fastapi", reason="needs the extra `fastapi`")
schemathesis = pytest.importorskip("schemathesis", reason="needs the extra `test`")

from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from contrib.served import Host, new_desk, shared_app
from supportflow import Agent
from supportflow.contrib.fastapi import Problem

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ENDLESS = "/api/feed/stream"
OFTEN = (
    "/api/tickets/{ticket}",
    "/api/tickets/{ticket}/why",
    "/api/tickets/{ticket}/replies",
    "/api/feed",
)
"""Paths of each kind that are tried in every run; the others are made by the same code."""


def operations() -> list[tuple[str, str]]:
    paths = shared_app().openapi()["paths"].items()
    return [(path, method) for path, found in paths for method in found if path != ENDLESS]


@pytest.fixture(scope="module")
def schema():
    return schemathesis.openapi.from_asgi("/openapi.json", shared_app())


def try_out(schema, path: str, method: str, examples: int) -> set[int]:
    """Call an operation with whatever its document allows, on tickets that are there and that are not."""
    Host.desk, Host.caller = new_desk(), lambda: "sam"
    numbers = itertools.count()
    statuses: set[int] = set()
    asyncio.run(Host.desk.enrol(Agent("sam")))  # nobody else can say whether they are there

    def ticket() -> str:
        opening = Host.desk.open(subject="No invoice", requester="ana", ref=f"r{next(numbers)}")
        return asyncio.run(opening).ticket.id

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=schema[path][method].as_strategy(), real=st.integers(0, 3))
    def answered(case, real):
        if real and "ticket" in (case.path_parameters or {}):
            case.path_parameters["ticket"] = ticket()
        if real and "agent" in (case.path_parameters or {}):
            case.path_parameters["agent"] = "sam"
        statuses.add(case.call_and_validate(checks=CHECKS).status_code)

    answered()
    return statuses


@pytest.mark.parametrize(
    ("path", "method"), [one for one in operations() if one[0] in OFTEN], ids=lambda one: one
)
def test_no_answer_is_undocumented(schema, path: str, method: str):
    assert try_out(schema, path, method, 2)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("path", "method"), operations(), ids=lambda one: one)
def test_no_answer_of_a_hundred_is_undocumented(schema, path: str, method: str):
    statuses = try_out(schema, path, method, 100)

    assert statuses - {422}  # some of them fit


def test_the_check_finds_an_answer_that_is_not_documented(schema, monkeypatch):
    """So that the test above can fail."""
    monkeypatch.setattr("supportflow.contrib.fastapi.problems.problem_of", wrong_problem)
    with pytest.raises(FailureGroup, match="Undocumented status code"):
        try_out(schema, "/api/feed", "get", 20)


def wrong_problem(_):
    return Problem(type="urn:supportflow:problem:teapot", title="x", status=418)
