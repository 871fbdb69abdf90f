"""Tasks that are cancelled in the middle of a statement give their connection back: none is left behind."""

import asyncio
import gc
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stores.grouped import lost
from supportflow import AsyncDesk, AsyncSqlStore, SqlStore, fold
from supportflow.stores.sql.backends import POSTGRESQL
from supportflow.testing import ManualClock

START = "2026-03-02T09:00:00+00:00"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'desk.db'}?journal_mode=delete"
    return request.getfixturevalue("emptied")


def counted(store):
    """Counts the connections of a store that somebody was given and has not given back."""
    link = store._store._link
    if link.backend is POSTGRESQL:
        return lambda: link._source._engine.pool.checkedout() - len(link._idle)
    given, connect = [], link._source.connect

    def kept():
        given.append(connect())
        return given[-1]

    link._source.connect = kept
    return lambda: lost(link, given)


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
        checked_out = counted(store)
        desk = AsyncDesk(store=store, clock=ManualClock(START))
        ticket = (await desk.open(subject="s", requester="ana")).ticket.id
        tasks = await cancelled(desk, ticket, steps)
        for task in tasks:
            assert task.cancelled() or task.exception() is None
        # What runs in a thread goes on to its end, and gives its connection back there.
        for _ in range(1_000):
            if checked_out() == 0:
                break
            await asyncio.sleep(0.01)
        assert checked_out() == 0
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
