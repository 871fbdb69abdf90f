"""An async host, as a web application is one: handlers await the desk, a background task lets time pass.

Run it: python examples/fastapi_like_async.py
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from supportflow import Agent, AsyncDesk, Policy, SlaPolicy, Target
from supportflow.events import ReplySent, SlaBreached
from supportflow.exceptions import SupportflowError, TicketNotFound, TransitionRefused
from supportflow.ports import Outgoing
from supportflow.testing import ManualClock

Answer = tuple[int, dict[str, object]]


class Mail:
    """A channel of the host's own."""

    async def send(self, message: Outgoing, /) -> None:
        """Send it. An async method is as good as a plain one."""
        await asyncio.sleep(0)
        print(f"mail to {message.requester}: {message.body}")


async def announce(event: ReplySent | SlaBreached) -> None:
    await asyncio.sleep(0)
    print("event:", event.kind)


@asynccontextmanager
async def lifespan(desk: AsyncDesk) -> AsyncIterator[None]:
    """What an application does around its life: here, a loop that lets happen what is due."""

    async def tick() -> None:
        while True:
            await desk.run_due()
            await asyncio.sleep(0.01)

    task = asyncio.create_task(tick())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await desk.run_due()
    await desk.close()


async def post_ticket(desk: AsyncDesk, body: dict[str, str], key: str) -> Answer:
    """POST /tickets, with an Idempotency-Key header."""
    outcome = await desk.open(
        subject=body["subject"], requester=body["requester"], ref=body["ref"], channel="mail", key=key
    )
    return (200 if outcome.duplicate else 201), {"id": outcome.ticket.ref}


async def post_close(desk: AsyncDesk, ref: str, agent: str) -> Answer:
    """POST /tickets/{ref}/close: one error tree, so one place that makes answers of it."""
    try:
        outcome = await desk.close_ticket(ref=ref, by=Agent(agent))
    except TicketNotFound:
        return 404, {}
    except TransitionRefused as refusal:
        return 409, {"status": refusal.status, "permitted": list(refusal.permitted)}
    except SupportflowError as error:
        return 400, {"error": str(error)}
    return 200, {"status": outcome.ticket.status}


async def main() -> None:
    clock = ManualClock("2026-03-27T12:00:00+00:00")
    sla = SlaPolicy(name="all", targets=[Target.resolution(hours=8)])
    desk = AsyncDesk(
        Policy(sla=[sla]),
        channels={"mail": Mail()},
        on={ReplySent: announce, SlaBreached: announce},
        clock=clock,
    )
    async with lifespan(desk):
        body = {"subject": "No invoice", "requester": "ana", "ref": "7"}
        print(await post_ticket(desk, body, key="req-1"))
        print(await post_ticket(desk, body, key="req-1"))  # the client tried again

        await desk.reply(ref="7", body="Here it is.", by=Agent("sam"))
        await desk.run_due()  # here and below, only so that this script need not wait for the loop
        print(await post_close(desk, "7", "sam"))
        print(await post_close(desk, "8", "sam"))

        clock.advance(hours=9)
        await desk.run_due()
        await desk.resolve(ref="7", by=Agent("sam"))
        print(await post_close(desk, "7", "sam"))


if __name__ == "__main__":
    asyncio.run(main())
