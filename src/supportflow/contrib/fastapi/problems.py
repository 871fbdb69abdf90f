"""Our tree of errors as answers of HTTP: `application/problem+json` (RFC 9457)."""

import inspect
import json
import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from supportflow import exceptions
from supportflow.exceptions import InvalidInput, SupportflowError

__all__ = [
    "MEDIA_TYPE",
    "OutsideCaller",
    "Problem",
    "ProblemRoute",
    "documented",
    "problem_of",
    "problem_response",
]

MEDIA_TYPE = "application/problem+json"

STATUSES: Mapping[type[SupportflowError], int] = {
    exceptions.InvalidInput: 422,
    exceptions.NotFound: 404,
    exceptions.Refused: 409,
    exceptions.VersionMismatch: 412,
    exceptions.DuplicateRef: 409,
    exceptions.ConflictError: 503,
    exceptions.StoreBusy: 503,
    exceptions.StoreUnavailable: 503,
    exceptions.DeskClosed: 503,
}
"""Class of error → status. An error has the status of the nearest class above it; one with none is ours to mend: 500."""

RETRY_AFTER_S = 1
"""What an answer of 503 says: the command can be sent again, with the same key."""

_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
_UNPARSED = "There was an error parsing the body"
"""What FastAPI says, with a status of 400, of a body that is no JSON in UTF-8 at all."""


class Place(BaseModel):
    """One place of a request that cannot be used.

    Attributes:
        field: Where: `body.reason`, `query.limit`.
        reason: What is wrong there; never the value.
    """

    field: str
    reason: str


class Problem(BaseModel):
    """What went wrong, for programs and for people.

    Attributes:
        type: Names the error: `urn:supportflow:problem:transition-refused`.
        title: What such an error means; the same for all of its type.
        status: The status of the answer.
        detail: What was wrong this time. It never repeats what somebody typed.
        facts: The attributes of the error: `{"permitted": ["resolve"]}`.
        places: All places of a request that cannot be used, if it could not be read.
    """

    type: str = Field(pattern=r"^urn:supportflow:problem:[a-z-]+$")
    title: str
    status: int
    detail: str | None = None
    facts: dict[str, Any] | None = None
    places: list[Place] | None = None


def problem_type(name: str) -> str:
    """What names a class of errors in `type`."""
    return f"urn:supportflow:problem:{_WORD.sub('-', name).lower()}"


def status_of(kind: type[SupportflowError]) -> int:
    """The status that an error of a class is answered with."""
    return next((STATUSES[base] for base in kind.__mro__ if base in STATUSES), 500)


def problem_of(error: SupportflowError) -> Problem:
    """An error as a problem.

    What is for us to mend (500) says which error it was and nothing of its facts: those are for the host's log.
    """
    kind = type(error)
    public = next(base for base in kind.__mro__ if base.__module__ == exceptions.__name__)
    status = status_of(kind)
    ours = status == 500  # noqa: PLR2004
    return Problem(
        type=problem_type(public.__name__),
        title=(inspect.getdoc(public) or public.__name__).partition("\n")[0],
        status=status,
        detail=None if ours else str(error),
        facts=None if ours else _facts(error),
    )


def _facts(error: SupportflowError) -> dict[str, Any]:
    """The attributes of an error, as JSON has them."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in vars(error).items()
        if not name.startswith("_") and isinstance(value, str | int | float | tuple | None)
    }


def problem_response(problem: Problem) -> Response:
    """The answer that a problem is."""
    headers = {"Cache-Control": "no-store"}
    if problem.status == 503:  # noqa: PLR2004
        headers["Retry-After"] = str(RETRY_AFTER_S)
    # In ASCII: the name of a field that came in a request may hold what UTF-8 cannot.
    content = json.dumps(problem.model_dump(mode="json", exclude_none=True))
    return Response(content, problem.status, headers=headers, media_type=MEDIA_TYPE)


class OutsideCaller(HTTPException):
    """Whoever asks takes part in cases from outside, and the router is for those who work on them."""

    def __init__(self) -> None:
        super().__init__(403, "this is for those who work on tickets")

    @property
    def problem(self) -> Problem:
        """What is answered."""
        return Problem(
            type=problem_type("OutsideCaller"),
            title=DESCRIPTIONS[403],
            status=self.status_code,
            detail=str(self.detail),
        )


class ProblemRoute(APIRoute):
    """A route that answers with a problem where its endpoint raises an error of supportflow, or its request cannot be read.

    `desk_router` is made of such routes; for endpoints of your own: `APIRouter(route_class=ProblemRoute)`.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of a route, with our errors answered."""
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handler(request)
            except RequestValidationError as error:
                return problem_response(_unread(error))
            except OutsideCaller as error:
                return problem_response(error.problem)
            except HTTPException as error:
                if error.detail != _UNPARSED:
                    raise  # the host's own
                return problem_response(problem_of(InvalidInput("body", "cannot be read as JSON")))
            except SupportflowError as error:
                return problem_response(problem_of(error))

        return answered


def _unread(error: RequestValidationError) -> Problem:
    """A request that does not fit what its route takes."""
    places = [
        Place(
            field=".".join(str(part)[:_LONGEST_PART] for part in one["loc"][:_DEEPEST]),
            reason=str(one["msg"]).removeprefix("Value error, "),
        )
        for one in error.errors()[:_MOST_PLACES]
    ]
    problem = problem_of(InvalidInput(places[0].field, places[0].reason))
    return problem.model_copy(update={"places": places})


_MOST_PLACES = 20
_DEEPEST = 6
_LONGEST_PART = 50


def documented(
    *statuses: int, headers: Mapping[int, Mapping[str, Any]] | None = None
) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI is to say of answers that are problems.

    Args:
        *statuses: Their statuses.
        headers: Status → headers of that answer, as OpenAPI describes them.
    """
    described = headers or {}
    return {
        status: {
            "description": DESCRIPTIONS[status],
            "content": {MEDIA_TYPE: {"schema": SCHEMA}},
            **({"headers": dict(described[status])} if status in described else {}),
        }
        for status in statuses
    }


def _written_out() -> dict[str, Any]:
    """The JSON schema of a problem in one piece: FastAPI refers to a model only in answers of the route's own media type."""
    schema = Problem.model_json_schema()
    text = {"type": "string"}
    place = {"type": "object", "properties": {"field": text, "reason": text}, "required": ["field", "reason"]}
    kinds: dict[str, Any] = {
        "type": {**text, "pattern": schema["properties"]["type"]["pattern"]},
        "title": text,
        "status": {"type": "integer"},
        "detail": text,
        "facts": {"type": "object"},
        "places": {"type": "array", "items": place},
    }
    assert kinds.keys() == schema["properties"].keys()
    return {"type": "object", "required": schema["required"], "properties": kinds}


SCHEMA = _written_out()
DESCRIPTIONS: Mapping[int, str] = {
    403: "Whoever asks takes part in cases from outside.",
    404: "There is no such thing.",
    409: "Understood, and not allowed in this state. Nothing was changed.",
    412: "The ticket has another version than `If-Match` names. Nothing was changed.",
    422: "Something in the request cannot be used. Nothing was changed.",
    503: "The store is busy or cannot be reached, or others kept changing the ticket. Send it again, with the same key.",
}
