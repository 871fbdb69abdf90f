"""Work in processes of their own: the one place where they begin and end.

Processes are *spawned*. A copy of this one, by "fork", would have whatever locks and connections its threads hold just now;
"forkserver" is not everywhere, and its server is one more process to end.

Ctrl-C goes to all processes of a terminal, and this one is to answer for all. So the others are begun by a thread in which
the signal is blocked: they are deaf from their first instruction, before any line of theirs could say so. As interrupts are
raised in the main thread, none falls into the middle of beginning one, either.

Each holds the end of a pipe. When it closes, because this process let go or was killed, they end, whatever they do.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import NamedTuple, ParamSpec, TypeVar

__all__ = ["Pool", "pool"]

P = ParamSpec("P")
R = TypeVar("R")


class Pool(NamedTuple):
    """Processes that wait for work.

    Attributes:
        starter: Its thread begins them.
        executor: Gives them work.
    """

    starter: ThreadPoolExecutor
    executor: ProcessPoolExecutor

    def submit(self, work: Callable[P, R], *given: P.args, **named: P.kwargs) -> Future[R]:
        """Have one of them do something. All of it is pickled."""
        return self.starter.submit(self.executor.submit, work, *given, **named).result()


@contextmanager
def pool(count: int, *, lost: str, begin: Callable[[], object] | None = None) -> Iterator[Pool]:
    """Processes, until the block ends. If it ends in an error, they are ended in the middle of what they do.

    Args:
        count: How many, at most.
        lost: What to say when one of them ended by itself.
        begin: What each does first.

    Raises:
        ChildProcessError: If one ended by itself, killed by the system for example.
    """
    context = get_context("spawn")
    held, leash = context.Pipe(duplex=False)
    with (
        held,
        leash,
        # The executor before the thread: what Python begins with the first, its tracker of resources, unblocks the signal.
        ProcessPoolExecutor(count, context, initializer=_begin, initargs=(held, begin)) as executor,
        ThreadPoolExecutor(1, "supportflow-pool", initializer=_deaf) as starter,
    ):
        try:
            yield Pool(starter, executor)
        except BaseException as error:
            leash.close()
            executor.shutdown(cancel_futures=True)
            if isinstance(error, BrokenProcessPool):
                raise ChildProcessError(lost) from error
            raise


def _deaf() -> None:
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _begin(held: "Connection[object, object]", begin: Callable[[], object] | None) -> None:
    if sys.platform == "win32":
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(held,), daemon=True).start()
    if begin is not None:
        begin()


def _end_with(held: "Connection[object, object]") -> None:
    """Wait until the other end of a pipe is closed: nothing is ever sent."""
    held.poll(None)
    os._exit(1)
