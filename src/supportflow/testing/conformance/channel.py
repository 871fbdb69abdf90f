"""What a channel must do."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from supportflow._time import from_us
from supportflow.exceptions import Undeliverable
from supportflow.ports import Outgoing, Receipt, traits_of
from supportflow.testing.conformance.suite import Plain

__all__ = ["ChannelConformance"]


class ChannelConformance:
    """Every promise of the `Channel` port.

    Attributes:
        deduplicates: Whether the far side drops a repeat by its key; otherwise it gets it twice.
        unknown_requester: Somebody whom the channel can never reach, if the far side can tell.
    """

    deduplicates = False
    unknown_requester: str | None = None

    def make_channel(self) -> Any:
        """A channel to a far side that is empty."""
        raise NotImplementedError

    def arrived(self, channel: Any) -> Sequence[tuple[str, str]]:
        """Key and body of what arrived at the far side, in order."""
        raise NotImplementedError

    def break_channel(self, channel: Any) -> None:
        """Make the next send fail."""
        raise NotImplementedError

    @pytest.fixture
    def runner(self) -> Iterator[asyncio.Runner]:
        """Waits for the methods of an async channel."""
        with asyncio.Runner() as runner:
            yield runner

    @staticmethod
    def message(number: int, **fields: Any) -> Outgoing:
        """A reply to send."""
        plain: dict[str, Any] = {
            "key": f"t1:{number}:send",
            "ticket_id": "t1",
            "ref": None,
            "requester": "ana",
            "by": "sam",
            "subject": "Grüße 终",
            "body": f"body {number}",
            "attachments": (),
            "in_reply_to": 1,
            "recorded_at": from_us(0),
        }
        return Outgoing(**{**plain, **fields})

    def test_messages_arrive_in_order_with_their_keys(self, runner: asyncio.Runner) -> None:
        """As they are, whatever is in them."""
        channel = self.make_channel()
        plain = Plain(channel, runner)
        longest = traits_of(channel).longest or 100_000  # a desk cuts what is longer
        bodies = ["one", "", "终 \U0001f600 \r\n.\r\nQUIT"[:longest], "x" * min(longest, 100_000)]
        for number, body in enumerate(bodies):
            plain.send(self.message(number, body=body, subject=None if number % 2 else "Re: s", ref="4711"))
        assert list(self.arrived(channel)) == [(f"t1:{n}:send", body) for n, body in enumerate(bodies)]

    def test_a_repeat_has_the_same_key(self, runner: asyncio.Runner) -> None:
        """So that the far side can know it."""
        channel = self.make_channel()
        for _ in range(2):
            Plain(channel, runner).send(self.message(1))
        assert list(self.arrived(channel)) == [("t1:1:send", "body 1")] * (1 if self.deduplicates else 2)

    def test_what_could_not_be_sent_raises_and_did_not_arrive(self, runner: asyncio.Runner) -> None:
        """An error is the only way to say that it must be tried again."""
        channel = self.make_channel()
        plain = Plain(channel, runner)
        self.break_channel(channel)
        with pytest.raises(Exception):  # noqa: B017, PT011 - any error says "not sent"
            plain.send(self.message(1))
        assert list(self.arrived(channel)) == []
        plain.send(self.message(1))
        assert list(self.arrived(channel)) == [("t1:1:send", "body 1")]

    def test_what_it_says_of_itself_is_true(self, runner: asyncio.Runner) -> None:
        """It has a method for each thing that it can besides sending, and gives receipts if it says so, and only then."""
        channel = self.make_channel()
        traits = traits_of(channel)
        methods = {"internal_note": "note", "typing": "typing", "rating": "ask_rating"}
        for capability, method in methods.items():
            assert callable(getattr(channel, method, None)) >= (capability in traits.can), method
        if "public_reply" in traits.can:
            receipt = Plain(channel, runner).send(self.message(1))
            assert isinstance(receipt, Receipt) == ("receipts" in traits.can)

    def test_who_can_never_be_reached_is_undeliverable(self, runner: asyncio.Runner) -> None:
        """Trying again is of no use: the desk gives the ticket to a person at once."""
        if self.unknown_requester is None:
            pytest.skip("this channel cannot tell who can never be reached")
        channel = self.make_channel()
        with pytest.raises(Undeliverable):
            Plain(channel, runner).send(self.message(1, requester=self.unknown_requester))
        assert list(self.arrived(channel)) == []
