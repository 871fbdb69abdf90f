"""A typed router over an `AsyncDesk`, and the desk's feed as server-sent events. Needs the extra `fastapi`.

    app.include_router(desk_router(desk, caller=current_agent), prefix="/api")

Who asks is for the host to say: `caller` is a dependency of its own.
"""

from supportflow.exceptions import MissingExtra

try:
    import fastapi  # noqa: F401 - the extra
except ModuleNotFoundError as error:
    if error.name != "fastapi":
        raise
    raise MissingExtra("fastapi", "supportflow.contrib.fastapi") from None

from supportflow.contrib.fastapi.live import LiveFeed
from supportflow.contrib.fastapi.problems import Problem, ProblemRoute, problem_of, problem_response
from supportflow.contrib.fastapi.router import desk_router
from supportflow.contrib.fastapi.streams import SseResponse, sse

__all__ = [
    "LiveFeed",
    "Problem",
    "ProblemRoute",
    "SseResponse",
    "desk_router",
    "problem_of",
    "problem_response",
    "sse",
]
