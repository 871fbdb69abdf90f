"""The application: sign-in, the router, the board's stream, and two pages."""

import asyncio
import logging
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, MutableMapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Query
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from fastapi.staticfiles import StaticFiles

from fastapi_desk.board import Board
from fastapi_desk.pages import board_page, language_of, ticket_page
from supportflow import Agent, AsyncDesk, AsyncSqlStore, Policy, SlaPolicy, Target
from supportflow.contrib.fastapi import LiveFeed, SseResponse, desk_router, problem_of, problem_response
from supportflow.exceptions import StoreError, StoreUnavailable, TicketNotFound
from supportflow.ports import AsyncClock

LOG = logging.getLogger(__name__)
HERE = Path(__file__).resolve().parent
AGENTS = ("sam", "wei", "lena")
POLICY = Policy(
    name="small helpdesk",
    sla=[
        SlaPolicy(
            name="all",
            targets=[Target.first_response(minutes=30, warn_at=[0.75]), Target.resolution(hours=8)],
        )
    ],
)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
Language = Annotated[str | None, Header()]
Lang = Annotated[str | None, Query(max_length=10)]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Guarded:
    """Adds the headers of security to every answer, streams included."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Send) -> None:
        """Pass a request on."""

        async def guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"], *((name.encode(), value.encode()) for name, value in HEADERS.items())
                ]  # fmt: skip
            await send(message)

        await self.app(scope, receive, guarded)


def sign_in(password: str) -> Callable[..., Awaitable[Agent]]:
    """The dependency that says who asks."""
    basic = HTTPBasic(realm="desk")

    async def signed_in(given: Annotated[HTTPBasicCredentials, Depends(basic)]) -> Agent:
        known = given.username in AGENTS
        if not secrets.compare_digest(given.password.encode(), password.encode()) or not known:
            raise HTTPException(401, "sign in", {"WWW-Authenticate": 'Basic realm="desk"'})
        return Agent(given.username)

    return signed_in


def in_the_background(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Start what goes on as long as the application does; should it end by an error, the log says so at once."""

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            LOG.critical("a task of the desk has ended: restart this process", exc_info=error)

    task = asyncio.create_task(work)
    task.add_done_callback(ended)
    return task


async def let_time_pass(desk: AsyncDesk, every: timedelta) -> None:
    """Let happen what is due. While the store is away the next round tries again; the pages say that they are cut off."""
    while True:
        try:
            await desk.run_due()
        except StoreError as error:
            LOG.warning("what is due has to wait: %s", error)
        await asyncio.sleep(every.total_seconds())


def create_app(
    url: str, password: str, *, clock: AsyncClock | None = None, every: timedelta = timedelta(seconds=1)
) -> FastAPI:
    """The application on a database; any number of processes can serve the same one.

    Args:
        url: An SQLAlchemy URL.
        password: The agents' password. A real desk has one for each of them.
        clock: Tells the time; the system's, if not given.
        every: How often what is due and what is new is looked for.
    """
    desk = AsyncDesk(POLICY, store=AsyncSqlStore(url), clock=clock)
    board = Board(desk, LiveFeed(desk, every=every))
    signed_in = sign_in(password)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [in_the_background(work) for work in (let_time_pass(desk, every), board.run())]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await desk.close()

    # The pages of documentation that come with FastAPI load scripts from elsewhere.
    app = FastAPI(title="A small helpdesk", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(Guarded)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.include_router(desk_router(desk, caller=signed_in, poll_every=every), prefix="/api")
    add_board(app, board, Annotated[Agent, Depends(signed_in)])
    add_ticket(app, desk, Annotated[Agent, Depends(signed_in)])
    return app


def add_board(app: FastAPI, board: Board, who_asks: Any) -> None:
    """The board: its page, its rows, and what changes."""

    @app.get("/", include_in_schema=False)
    async def home() -> Response:
        return RedirectResponse("/board")

    @app.get("/board")
    async def show_board(who: who_asks, accept_language: Language = None, lang: Lang = None) -> HTMLResponse:
        return HTMLResponse(board_page(language_of(lang, accept_language), who.id))

    @app.get("/board/rows")
    async def board_rows(who: who_asks) -> Response:  # noqa: ARG001 - has to be signed in
        return JSONResponse(board.whole(), headers={"Cache-Control": "no-store"})

    @app.get("/board/stream")
    async def board_stream(
        who: who_asks,  # noqa: ARG001 - has to be signed in
        after: Annotated[str, Query(max_length=1_000)],
        last_event_id: Annotated[str | None, Header(max_length=1_000)] = None,
    ) -> Response:
        if not board.there:  # an open stream would say that the board is live
            return problem_response(problem_of(StoreUnavailable()))
        return SseResponse(board.stream(last_event_id or after))


def add_ticket(app: FastAPI, desk: AsyncDesk, who_asks: Any) -> None:
    """The page of a ticket."""

    @app.get("/tickets/{ticket}")
    async def show_ticket(
        who: who_asks, ticket: str, accept_language: Language = None, lang: Lang = None
    ) -> Response:
        language = language_of(lang, accept_language)
        place = await desk.feed_end()
        try:
            row = await desk.row(ticket)
        except TicketNotFound as error:
            return problem_response(problem_of(error))
        page = ticket_page(
            language, who.id, place, row, await desk.messages(ticket), await desk.history(ticket),
            str(await desk.explain(ticket)),
        )  # fmt: skip
        return HTMLResponse(page, headers={"Cache-Control": "no-store"})


def application() -> FastAPI:
    """The application as the environment describes it: uvicorn --app-dir examples --factory fastapi_desk.app:application."""
    return create_app(
        os.environ.get("DESK_URL", "sqlite:///desk.db?journal_mode=delete"), os.environ["DESK_PASSWORD"]
    )
