"""A desk behind the router, and calls of it without a socket."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import cache
from typing import Any

import httpx
from fastapi import FastAPI, Header, HTTPException

from supportflow import Agent, AsyncDesk, FieldSpec, Policy, SlaPolicy, Target
from supportflow.contrib.fastapi import desk_router
from supportflow.testing import CountingIds, ManualClock

SOON = timedelta(milliseconds=10)
POLICY = Policy(
    fields={"plan": FieldSpec.choice("free", "pro")},
    sla=[SlaPolicy(name="all", targets=[Target.first_response(minutes=30), Target.resolution(hours=4)])],
)


def agent_of(authorization: str | None = Header(default=None)) -> Agent:
    """What a host does: says who asks, or refuses."""
    if authorization is None:
        raise HTTPException(401, "sign in")
    return Agent(authorization)


def new_desk(policy: Policy = POLICY, **ports: Any) -> AsyncDesk:
    given = {"clock": ManualClock("2026-03-02T09:00:00Z"), "ids": CountingIds(), **ports}
    return AsyncDesk(policy, **given)


class Host:
    """What the one app of the tests goes by: building a router takes longer than most tests."""

    desk: Any = None
    caller: Any = None


async def host_desk(tenant: str | None = Header(default=None)) -> AsyncDesk:
    return Host.desk[tenant] if isinstance(Host.desk, dict) else Host.desk


async def host_caller(authorization: str | None = Header(default=None)) -> Any:
    return agent_of(authorization) if Host.caller is None else Host.caller()


@cache
def shared_app() -> FastAPI:
    app = FastAPI()
    app.include_router(desk_router(host_desk, caller=host_caller, poll_every=SOON), prefix="/api")
    return app


class Client:
    """Calls of an app by one agent."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def __call__(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.request(method, f"/api{path}", json=json, headers=named)

    async def opened(self, ref: str = "7", **fields: Any) -> dict[str, Any]:
        body = {"subject": "No invoice", "requester": {"id": "ana"}, "ref": ref, **fields}
        answer = await self("POST", "/tickets", body)
        assert answer.status_code == 201
        return answer.json()["ticket"]


def talk(
    desk: Any, script: Callable[[Client], Awaitable[None]], *, agent: str | None = "sam", caller: Any = None
) -> None:
    """Run a script of calls against a desk, or against one for each tenant."""
    Host.desk, Host.caller = desk, caller

    async def run() -> None:
        headers = {} if agent is None else {"Authorization": agent}
        transport = httpx.ASGITransport(app=shared_app())
        async with httpx.AsyncClient(
            transport=transport, base_url="http://desk.test", headers=headers
        ) as http:
            await script(Client(http))

    asyncio.run(run())
