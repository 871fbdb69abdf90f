"""How a method of a desk is written once, for a desk that answers at once and for one that is awaited.

A *verb* builds a command and hands it to `handle`. All verbs have the same answer, so a type parameter of their class says
which: an `Outcome`, or a coroutine of one. *Questions* and *operations* have some thirty kinds of answers. Each is a
function that makes a flow, under `@asked`; what that is on a desk, `Method` tells type checkers and IDEs. The desks' own
classes hold real functions in both cases: `supportflow.driving.methods` writes them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from supportflow.flows.environment import Environment
from supportflow.flows.requests import Flow
from supportflow.model.routing import AgentState
from supportflow.model.ticket import Outcome

__all__ = ["ANSWERS", "AgentResult", "AtOnce", "Awaited", "Method", "Result", "Shared", "asked", "in_turn"]

P = ParamSpec("P")
T = TypeVar("T")
D = TypeVar("D")
Result = TypeVar("Result")
"""What a verb on a ticket answers with."""
AgentResult = TypeVar("AgentResult")
"""What a verb on an agent answers with."""
ANSWERS: dict[object, type] = {Result: Outcome, AgentResult: AgentState}
"""The type that each stands for once the answer is there."""


class AtOnce:
    """A desk whose methods answer with what they find."""


class Awaited:
    """A desk whose methods answer with coroutines."""


class Shared(ABC):
    """Base of every class of methods that both desks have. All that is public in such a class is written for each desk."""

    @property
    @abstractmethod
    def _env(self) -> Environment:
        """The desk behind the flows."""


class Method(Generic[P, T]):
    """A question or an operation, as its class holds it.

    Attributes:
        function: Takes the desk and what was asked; makes a flow that answers.
        turn: What it is one of that come one after the other, if it is.
    """

    def __init__(self, function: Callable[..., Flow[T]], turn: str | None = None) -> None:
        self.function = function
        self.turn = turn

    if TYPE_CHECKING:

        @overload
        def __get__(self, desk: AtOnce, owner: type[Any]) -> Callable[P, T]: ...
        @overload
        def __get__(self, desk: Awaited, owner: type[Any]) -> Callable[P, Coroutine[Any, Any, T]]: ...
        @overload
        def __get__(self, desk: None, owner: type[AtOnce]) -> Callable[Concatenate[Any, P], T]: ...
        @overload
        def __get__(
            self, desk: None, owner: type[Awaited]
        ) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]: ...
        def __get__(self, desk: object, owner: type[Any]) -> object: ...


def asked(function: Callable[Concatenate[D, P], Flow[T]]) -> Method[P, T]:
    """Make a function that answers with a flow a method that answers with what the flow answers."""
    return Method(function)


def in_turn(turn: str) -> Callable[[Callable[Concatenate[D, P], Flow[T]]], Method[P, T]]:
    """The same for a method of which one call at a time is carried out on one desk.

    Args:
        turn: Calls with the same name come one after the other.
    """

    def method(function: Callable[Concatenate[D, P], Flow[T]]) -> Method[P, T]:
        return Method(function, turn)

    return method
