"""Whoever leaves the queue of a file's writers in disorder: the others are not held up, and do not wait to be told.

`test_grouped_commits` says what a group is.
"""

from threading import current_thread, get_ident

import pytest

from stores.grouped import Interrupt, Threads, change, commit, fine, held_up, kept, opened
from supportflow.model.storage import Committed
from supportflow.stores.sql import grouping
from supportflow.stores.sql.grouping import Writers

FINE = [Committed()] * 2


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setattr(grouping, "_LOOK_S", 0.05)
    made = opened(tmp_path / "desk.db", [])
    yield made
    made.close()


@pytest.fixture
def left(monkeypatch):
    """Threads, and what happens to each when it leaves the queue, in place of that or before it."""
    found, end_turn = {}, Writers._end_turn

    def ending(writers, place):
        todo = found.get(current_thread())
        if todo:
            todo.pop()(writers, place)
        else:
            end_turn(writers, place)

    monkeypatch.setattr(Writers, "_end_turn", ending)
    return found


def interrupts(_writers, _place):
    raise Interrupt


def goes_without_a_word(writers, place):
    """As one who is interrupted more often than it tries to leave."""
    writers._queue.remove(place)
    writers._inside.discard(get_ident())


@pytest.mark.parametrize("times", [1, 2, 5])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_whoever_is_interrupted_again_and_again_leaves_nevertheless(store, left, place, times):
    threads, names = Threads(store), ["a", "b", "c"]
    with held_up(threads):
        for number, call in enumerate(fine(store, *names)):
            thread = threads.begin(call)
            if number == place:
                left[thread] = [interrupts] * times
    answers = threads.end()
    assert isinstance(answers.pop(place), Interrupt)
    assert answers == FINE
    assert not store._link._writers._queue
    assert kept(store, *names) == [True] * 3, "it was interrupted when its work was done"
    assert store.commit(commit(change("d"))) == Committed()


@pytest.mark.parametrize("place", [0, 1])
def test_whoever_is_forgotten_looks_for_itself(store, left, place):
    """The first tells the second neither that it is its turn, nor, if it was the last, that all was committed."""
    threads = Threads(store)
    with held_up(threads):
        for number, call in enumerate(fine(store, "a", "b")):
            thread = threads.begin(call)
            if number == place:
                left[thread] = [goes_without_a_word]
    assert threads.end() == FINE
    assert kept(store, "a", "b") == [True, True]
