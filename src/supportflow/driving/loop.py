"""The loop that drives a generator: it asks, somebody answers, it goes on. It stands here once, for both worlds."""

from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeVar

__all__ = ["drive", "drive_at_once"]

Step = TypeVar("Step")
T = TypeVar("T")


async def drive(steps: Generator[Step, Any, T], answer: Callable[[Step], Awaitable[Any]]) -> T:
    """Answer everything that a generator asks, and return what it returns.

    An error of an answer is thrown into the generator, at the place where it asked: what it means is decided there.

    Args:
        steps: The generator; it is closed in any case.
        answer: Answers one question.
    """
    try:
        step = next(steps)
        while True:
            try:
                given = await answer(step)
            except Exception as error:  # noqa: BLE001 - thrown into the generator, which decides what it means
                step = steps.throw(error)
            else:
                step = steps.send(given)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    finally:
        steps.close()


def drive_at_once(steps: Generator[Step, Any, T], answer: Callable[[Step], Any]) -> T:
    """The same with plain calls: a coroutine that never waits for anything is over with its first step."""

    async def at_once(step: Step) -> Any:
        return answer(step)

    coroutine = drive(steps, at_once)
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    raise AssertionError("nothing in it waits")
