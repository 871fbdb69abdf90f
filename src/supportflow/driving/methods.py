"""Writing the methods of a desk: what `supportflow.flows.desk` says once becomes real functions of each desk's class.

Real functions, not descriptors: `inspect`, `help()`, mocks that take a class as their model, debuggers and profilers know
nothing else. They cost a call.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast, get_args

from supportflow.exceptions import UnknownKeyword
from supportflow.flows.desk.methods import ANSWERS, AtOnce, Awaited, Method, Shared

__all__ = ["suggesting", "write_methods"]

C = TypeVar("C", bound=type)
F = TypeVar("F", bound=Callable[..., Any])
Function = Callable[..., Any]


def write_methods(cls: C) -> C:
    """Write into a desk's class, as a class decorator, whatever the classes of shared methods that it is made of have.

    What the class defines itself stays, and so does what a host's class defines that is made of it.
    """
    for base in reversed(cls.__mro__):
        if issubclass(base, Shared) and not issubclass(base, AtOnce | Awaited):
            for name, member in vars(base).items():
                if not name.startswith("_") and name not in vars(cls):
                    setattr(cls, name, _make_method(cls, name, member))
    return cls


def _make_method(cls: type, name: str, member: Function | Method[Any, Any]) -> Function:
    """A function of this desk's kind that does what is written."""
    function = member.function if isinstance(member, Method) else member
    signature = inspect.signature(function)
    source = _Source(function, name, signature)
    made: Any
    if isinstance(member, Method):
        made = _awaited(source, member.turn) if issubclass(cls, Awaited) else _at_once(source, member.turn)
    else:
        made = _awaited_verb(source) if issubclass(cls, Awaited) else _verb(source)
    answer = _answer_type(signature.return_annotation)
    functools.update_wrapper(made, function)
    if issubclass(cls, Awaited):
        # From Python 3.13 on `AsyncMock(spec=...)` looks at what is wrapped, and that is a plain function.
        del made.__wrapped__
    made.__qualname__ = f"{cls.__qualname__}.{name}"
    made.__annotations__ = {**function.__annotations__, "return": answer}
    made.__signature__ = signature.replace(return_annotation=answer)
    return made  # type: ignore[no-any-return]


def _answer_type(annotation: Any) -> Any:
    """What the method answers with, from what the source says: a type variable, or a flow that ends with it."""
    if annotation in ANSWERS:
        return ANSWERS[annotation]
    answer = get_args(annotation)[-1]
    return None if answer is type(None) else answer


def suggesting(function: F) -> F:
    """Make a constructor say of a keyword that it has not which it may have been."""
    source = _Source(function, function.__qualname__.partition(".")[0], inspect.signature(function))
    return cast("F", functools.update_wrapper(_verb(source), function))


class _Source:
    """What the source says of a method.

    Attributes:
        function: As it is written.
    """

    def __init__(self, function: Function, name: str, signature: inspect.Signature) -> None:
        parameters = signature.parameters.values()
        self.function = function
        self._name = name
        self._known = tuple(one.name for one in parameters)[1:]
        self._takes_any = any(one.kind is one.VAR_KEYWORD for one in parameters)

    def check(self, named: Mapping[str, object]) -> None:
        """Of a keyword that the method has not, say which it may have been. Asked once Python has refused a call.

        Raises:
            UnknownKeyword: If there is one.
        """
        for keyword in named:
            if not self._takes_any and keyword not in self._known:
                raise UnknownKeyword(self._name, keyword, self._known) from None


def _verb(source: _Source) -> Function:
    function = source.function

    def verb(*args: Any, **named: Any) -> Any:
        try:
            return function(*args, **named)
        except TypeError:
            source.check(named)
            raise

    return verb


def _awaited_verb(source: _Source) -> Function:
    call = _verb(source)

    async def verb(*args: Any, **named: Any) -> Any:
        return await call(*args, **named)

    return verb


def _at_once(source: _Source, turn: str | None) -> Function:
    function = source.function

    def method(desk: Any, /, *args: Any, **named: Any) -> Any:
        try:
            flow = function(desk, *args, **named)
        except TypeError:
            source.check(named)
            raise
        if turn is None:
            return desk._run(flow)  # noqa: SLF001 - this is the desk's own method
        with desk._turn(turn):  # noqa: SLF001 - the same
            return desk._run(flow)  # noqa: SLF001 - the same

    return method


def _awaited(source: _Source, turn: str | None) -> Function:
    make_flow = _verb(source)

    async def method(desk: Any, /, *args: Any, **named: Any) -> Any:
        flow = make_flow(desk, *args, **named)
        if turn is None:
            return await desk._run(flow)  # noqa: SLF001 - this is the desk's own method
        async with desk._turn(turn):  # noqa: SLF001 - the same
            return await desk._run(flow)  # noqa: SLF001 - the same

    return method
