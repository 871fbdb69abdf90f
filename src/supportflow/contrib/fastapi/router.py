"""The router: what an `AsyncDesk` can be told and asked, over HTTP."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote
from weakref import WeakValueDictionary

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.params import Depends as Dependency

from supportflow.aio import AsyncDesk
from supportflow.contrib.fastapi import contents, shapes
from supportflow.contrib.fastapi.bodies import (
    BODIES,
    UPDATE,
    DraftBody,
    Given,
    OpenBody,
    PresenceBody,
    ViewBody,
)
from supportflow.contrib.fastapi.conditions import (
    IfMatch,
    IfNoneMatch,
    KeyHeader,
    command_key,
    desk_for,
    names_tag,
)
from supportflow.contrib.fastapi.live import LiveFeed
from supportflow.contrib.fastapi.problems import OutsideCaller, ProblemRoute, documented
from supportflow.contrib.fastapi.streams import SseResponse, feed_stream
from supportflow.exceptions import InvalidInput
from supportflow.flows.queries.tickets import Order
from supportflow.model.base import MAX_ID, Id, Name, StatusCategory
from supportflow.model.people import Actor, actor
from supportflow.model.ticket import Outcome

__all__ = ["desk_router"]

TicketId = Annotated[
    str, Path(min_length=1, max_length=MAX_ID, description="The desk's own id of the ticket.")
]
Cursor = Annotated[str | None, Query(max_length=1_000)]
Filter = Annotated[Name | None, Query()]

_ETAG = {"ETag": {"description": "The version of the ticket.", "schema": {"type": "string"}}}
_RETRY = {503: {"Retry-After": {"description": "In seconds.", "schema": {"type": "string"}}}}
_OUTSIDE = ("requester", "party")


class Asker(NamedTuple):
    """Who asks, of which desk."""

    desk: AsyncDesk
    by: Actor


def desk_router(
    desk: AsyncDesk | Callable[..., Any],
    *,
    caller: Callable[..., Any],
    prefix: str = "",
    tags: Sequence[str] = ("desk",),
    dependencies: Sequence[Dependency] = (),
    responses: Mapping[int | str, dict[str, Any]] | None = None,
    poll_every: timedelta = timedelta(seconds=1),
    streams_end_in: timedelta = timedelta(hours=1),
) -> APIRouter:
    """A router over a desk, for those who work on its tickets.

    Args:
        desk: The desk, or a dependency that gives the desk of a request: one for each tenant.
        caller: A dependency of the host's that says who asks: an `Agent`, an `Actor`, or an agent's id. It raises the host's
            own `HTTPException` for whoever may not. A requester or a party is answered with 403: what they may see is less
            than what the router shows.
        prefix: Before all paths.
        tags: For the OpenAPI document.
        dependencies: Other dependencies of all routes, such as limits on rates.
        responses: What OpenAPI is to say of the answers of the host's own dependencies: `{401: {...}}`.
        poll_every: How often the store is asked for what is new, while anybody listens.
        streams_end_in: When a stream of events ends, so that whoever listens is asked anew who they are.
    """
    get_desk = (lambda: desk) if isinstance(desk, AsyncDesk) else desk

    async def asker(found: Annotated[Any, Depends(get_desk)], who: Annotated[Any, Depends(caller)]) -> Asker:
        try:
            by = actor(who, "caller")
        except InvalidInput as error:  # the host's mistake, not that of whoever asks
            raise TypeError(f"what the dependency `caller` gave {error.reason}") from error
        if by.kind in _OUTSIDE:
            raise OutsideCaller
        return Asker(found, by)

    router = APIRouter(
        prefix=prefix,
        tags=list(tags),
        dependencies=list(dependencies),
        route_class=ProblemRoute,
        responses={**documented(403, 422, 503, headers=_RETRY), **(responses or {})},
    )
    asked = Annotated[Asker, Depends(asker)]
    _add_tickets(router, asked)
    _add_questions(router, asked)
    _add_verbs(router, asked)
    _add_agents(router, asked)
    _add_feed(router, asked, poll_every, streams_end_in)
    return router


def _add_tickets(router: APIRouter, asked: Any) -> None:
    """Open, list, look at one."""

    @router.get("/tickets", responses=_links())
    async def list_tickets(
        asker: asked,
        request: Request,
        response: Response,
        order: Order = "priority",
        limit: Annotated[int, Query(ge=1, le=1_000)] = 50,
        cursor: Cursor = None,
        ref: Annotated[
            list[Id] | None, Query(description="The host's own ids: these tickets, in this order.")
        ] = None,
        open: Annotated[bool | None, Query(description="Whether anything is owed still.")] = None,  # noqa: A002
        status: Filter = None,
        status_category: StatusCategory | None = None,
        group: Annotated[str | None, Query(max_length=MAX_ID, description="Empty: in none.")] = None,
        assignee: Annotated[str | None, Query(max_length=MAX_ID, description="Empty: nobody's.")] = None,
        requester: Annotated[Id | None, Query()] = None,
        channel: Filter = None,
        category: Filter = None,
        priority_class: Filter = None,
        level: Annotated[int | None, Query(ge=1, le=4)] = None,
    ) -> shapes.RowsShape:
        """One page of tickets, in the queue's order or another. Pass `cursor` on for the next."""
        given: dict[str, Any] = {
            "open": open, "status": status, "status_category": status_category, "group": group, "assignee": assignee,
            "requester": requester, "channel": channel, "category": category, "priority_class": priority_class,
            "level": level,
        }  # fmt: skip
        filters: Any = {name: value for name, value in given.items() if value is not None}
        rows = await asker.desk.rows(order=order, limit=limit, cursor=cursor, refs=ref, **filters)
        response.headers["Cache-Control"] = "private, no-cache"
        if rows.cursor is not None:
            query = request.url.include_query_params(cursor=rows.cursor).query
            response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
        items = tuple(map(shapes.row_shape, rows))
        return shapes.RowsShape(items=items, cursor=rows.cursor, unreadable=rows.unreadable)

    @router.post("/tickets", status_code=201, responses=_answers(409, location=True))
    async def open_ticket(
        asker: asked, request: Request, response: Response, body: OpenBody, key: KeyHeader = None
    ) -> shapes.OutcomeShape:
        """Open a ticket on behalf of whoever asks."""
        outcome = await asker.desk.open(**body.arguments(), by=asker.by, key=command_key(key, asker.by))
        response.headers["Location"] = f"{request.url.path.rstrip('/')}/{quote(outcome.ticket.id, safe='')}"
        return _answered(response, outcome)

    @router.get(
        "/tickets/{ticket}",
        response_model=shapes.RowShape,
        responses={
            200: {"headers": _ETAG},
            304: {"description": "What the client has is what there is.", "headers": _ETAG},
            **documented(404),
        },
    )
    async def get_ticket(
        asker: asked, response: Response, ticket: TicketId, if_none_match: IfNoneMatch = None
    ) -> Any:
        """A ticket with its subject, requester, due time and clocks."""
        shape = shapes.row_shape(await asker.desk.row(ticket))
        headers = {"ETag": shapes.row_tag(shape), "Cache-Control": "private, no-cache"}
        if names_tag(if_none_match, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        response.headers.update(headers)
        return shape


def _add_questions(router: APIRouter, asked: Any) -> None:
    """What else can be asked of one ticket."""
    missing = documented(404)

    @router.get("/tickets/{ticket}/messages", responses=missing)
    async def list_messages(asker: asked, ticket: TicketId) -> tuple[contents.MessageShape, ...]:
        """The messages with their texts, internal notes among them."""
        return tuple(map(contents.message_shape, await asker.desk.messages(ticket)))

    @router.get("/tickets/{ticket}/translations", responses=missing)
    async def list_translations(
        asker: asked,
        response: Response,
        ticket: TicketId,
        language: Annotated[Name, Query(description="A BCP 47 tag.")],
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> contents.TranslatedTicketShape:
        """The latest messages in a language, by the desk's translator, with the originals beside. Nothing of it is kept."""
        response.headers["Cache-Control"] = "no-store"
        return contents.translated_shape(await asker.desk.translate(ticket, language=language, limit=limit))

    @router.post("/tickets/{ticket}/translations", responses=missing)
    async def translate_draft(
        asker: asked, response: Response, ticket: TicketId, body: DraftBody
    ) -> contents.TranslationShape:
        """A reply that was not sent yet in the requester's language, or another. Nothing is sent, and nothing is kept."""
        response.headers["Cache-Control"] = "no-store"
        draft = await asker.desk.translate_draft(ticket, **body.arguments())
        return contents.TranslationShape.model_validate(draft)

    @router.get("/tickets/{ticket}/history", responses=missing)
    async def list_history(asker: asked, ticket: TicketId) -> tuple[shapes.EventShape, ...]:
        """Every event, in order."""
        return tuple(map(shapes.event_shape, await asker.desk.history(ticket)))

    @router.get("/tickets/{ticket}/clocks", responses=missing)
    async def list_clocks(asker: asked, ticket: TicketId) -> tuple[shapes.RunningClockShape, ...]:
        """Each SLA clock, read now, with the account of every interval."""
        return tuple(map(shapes.running_clock_shape, await asker.desk.clocks(ticket)))

    @router.get("/tickets/{ticket}/evidence", responses=missing)
    async def list_evidence(asker: asked, ticket: TicketId) -> tuple[contents.EvidenceShape, ...]:
        """The evidence that the ticket's category needs, given and missing, and whatever else came."""
        return tuple(map(contents.evidence_shape, await asker.desk.evidence(ticket)))

    @router.get("/tickets/{ticket}/why", responses=missing)
    async def get_why(asker: asked, ticket: TicketId) -> shapes.WhyShape:
        """Why this class, this status, these due times, and what would be permitted now."""
        return shapes.why_shape(await asker.desk.explain(ticket))

    @router.post("/tickets/{ticket}/views", responses=documented(404, 409))
    async def view_content(
        asker: asked, response: Response, ticket: TicketId, body: ViewBody
    ) -> contents.ViewShape:
        """Open what the policy seals, for a purpose: the view is recorded as yours before anything is read."""
        response.headers["Cache-Control"] = "no-store"
        return contents.view_shape(await asker.desk.view(ticket, **body.arguments(), by=asker.by))


def _add_verbs(router: APIRouter, asked: Any) -> None:
    """One route for each verb; all of them are made alike."""
    name, body = UPDATE
    below = (("POST", f"/tickets/{{ticket}}/{path}", verb, given) for path, verb, given in BODIES)
    for method, path, verb, given in (("PATCH", "/tickets/{ticket}", name, body), *below):
        router.add_api_route(
            path,
            _endpoint(verb, given, asked),
            methods=[method],
            name=verb,
            response_model=shapes.OutcomeShape,
            summary=verb.replace("_", " ").capitalize(),
            description=_description(verb),
            responses=_answers(404, 409, 412),
        )


def _endpoint(verb: str, given: type[Given], asked: Any) -> Callable[..., Any]:
    optional = not any(field.is_required() for field in given.model_fields.values())

    async def endpoint(
        asker: Asker,
        response: Response,
        ticket: TicketId,
        body: Given | None = None,
        key: KeyHeader = None,
        if_match: IfMatch = None,
    ) -> shapes.OutcomeShape:
        meant = await desk_for(asker.desk, if_match, ticket)
        arguments = {} if body is None else body.arguments()
        named = {"by": asker.by, **arguments, "key": command_key(key, asker.by)}
        return _answered(response, await getattr(meant, verb)(ticket, **named))

    signature = inspect.signature(endpoint)
    kinds: dict[str, Any] = {"asker": asked, "body": given | None if optional else given}
    typed = [
        one.replace(
            annotation=kinds.get(one.name, one.annotation),
            default=inspect.Parameter.empty if one.name == "body" and not optional else one.default,
            kind=inspect.Parameter.KEYWORD_ONLY,
        )
        for one in signature.parameters.values()
    ]
    # What FastAPI reads: the same function, with the body of this verb.
    vars(endpoint)["__signature__"] = signature.replace(parameters=typed)
    return endpoint


def _description(verb: str) -> str:
    """What the verb's own documentation says first."""
    return (
        (inspect.getdoc(getattr(AsyncDesk, verb)) or "").partition("\n\nArgs:")[0].partition("\n\nRaises:")[0]
    )


def _add_agents(router: APIRouter, asked: Any) -> None:
    """Who works here, and who is there."""

    @router.get("/agents")
    async def list_agents(asker: asked) -> tuple[shapes.AgentShape, ...]:
        """Every agent whom the desk knows."""
        return tuple(map(shapes.agent_shape, await asker.desk.agents()))

    @router.put("/agents/{agent}/presence", responses=documented(409))
    async def set_presence(
        asker: asked,
        agent: Annotated[str, Path(min_length=1, max_length=MAX_ID)],
        body: PresenceBody,
        key: KeyHeader = None,
    ) -> shapes.AgentShape:
        """Say whether an agent is there."""
        state = await asker.desk.set_presence(
            agent, body.presence, by=asker.by, key=command_key(key, asker.by)
        )
        return shapes.agent_shape(state)


def _add_feed(router: APIRouter, asked: Any, poll_every: timedelta, streams_end_in: timedelta) -> None:
    """What happens on all tickets, page by page or as it happens."""
    # A feed is kept by its streams, and keeps its desk: a host may make a desk for each request.
    lives: WeakValueDictionary[AsyncDesk, LiveFeed] = WeakValueDictionary()

    @router.get("/feed")
    async def read_feed(
        asker: asked, after: Cursor = None, limit: Annotated[int, Query(ge=1, le=1_000)] = 100
    ) -> shapes.FeedShape:
        """Events behind a place, in the one order that every reader sees; from the beginning, if none is named."""
        return shapes.feed_shape(await asker.desk.feed(after=after, limit=limit))

    @router.get(
        "/feed/stream",
        response_class=SseResponse,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    )
    async def stream_feed(
        asker: asked,
        after: Cursor = None,
        ticket: Annotated[Id | None, Query(description="Only what happens to this ticket.")] = None,
        last_event_id: Annotated[str | None, Header(max_length=1_000)] = None,
    ) -> Any:
        """The same as server-sent events, as they happen: from `Last-Event-ID`, from `after`, or from now."""
        live = lives.setdefault(asker.desk, LiveFeed(asker.desk, every=poll_every))
        place = last_event_id or after or await live.end()
        await live.check(place)
        return SseResponse(feed_stream(live, place, ticket=ticket, ends_in=streams_end_in))


def _answered(response: Response, outcome: Outcome) -> shapes.OutcomeShape:
    response.headers["ETag"] = f'"{outcome.ticket.version}"'
    return shapes.outcome_shape(outcome)


def _answers(*problems: int, location: bool = False) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of a command's answers."""
    where = {"Location": {"description": "The path of the ticket.", "schema": {"type": "string"}}}
    headers = {**_ETAG, **(where if location else {})}
    return {201 if location else 200: {"headers": headers}, **documented(*problems)}


def _links() -> dict[int | str, dict[str, Any]]:
    described = {"description": "The next page, if there is one.", "schema": {"type": "string"}}
    return {200: {"headers": {"Link": described}}}
