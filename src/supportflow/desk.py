"""`Desk`: the flows, driven with plain calls."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from threading import Lock
from types import TracebackType
from typing import Any, Self, TypeVar

from supportflow.driving import (
    DeskBase,
    call_within,
    drive_at_once,
    log_unreadable,
    suggesting,
    write_methods,
)
from supportflow.exceptions import DeskClosed
from supportflow.flows import Call, Flow, handle
from supportflow.flows.commands.agents import handle_agent
from supportflow.flows.desk import DeskMethods
from supportflow.flows.desk.methods import AtOnce
from supportflow.model.commands import AgentCommand, CommandBase
from supportflow.model.events import EventBase
from supportflow.model.routing import AgentState
from supportflow.model.ticket import Outcome
from supportflow.policy import Policy
from supportflow.ports import (
    Channel,
    Classifier,
    Clock,
    ContextProvider,
    HostActions,
    Ids,
    KnowledgeSource,
    LanguageDetector,
    Responder,
    Store,
    Suggester,
    TicketIndex,
    Translator,
)

__all__ = ["Desk", "Handler"]

T = TypeVar("T")
Handler = Callable[[Any], object]
"""Takes one event."""


@write_methods
class Desk(
    DeskBase,
    DeskMethods[Outcome, AgentState],
    AtOnce,
):
    """A support desk of one tenant. Thread-safe.

    Args:
        policy: How it works; a plain desk without an SLA if not given.
        store: Where it keeps everything; in memory if not given.
        channels: Name → channel by which replies leave. A ticket's replies leave by the channel that it came in by.
        on: Event class → handler, called by `run_due` at least once for each event. Of the past it hears only as
            `WithPast(handler)`.
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
        secret: Key for fingerprints of idempotent requests: with it, the same key for another text is noticed.

    Raises:
        PolicyError: If the policy is wrong.
    """

    @suggesting
    def __init__(
        self,
        policy: Policy | None = None,
        *,
        store: Store | None = None,
        channels: Mapping[str, Channel] | None = None,
        on: Mapping[type[EventBase], Handler] | None = None,
        classifier: Classifier | None = None,
        responder: Responder | None = None,
        knowledge: KnowledgeSource | None = None,
        context: ContextProvider | None = None,
        suggester: Suggester | None = None,
        languages: LanguageDetector | None = None,
        similar: TicketIndex | None = None,
        translator: Translator | None = None,
        actions: HostActions | None = None,
        clock: Clock | None = None,
        ids: Ids | None = None,
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
            sleep=time.sleep,
            plain=True,
        )

    def _after_fork_in_child(self) -> None:
        super()._after_fork_in_child()
        self._locks = {"dispatch": Lock(), "place": Lock()}

    # --- the driver ----------------------------------------------------------------------------

    def _turn(self, name: str) -> Lock:
        """One of a kind at a time."""
        return self._locks[name]

    def _call(self, call: Call) -> Any:
        if call.within_s is not None:
            return call_within(call.within_s, partial(self._ask, call), detach=call.detach)
        if call.port == "running":
            return call.args[0].wait(call.args[1])
        return self._ask(call)

    def _run(self, flow: Flow[T]) -> T:
        if self._closed:
            flow.close()
            raise DeskClosed
        try:
            return drive_at_once(flow, self._call)
        finally:
            log_unreadable(self._known.unreadable)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the desk and its store. A ticket is closed by `close_ticket`."""
        if not self._closed:
            self._closed = True
            self._ports["store"].close()

    # --- where all verbs end -------------------------------------------------------------------

    def handle(self, command: CommandBase) -> Outcome:
        """Carry out any command. All verbs on tickets end here.

        Raises:
            SupportflowError: If it is refused, wrong, or cannot be stored; nothing was changed then.
        """
        return self._run(handle(self._env, command, self._version))

    def handle_agent(self, command: AgentCommand) -> AgentState:
        """Carry out any command on an agent. All verbs on agents end here.

        Raises:
            SupportflowError: If it is wrong, or cannot be stored; nothing was changed then.
        """
        return self._run(handle_agent(self._env, command))
