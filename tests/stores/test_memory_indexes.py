"""The memory store's indexes: what is in order stays in order, and a search looks at few rows of many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.test_search_plans import COMMON, ORDERS, RARE, rows
from supportflow import MemoryStore
from supportflow.model.storage import Query
from supportflow.stores import indexes
from supportflow.stores.indexes import Sorted
from supportflow.testing.conformance import StoreConformance

KEYS = st.tuples(st.integers(0, 20), st.sampled_from("abcdef"))


@given(st.sets(KEYS), st.lists(KEYS), st.none() | KEYS, st.integers(1, 4))
def test_what_comes_and_goes_stays_in_order(first, changes, place, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexes, "_CHUNK", size)
        kept, naive = Sorted(first), set(first)
        for key in changes:
            (kept.remove if key in naive else kept.add)(key)
            naive ^= {key}
            assert list(kept.beyond(None)) == sorted(naive)
        assert list(kept.beyond(place)) == sorted(key for key in naive if place is None or key > place)
        assert list(kept.before(place)) == sorted(
            (key for key in naive if place is None or key < place), reverse=True
        )


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    "equal",
    [
        {},
        *({name: value} for name, value in RARE.items()),
        *({name: value} for name, value in COMMON.items()),
        {"group": "legal", "level": 1, "channel": "fax"},
    ],
)
def test_a_search_looks_at_few_rows_of_many(order, equal, monkeypatch):
    store, columns = MemoryStore(), ORDERS[order]
    StoreConformance().put(store, *rows()[:3_000])
    looked: list[str] = []

    def watched(function):
        def call(row, *rest):
            looked.append(row.id)
            return function(row, *rest)

        return call

    for flag in ({}, {"open": True}, {"open": False}):
        query = Query({**equal, **flag}, columns[0], None, 10, columns[1])
        store.search("acme", query)  # makes the indexes
        with monkeypatch.context() as patch:
            patch.setattr(indexes, "_matches", watched(indexes._matches))
            patch.setattr(indexes, "key_of", watched(indexes.key_of))
            looked.clear()
            store.search("acme", query)
        assert len(looked) < 300
