"""Tasks that are cancelled in the middle of a statement give their connection back: none is left behind."""

import asyncio
import gc
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportflow import AsyncDesk, AsyncSqlStore, SqlStore, fold
from supportflow.testing import ManualClock

START = "2026-03-02T09:00:00+00:00"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'desk.db'}?journal_mode=delete"
    return request.getfixturevalue("emptied")


def checked_out(store):
    """How many connections the store's pool has given to somebody who has not given them back."""
    link = store._store._link
    at_hand = len(link._idle) + (link._writers is not None and link._writers._session is not None)
    return link._engine.pool.checkedout() - at_hand


async def cancelled(desk, ticket, steps):
    """Begin commands at once and cancel each after so many turns of the loop; None lets it end."""

    async def one(number, turns):
        call = [
            lambda: desk.note(ticket, body="b", by="sam"),
            lambda: desk.find(limit=5),
            lambda: desk.open(subject="s", requester="ana"),
            lambda: desk.history(ticket),
        ][number % 4]
        task = asyncio.ensure_future(call())
        if turns is not None:
            for _ in range(turns):
                await asyncio.sleep(0 if turns % 2 else 0.0005)
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return task

    return await asyncio.gather(*(one(number, turns) for number, turns in enumerate(steps)))


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])  # each has a store
@given(steps=st.lists(st.none() | st.integers(0, 30), min_size=1, max_size=8))
def test_no_connection_is_left_behind(url, steps):
    async def run():
        store = AsyncSqlStore(url)
        desk = AsyncDesk(store=store, clock=ManualClock(START))
        ticket = (await desk.open(subject="s", requester="ana")).ticket.id
        tasks = await cancelled(desk, ticket, steps)
        for task in tasks:
            assert task.cancelled() or task.exception() is None
        # What runs in a thread goes on to its end, and gives its connection back there.
        for _ in range(1_000):
            if checked_out(store) == 0:
                break
            await asyncio.sleep(0.01)
        assert checked_out(store) == 0
        assert fold(await desk.history(ticket)) == await desk.get(ticket)
        assert (await desk.note(ticket, body="after", by="sam")).ticket.notes >= 1
        await desk.close()

    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        asyncio.run(run())
        gc.collect()
    assert [str(one.message) for one in heard] == []
    plain = SqlStore(url)
    assert plain.find_ref("default", "nobody") is None
    plain.close()
