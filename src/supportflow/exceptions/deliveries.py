"""What was to leave the desk did not arrive."""

from supportflow.exceptions.base import SupportflowError

__all__ = ["AddressRefused", "DeliveryError", "ReceiverRefused", "Undeliverable"]


class DeliveryError(SupportflowError):
    """What was to leave did not arrive. It is tried again, and given up in the end."""


class AddressRefused(DeliveryError):
    """An address that nothing is sent to: it is private, of this machine, or of a link, and nobody named it.

    Attributes:
        host: The host of the URL.
    """

    def __init__(self, host: str) -> None:
        super().__init__(f"{host!r} has no address that may be connected to")
        self.host = host


class ReceiverRefused(DeliveryError):
    """The receiver answered, and did not take it.

    Attributes:
        status: The status that it answered with; None if it broke off, or answered too much.
    """

    def __init__(self, status: int | None) -> None:
        super().__init__("the answer cannot be used" if status is None else f"the receiver answered {status}")
        self.status = status


class Undeliverable(DeliveryError):
    """It can never arrive: the address is not there, or takes nothing any more. Trying again is of no use.

    Attributes:
        reason: Why, in one word or a code, such as `"no_address"` or `"410"`; never the address.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"it can never arrive: {reason}")
        self.reason = reason
