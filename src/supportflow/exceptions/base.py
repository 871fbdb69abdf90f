"""The root of the tree, and errors that belong to no one part."""

__all__ = [
    "DeliveryNotFound",
    "DeskClosed",
    "MissingExtra",
    "NotFound",
    "PolicyNotFound",
    "SupportflowError",
    "TicketNotFound",
]


class SupportflowError(Exception):
    """The root of the tree: `except SupportflowError` catches all that supportflow raises itself."""


class NotFound(SupportflowError, LookupError):
    """What was asked for is not there.

    Attributes:
        what: The kind of thing, such as `"ticket"`.
        name: The id, reference or key that named it.
    """

    what = "object"

    def __init__(self, name: str) -> None:
        super().__init__(f"no {self.what} {name!r}")
        self.name = name


class TicketNotFound(NotFound):
    """No ticket has this id or reference in this tenant."""

    what = "ticket"


class PolicyNotFound(NotFound):
    """A ticket names a policy version that neither the desk nor the store has."""

    what = "policy version"


class DeliveryNotFound(NotFound):
    """No dead delivery has this key."""

    what = "dead letter"


class MissingExtra(SupportflowError, ImportError):
    """An optional dependency is not installed.

    Attributes:
        extra: The extra that brings it.
    """

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs an extra: pip install 'supportflow[{extra}]'")
        self.extra = extra


class DeskClosed(SupportflowError):
    """The desk was closed and takes no more commands."""

    def __init__(self) -> None:
        super().__init__("this desk is closed")
