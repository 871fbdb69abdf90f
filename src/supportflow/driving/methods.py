"""Writing the methods of a desk: what `supportflow.flows.desk` says once becomes real functions of each desk's class.

Real functions, not descriptors: `inspect`, `help()`, mocks that take a class as their model, debuggers and profilers know
nothing else. They cost a call.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, get_args

from supportflow.exceptions import UnknownKeyword
from supportflow.flows.desk.methods import ANSWERS, Awaited, Method, Shared

__all__ = ["write_methods"]

C = TypeVar("C", bound=type)
Function = Callable[..., Any]


def write_methods(cls: C) -> C:
    """Write into a desk's class, as a class decorator, whatever the classes of shared methods that it is made of have.

    What the class defines itself stays, and so does what a host's class defines that is made of it.
    """
    for base in reversed(cls.__mro__):
        if Shared in base.__bases__:
            for name, member in vars(base).items():
                if not name.startswith("_") and name not in vars(cls):
                    setattr(cls, name, _written(cls, name, member))
    return cls


def _written(cls: type, name: str, member: Function | Method[Any, Any]) -> Function:
    """A function of this desk's kind that does what is written."""
    function = member.function if isinstance(member, Method) else member
    signature = inspect.signature(function)
    call = _calling(function, name, signature)
    written: Any
    if isinstance(member, Method):
        written = _awaited(call, member.turn) if issubclass(cls, Awaited) else _at_once(call, member.turn)
    else:
        written = _awaited_verb(call) if issubclass(cls, Awaited) else call
    answer = _answer(signature.return_annotation)
    functools.update_wrapper(written, function)
    written.__qualname__ = f"{cls.__qualname__}.{name}"
    written.__annotations__ = {**function.__annotations__, "return": answer}
    written.__signature__ = signature.replace(return_annotation=answer)
    return written  # type: ignore[no-any-return]


def _answer(annotation: Any) -> Any:
    """What the method answers with, from what the source says: a type variable, or a flow that ends with it."""
    if annotation in ANSWERS:
        return ANSWERS[annotation]
    answer = get_args(annotation)[-1]
    return None if answer is type(None) else answer


def _calling(function: Function, name: str, signature: inspect.Signature) -> Function:
    """Call a function; of a keyword that it has not, say which it may have been."""
    parameters = signature.parameters.values()
    known = tuple(one.name for one in parameters)[1:]
    takes_any = any(one.kind is one.VAR_KEYWORD for one in parameters)

    def call(*args: Any, **named: Any) -> Any:
        try:
            return function(*args, **named)
        except TypeError:
            unknown = [] if takes_any else [keyword for keyword in named if keyword not in known]
            if not unknown:
                raise
            raise UnknownKeyword(name, unknown[0], known) from None

    return call


def _awaited_verb(call: Function) -> Function:
    async def verb(*args: Any, **named: Any) -> Any:
        return await call(*args, **named)

    return verb


def _at_once(call: Function, turn: str | None) -> Function:
    def method(desk: Any, /, *args: Any, **named: Any) -> Any:
        flow = call(desk, *args, **named)
        if turn is None:
            return desk._run(flow)  # noqa: SLF001 - this is the desk's own method
        with desk._turn(turn):  # noqa: SLF001 - the same
            return desk._run(flow)  # noqa: SLF001 - the same

    return method


def _awaited(call: Function, turn: str | None) -> Function:
    async def method(desk: Any, /, *args: Any, **named: Any) -> Any:
        flow = call(desk, *args, **named)
        if turn is None:
            return await desk._run(flow)  # noqa: SLF001 - this is the desk's own method
        async with desk._turn(turn):  # noqa: SLF001 - the same
            return await desk._run(flow)  # noqa: SLF001 - the same

    return method
