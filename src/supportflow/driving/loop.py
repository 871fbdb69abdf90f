"""The loop that drives a generator: it asks, somebody answers, it goes on. It stands here once, for both worlds."""

from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeVar

__all__ = ["drive", "drive_at_once"]

Step = TypeVar("Step")
T = TypeVar("T")


async def _drive(steps: Generator[Step, Any, T], answer: Callable[[Step], Any], *, waits: bool) -> T:
    """Answer everything that a generator asks, and return what it returns.

    An error of an answer is thrown into the generator, at the place where it asked: what it means is decided there.
    """
    try:
        step = next(steps)
        while True:
            try:
                given = answer(step)
                if waits:
                    given = await given
            except Exception as error:  # noqa: BLE001 - thrown into the generator, which decides what it means
                step = steps.throw(error)
            else:
                step = steps.send(given)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    finally:
        steps.close()


async def drive(steps: Generator[Step, Any, T], answer: Callable[[Step], Awaitable[Any]]) -> T:
    """Drive a generator whose questions are answered by what has to be awaited.

    Args:
        steps: The generator; it is closed in any case.
        answer: Answers one question.
    """
    return await _drive(steps, answer, waits=True)


def drive_at_once(steps: Generator[Step, Any, T], answer: Callable[[Step], Any]) -> T:
    """The same with plain calls. A coroutine that waits for nothing is over with its first step, and needs no event loop."""
    coroutine = _drive(steps, answer, waits=False)
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    raise AssertionError("nothing in it waits")
