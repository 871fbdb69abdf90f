"""Slack, Telegram, Discord, Teams, SMS and the rest, by `apprise` (extra `notify`)."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from supportflow.channels.notify.notices import InternalNotice, RequesterNotice
from supportflow.exceptions import InvalidInput, MissingExtra, ReceiverRefused, Undeliverable

__all__ = ["AppriseColleagues", "AppriseRequesters", "AsyncAppriseColleagues", "AsyncAppriseRequesters"]

Addresses = Callable[[str], Sequence[str]]


class _Apprise:
    """What all four have in common: addresses, and nothing of one audience for the other."""

    _takes: type = object

    def __init__(self) -> None:
        self._apprise = _apprise(type(self).__name__)

    def _prepared(self, notice: Any, urls: Sequence[str]) -> Any:
        if type(notice) is not self._takes:
            raise InvalidInput("notice", f"is no {self._takes.__name__}")
        if not urls:
            raise Undeliverable("no_address")
        # One after the other, in this thread: the desk has its own. Nothing is kept on a disk.
        asset = self._apprise.AppriseAsset(async_mode=False, storage_mode="memory")
        told = self._apprise.Apprise(asset=asset)
        for url in urls:
            if not told.add(url):
                raise InvalidInput("urls", "have one that apprise cannot read")
        return told

    @staticmethod
    def _sent(answer: object) -> None:
        if not answer:
            raise ReceiverRefused(None)


class _Colleagues(_Apprise):
    _takes = InternalNotice

    def __init__(self, urls: Mapping[str, Sequence[str]]) -> None:
        super().__init__()
        self._urls = {to: tuple([of] if isinstance(of, str) else of) for to, of in urls.items()}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self._urls)} of them)"  # a URL of apprise's holds tokens


class _Requesters(_Apprise):
    _takes = RequesterNotice

    def __init__(self, urls: Addresses) -> None:
        super().__init__()
        self._urls = urls


class AppriseColleagues(_Colleagues):
    """Reaches colleagues by apprise.

    Args:
        urls: `"agent:<id>"` or `"group:<name>"` → URLs of apprise's, such as `"slack://…"`.

    Raises:
        MissingExtra: If `apprise` is not installed.
    """

    def tell(self, notice: InternalNotice, /) -> None:
        """Tell them.

        Raises:
            Undeliverable: If nothing says where they can be reached.
            ReceiverRefused: If somebody could not be told.
            InvalidInput: If it is for who asks, or a URL cannot be read.
        """
        told = self._prepared(notice, self._urls.get(getattr(notice, "to", ""), ()))
        self._sent(told.notify(body=notice.text))


class AsyncAppriseColleagues(_Colleagues):
    """The same for an `AsyncDesk`."""

    async def tell(self, notice: InternalNotice, /) -> None:
        """Tell them; as `AppriseColleagues.tell`."""
        told = self._prepared(notice, self._urls.get(getattr(notice, "to", ""), ()))
        self._sent(await told.async_notify(body=notice.text))


class AppriseRequesters(_Requesters):
    """Reaches who asks by apprise.

    Args:
        urls: Requester id → URLs of apprise's.

    Raises:
        MissingExtra: If `apprise` is not installed.
    """

    def tell(self, notice: RequesterNotice, /) -> None:
        """Tell them.

        Raises:
            Undeliverable: If nothing says where they can be reached.
            ReceiverRefused: If they could not be told.
            InvalidInput: If it is for colleagues, or a URL cannot be read.
        """
        told = self._prepared(notice, self._urls(getattr(notice, "requester", "")))
        self._sent(told.notify(body=notice.text))


class AsyncAppriseRequesters(_Requesters):
    """The same for an `AsyncDesk`."""

    async def tell(self, notice: RequesterNotice, /) -> None:
        """Tell them; as `AppriseRequesters.tell`."""
        told = self._prepared(notice, self._urls(getattr(notice, "requester", "")))
        self._sent(await told.async_notify(body=notice.text))


def _apprise(purpose: str) -> Any:
    try:
        # Its first URL loads every plugin, and one of them loads what Python gives up (`imghdr`): nobody here can help it.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            import apprise  # noqa: PLC0415 - an extra

            plugins: Any = apprise.NotificationManager
            plugins().load_modules()
    except ModuleNotFoundError:
        raise MissingExtra("notify", purpose) from None
    return apprise
