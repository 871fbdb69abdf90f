"""The memory store and channel keep every promise of their ports, called plainly and through async wrappers."""

import pytest

from supportflow import MemoryChannel, MemoryStore
from supportflow.ports import ChannelTraits
from supportflow.testing.conformance import ChannelConformance, StoreConformance


class TestMemoryStore(StoreConformance):
    without = ("durability",)

    def make_store(self):
        return MemoryStore()


class Awaited:
    """Any port with async methods."""

    def __init__(self, port):
        self.port = port

    def __getattr__(self, name):
        method = getattr(self.port, name)

        async def call(*args, **named):
            return method(*args, **named)

        return call


class TestAsyncMemoryStore(StoreConformance):
    without = ("durability",)

    def make_store(self):
        return Awaited(MemoryStore())


class TestMemoryChannel(ChannelConformance):
    unknown_requester = "nobody"

    def make_channel(self):
        return MemoryChannel(unknown=["nobody"])

    def arrived(self, channel):
        return [(message.key, message.body) for message in channel.sent]

    def break_channel(self, channel):
        channel.fail = 1


class TestChannelWithReceipts(TestMemoryChannel):
    def make_channel(self):
        can = frozenset({"public_reply", "receipts"})
        return MemoryChannel(ChannelTraits(can=can, longest=40), unknown=["nobody"])


class TestAsyncMemoryChannel(TestMemoryChannel):
    def make_channel(self):
        return Awaited(MemoryChannel(unknown=["nobody"]))

    def arrived(self, channel):
        return super().arrived(channel.port)

    def break_channel(self, channel):
        super().break_channel(channel.port)


class Reopened(MemoryStore):
    """A store whose data others can open, too."""

    def __init__(self, other=None):
        super().__init__()
        if other is not None:
            self._tenants, self._lock = other._tenants, other._lock


class TestStoreThatOutlivesItsProcess(StoreConformance):
    def make_store(self):
        return Reopened()

    def reopen_store(self, store):
        return Reopened(store)


class Careless(MemoryStore):
    """Forgets to compare versions."""

    @staticmethod
    def _obstacle(_tenant, _commit):
        return None


def test_the_suite_notices_a_store_that_breaks_a_promise():
    suite = StoreConformance()
    for promise in (
        suite.test_a_stream_grows_at_its_expected_version_only,
        suite.test_an_idempotency_key_is_used_once,
        suite.test_a_reference_names_one_ticket,
    ):
        promise(MemoryStore())
        with pytest.raises(AssertionError):
            promise(Careless())


def test_a_capability_is_left_out_by_its_name_only():
    class Forgetful(StoreConformance):
        without = ("archive",)

    class Misspelt(StoreConformance):
        without = ("archives",)

    Forgetful().needs("purge")
    with pytest.raises(pytest.skip.Exception, match="does without archive"):
        Forgetful().needs("archive")
    with pytest.raises(AssertionError, match="archives"):
        Misspelt().needs("purge")


def test_a_suite_that_nobody_completed_fails_loudly():
    with pytest.raises(NotImplementedError):
        StoreConformance().make_store()
    with pytest.raises(NotImplementedError):
        StoreConformance().reopen_store(None)
    with pytest.raises(NotImplementedError):
        ChannelConformance().make_channel()
