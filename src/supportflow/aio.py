"""`AsyncDesk`: the same flows, driven with `await`. Ports may have plain or async methods."""

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from supportflow.driving import DeskBase, drive, log_unreadable, suggesting, write_methods
from supportflow.driving.tasks import await_within
from supportflow.exceptions import DeskClosed
from supportflow.flows import Call, Flow, handle
from supportflow.flows.commands.agents import handle_agent
from supportflow.flows.desk import DeskMethods
from supportflow.flows.desk.methods import Awaited
from supportflow.model.commands import AgentCommand, CommandBase
from supportflow.model.events import EventBase
from supportflow.model.routing import AgentState
from supportflow.model.ticket import Outcome
from supportflow.policy import Policy
from supportflow.ports import (
    AsyncChannel,
    AsyncClassifier,
    AsyncClock,
    AsyncContextProvider,
    AsyncHostActions,
    AsyncIds,
    AsyncKnowledgeSource,
    AsyncLanguageDetector,
    AsyncResponder,
    AsyncStore,
    AsyncSuggester,
    AsyncTicketIndex,
    AsyncTranslator,
)

__all__ = ["AsyncDesk"]

T = TypeVar("T")
Handler = Callable[[Any], object]
"""Takes one event, and may be async."""
Told = Coroutine[Any, Any, Outcome]


@write_methods
class AsyncDesk(
    DeskBase,
    DeskMethods[Told, Coroutine[Any, Any, AgentState]],
    Awaited,
):
    """A support desk of one tenant, for async hosts. Every method of `Desk`, with `await`.

    Args:
        policy: How it works; a plain desk without an SLA if not given.
        store: Where it keeps everything; its methods may be async. In memory if not given.
        channels: Name → channel by which replies leave; `send` may be async.
        on: Event class → handler, which may be async. Of the past it hears only as `WithPast(handler)`.
        classifier: A model of the host's that reads texts besides the policy's rules.
        responder: Answers for the bot in the policy's first line, in `run_due`.
        knowledge: Where articles come from, for the bot and for the agent's screen.
        context: What is known of a requester, for the bot and for the agent's screen.
        suggester: Drafts replies for the agent's screen.
        languages: Tells the language of texts that the shipped detection is undecided about, such as `LangidDetector()`.
        similar: Finds tickets about the same thing, such as `LocalTicketIndex("similar.db")`.
        translator: Puts what no pack reads into a language that one does, to be read besides; and what an agent asks for by
            `translate` and `translate_draft`.
        actions: Does what tickets ask of the host: freezes, unlocks, pays.
        clock: Tells the time.
        ids: Gives ids, salts and chance.
        tenant: Whose tickets these are.
        secret: Key for fingerprints of idempotent requests.

    Raises:
        PolicyError: If the policy is wrong.
    """

    @suggesting
    def __init__(
        self,
        policy: Policy | None = None,
        *,
        store: AsyncStore | None = None,
        channels: Mapping[str, AsyncChannel] | None = None,
        on: Mapping[type[EventBase], Handler] | None = None,
        classifier: AsyncClassifier | None = None,
        responder: AsyncResponder | None = None,
        knowledge: AsyncKnowledgeSource | None = None,
        context: AsyncContextProvider | None = None,
        suggester: AsyncSuggester | None = None,
        languages: AsyncLanguageDetector | None = None,
        similar: AsyncTicketIndex | None = None,
        translator: AsyncTranslator | None = None,
        actions: AsyncHostActions | None = None,
        clock: AsyncClock | None = None,
        ids: AsyncIds | None = None,
        tenant: str = "default",
        secret: bytes | None = None,
    ) -> None:
        super().__init__(
            policy,
            ports={
                "store": store,
                "clock": clock,
                "ids": ids,
                "classifier": classifier,
                "responder": responder,
                "knowledge": knowledge,
                "context": context,
                "suggester": suggester,
                "languages": languages,
                "similar": similar,
                "translator": translator,
                "actions": actions,
            },
            channels=channels,
            on=on,
            tenant=tenant,
            secret=secret,
            sleep=asyncio.sleep,
            plain=False,
        )

    def _after_fork_in_child(self) -> None:
        super()._after_fork_in_child()
        self._locks: dict[str, tuple[asyncio.AbstractEventLoop, asyncio.Lock]] = {}

    # --- the driver ----------------------------------------------------------------------------

    def _turn(self, name: str) -> asyncio.Lock:
        """One of a kind at a time; a lock is one event loop's, and a host may run several, one after the other."""
        loop = asyncio.get_running_loop()
        if name not in self._locks or self._locks[name][0] is not loop:
            self._locks[name] = loop, asyncio.Lock()
        return self._locks[name][1]

    async def _call(self, call: Call) -> Any:
        if call.port == "running":
            return await call.args[0].wait(call.args[1])
        answer = self._ask(call)
        return (
            await await_within(call.within_s, answer, detach=call.detach)
            if inspect.isawaitable(answer)
            else answer
        )

    async def _run(self, flow: Flow[T]) -> T:
        if self._closed:
            flow.close()
            raise DeskClosed
        try:
            return await drive(flow, self._call)
        finally:
            log_unreadable(self._known.unreadable)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the desk and its store. A ticket is closed by `close_ticket`."""
        if not self._closed:
            self._closed = True
            closing = self._ports["store"].close()
            if inspect.isawaitable(closing):
                await closing

    # --- where all verbs end -------------------------------------------------------------------

    async def handle(self, command: CommandBase) -> Outcome:
        """Carry out any command. All verbs on tickets end here.

        Raises:
            SupportflowError: If it is refused, wrong, or cannot be stored; nothing was changed then.
        """
        return await self._run(handle(self._env, command, self._version))

    async def handle_agent(self, command: AgentCommand) -> AgentState:
        """Carry out any command on an agent. All verbs on agents end here.

        Raises:
            SupportflowError: If it is wrong, or cannot be stored; nothing was changed then.
        """
        return await self._run(handle_agent(self._env, command))
