"""Webhooks through a desk, and out of it to real receivers on this machine."""

import asyncio
import base64
import json
import ssl
import threading
from datetime import timedelta

import pytest

from channels.receiver import receiving
from supportflow import AsyncDesk, Desk
from supportflow.channels.webhook import (
    Addresses,
    AsyncWebhookChannel,
    AsyncWebhookSender,
    WebhookChannel,
    WebhookIntake,
    WebhookKeys,
    WebhookSender,
)
from supportflow.exceptions import (
    AddressRefused,
    IdempotencyMismatch,
    InvalidInput,
    ReceiverRefused,
    SignatureRefused,
    TicketNotFound,
    Undeliverable,
)
from supportflow.model.commands import OpenTicket, Receive
from supportflow.model.people import Actor
from supportflow.testing import CountingIds, ManualClock

SECRET = "whsec_" + base64.b64encode(b"not a real secret, 24 by").decode()
KEYS = WebhookKeys(SECRET)
START = "2026-03-02T03:00:00Z"


def make_sender(url, cls=WebhookSender, **given):
    return cls(url, KEYS, **{"allow": ["127.0.0.0/8"], "timeout_s": 5, **given})


def posts(cls):
    """How a sender of either kind posts."""
    if cls is WebhookSender:
        return lambda sender, body=b"{}": sender.post("m1", body)
    return lambda sender, body=b"{}": asyncio.run(sender.post("m1", body))


BOTH = pytest.mark.parametrize("cls", [WebhookSender, AsyncWebhookSender])


# --- out -----------------------------------------------------------------------------------------------


@BOTH
def test_the_reference_library_verifies_what_a_real_receiver_gets(cls):
    from standardwebhooks import Webhook

    body = '{"名":"提现"}'.encode()
    with receiving() as receiver:
        assert posts(cls)(make_sender(receiver.url, cls, headers=[("X-Token", "t")]), body) == 204

    [(headers, got)] = receiver.got
    assert got == body
    assert Webhook(SECRET).verify(got, headers) == {"名": "提现"}
    assert headers["x-token"] == "t"
    assert headers["host"] == f"127.0.0.1:{receiver.port}"


@BOTH
def test_what_is_not_taken_is_an_error_with_its_status(cls):
    post = posts(cls)
    with receiving() as receiver, receiving() as elsewhere:
        receiver.location = elsewhere.url
        sender = make_sender(receiver.url, cls)
        for status in (301, 302, 307, 308, 400, 401, 404, 429, 500, 503):
            receiver.answers = [status]
            with pytest.raises(ReceiverRefused) as caught:
                post(sender)
            assert caught.value.status == status
        receiver.answers = [410]
        with pytest.raises(Undeliverable):
            post(sender)

    assert elsewhere.got == []


@BOTH
def test_an_answer_that_never_ends_or_is_too_long_is_broken_off(cls):
    post = posts(cls)
    with receiving() as receiver:
        receiver.answers, receiver.body = [200], b"x" * 70_000
        with pytest.raises(ReceiverRefused) as caught:
            post(make_sender(receiver.url, cls))
        assert caught.value.status is None
        receiver.body = b"x" * 65_536
        assert post(make_sender(receiver.url, cls)) == 200
        receiver.drips = threading.Event()
        with pytest.raises(TimeoutError):
            post(make_sender(receiver.url, cls, timeout_s=0.2))


@BOTH
def test_where_nobody_listens_or_no_name_leads_is_an_error_of_the_network(cls):
    def nowhere(host, port):
        raise OSError(host, port)

    with receiving() as receiver:
        pass
    with pytest.raises(ConnectionError):
        posts(cls)(make_sender(receiver.url, cls))
    with pytest.raises(ConnectionError):
        posts(cls)(make_sender("https://hooks.example/", cls, resolve=nowhere))


PRIVATE = [
    "127.0.0.1", "127.255.1.2", "0.0.0.0", "10.1.2.3", "100.64.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.8", "192.168.1.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "255.255.255.255", "240.0.0.1", "203.0.113.9",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::7f00:1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::1", "2001:0:4136:e378::1", "2001:db8::1",
    "3fff::1", "100::1", "not an address", "",
]  # fmt: skip
PUBLIC = [
    "93.184.215.14",
    "8.8.8.8",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]


def test_which_addresses_are_public():
    assert [one for one in PRIVATE if Addresses().may(one)] == []
    assert [one for one in PUBLIC if not Addresses().may(one)] == []


def test_a_named_address_is_named_however_it_is_written():
    named = Addresses(["127.0.0.1", "10.1.0.0/16", "fd00::/8"])

    for one in ("127.0.0.1", "::ffff:127.0.0.1", "10.1.255.1", "::ffff:10.1.2.3", "fd00::1"):
        assert named.may(one)
        assert named.is_named(one)
    for one in ("127.0.0.2", "::ffff:127.0.0.2", "10.2.0.1", "fe80::1", "nothing"):
        assert not named.may(one)
    assert not named.is_named("8.8.8.8")
    for wrong in ("127.0.0.1", ["localhost"], ["10.1.2.3/16"], [None]):
        with pytest.raises(InvalidInput, match="allow"):
            Addresses(wrong)


@BOTH
@pytest.mark.parametrize("address", PRIVATE[:-2])
def test_a_name_that_leads_to_a_private_address_is_not_connected_to(cls, address):
    sender = WebhookSender if cls is WebhookSender else AsyncWebhookSender
    asked = []

    def resolve(host, port):
        asked.append((host, port))
        return [address]

    with pytest.raises(AddressRefused) as caught:
        posts(cls)(sender("https://hooks.example/x", KEYS, resolve=resolve))
    assert caught.value.host == "hooks.example"
    assert asked == [("hooks.example", 443)]


@BOTH
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
    ],
)
def test_a_private_address_in_any_writing_is_refused_by_the_real_resolver(cls, host):
    with receiving() as receiver, pytest.raises((AddressRefused, ConnectionError)):
        posts(cls)(cls(f"https://{host}:{receiver.port}/", KEYS))
    assert receiver.got == []


@BOTH
def test_a_name_is_looked_up_once_and_what_was_looked_at_is_connected_to(cls):
    """DNS rebinding: the second answer would lead elsewhere."""
    with receiving("127.0.0.2") as good, receiving("127.0.0.3") as evil:
        answers = iter([["127.0.0.2"], ["127.0.0.3"]])
        url = f"http://hooks.example:{good.port}/"
        made = cls(url, KEYS, allow=["127.0.0.2"], resolve=lambda *_: next(answers))
        posts(cls)(made)
        assert next(answers) == ["127.0.0.3"]
        mixed = cls(url, KEYS, allow=["127.0.0.2"], resolve=lambda *_: ["127.0.0.3", "::1", "127.0.0.2"])
        posts(cls)(mixed)

    assert len(good.got) == 2
    assert good.got[0][0]["host"] == f"hooks.example:{good.port}"
    assert evil.got == []


@BOTH
def test_without_encryption_only_named_addresses_are_connected_to(cls):
    with pytest.raises(AddressRefused):
        posts(cls)(cls("http://hooks.example/", KEYS, resolve=lambda *_: ["93.184.215.14"]))


@BOTH
def test_the_certificate_is_that_of_the_name_not_of_the_address(cls):
    import trustme

    authority = trustme.CA()
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("hooks.example").configure_cert(served)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with receiving(context=served) as receiver:
        given = {"allow": ["127.0.0.1"], "resolve": lambda *_: ["127.0.0.1"]}
        url = f"https://hooks.example:{receiver.port}/"
        assert posts(cls)(cls(url, KEYS, context=trusting, **given)) == 204
        other = url.replace("hooks", "other")
        for sender in (cls(url, KEYS, **given), cls(other, KEYS, context=trusting, **given)):
            with pytest.raises(ConnectionError):
                posts(cls)(sender)

    assert len(receiver.got) == 1


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with receiving() as receiver:
        assert make_sender(receiver.url).post("m1", b"{}") == 204


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.example/", "https://", "https:///x", "https://user:pw@hooks.example/", "https://hooks.example@evil.example/",
        "https://hooks.example/\r\nX: y", "https://hooks.example\\@evil.example/", "https://hooks.example:99999/",
        "https://hooks.example/#part", "//hooks.example/", "https://[::1/", "https://例え.example/", "", None, "x" * 3_000,
    ],
)  # fmt: skip
def test_a_url_that_can_be_read_in_two_ways_is_refused(url):
    with pytest.raises(InvalidInput, match="url"):
        WebhookSender(url, KEYS)


def test_limits_and_heads_that_cannot_be():
    for wrong in (0, -1, 26, 1e9):
        with pytest.raises(InvalidInput, match="timeout_s"):
            WebhookSender("https://hooks.example/", KEYS, timeout_s=wrong)
    for head in (("X Y", "1"), ("X", "1\r\nY: 2"), ("X", ""), ("X", "é")):
        with pytest.raises(InvalidInput, match="headers"):
            WebhookSender("https://hooks.example/", KEYS, headers=[head])
    with pytest.raises(InvalidInput, match="body"):
        WebhookSender("https://hooks.example/", KEYS, longest=2).post("m1", b"123")
    assert "secret" not in repr(WebhookSender("https://hooks.example/secret", KEYS))


def test_the_outbox_tries_again_under_one_id_signed_anew():
    clock = ManualClock(START)
    with receiving() as receiver:
        receiver.answers = [503, 503, 200]
        sender = make_sender(receiver.url, now=clock.now)
        desk = Desk(clock=clock, ids=CountingIds(), channels={"web": WebhookChannel(sender)})
        desk.open(subject="提现", body="?", requester="ana", ref="7")
        desk.reply(ref="7", body="已经处理。", by="sam")
        for _ in range(3):
            desk.run_due()
            clock.advance(hours=1)

    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len({headers["webhook-timestamp"] for headers, _ in receiver.got}) == 3
    assert desk.dead_letters() == ()
    for headers, body in receiver.got:
        at = clock.now() - timedelta(hours=3)
        assert KEYS.verify(headers, body, at, tolerance=timedelta(hours=3))
    told = json.loads(receiver.got[-1][1])
    assert told["type"] == "reply.sent"
    assert (told["data"]["body"], told["data"]["ref"], told["data"]["by"]) == ("已经处理。", "7", "sam")


def test_an_async_desk_sends_them_too():
    async def day():
        with receiving() as receiver:
            sender = make_sender(receiver.url, AsyncWebhookSender)
            chosen = AsyncWebhookChannel(sender, data=lambda message: {"ref": message.ref})
            desk = AsyncDesk(clock=ManualClock(START), ids=CountingIds(), channels={"web": chosen})
            await desk.open(subject="s", body="?", requester="ana", ref="7")
            await desk.reply(ref="7", body="secret words", by="sam")
            await desk.run_due()
            return receiver.got

    [(_, body)] = asyncio.run(day())
    assert json.loads(body)["data"] == {"ref": "7"}


# --- in -------------------------------------------------------------------------------------------------


def reading(payload):
    by = Actor(kind="requester", id=payload["who"])
    if payload["type"] == "opened":
        return [OpenTicket(by=by, requester=payload["who"], subject=payload["text"], ref=payload["ref"])]
    if payload["type"] == "wrote":
        return [Receive(by=by, ref=payload["ref"], body=text) for text in payload["texts"]]
    return []


def set_up(desk=None, **given):
    clock = ManualClock(START)
    desk = desk or Desk(clock=clock, ids=CountingIds(), secret=b"sixteen bytes or more")
    return desk, WebhookIntake(desk, KEYS, reading, now=clock.now, **given), clock


def signed(clock, name, **payload):
    body = json.dumps(payload, ensure_ascii=False).encode()
    return KEYS.headers(name, clock.now(), body), body


OPENED = {"type": "opened", "who": "ana", "text": "提现没到账", "ref": "7"}


def test_a_signed_message_reaches_the_desk_once_however_often_it_comes():
    desk, intake, clock = set_up()
    first = intake.take(*signed(clock, "m1", **OPENED))
    assert (first.duplicate, first.outcomes[0].ticket.ref) == (False, "7")
    wrote = signed(clock, "m2", type="wrote", who="ana", ref="7", texts=["a", "b", "a"])
    assert not intake.take(*wrote).duplicate
    clock.advance(minutes=4)
    # The very bytes again, a retry that is signed anew, and another worker with the same store.
    assert intake.take(*wrote).duplicate
    assert intake.take(
        *signed(clock, "m2", type="wrote", who="ana", ref="7", texts=["a", "b", "a"])
    ).duplicate
    assert WebhookIntake(desk, KEYS, reading, now=clock.now).take(*wrote).duplicate
    assert [one.body for one in desk.messages(ref="7")] == ["a", "b", "a"]
    clock.advance(minutes=2)
    with pytest.raises(SignatureRefused) as caught:
        intake.take(*wrote)
    assert caught.value.why == "too_old"


def test_one_id_with_two_payloads_is_an_error_and_two_sources_may_share_ids():
    desk, intake, clock = set_up()
    intake.take(*signed(clock, "m1", **OPENED))
    with pytest.raises(IdempotencyMismatch):
        intake.take(*signed(clock, "m1", **{**OPENED, "text": "another"}))
    other = WebhookIntake(desk, KEYS, reading, now=clock.now, source="other")
    assert not other.take(*signed(clock, "m1", **{**OPENED, "ref": "8"})).duplicate


def test_a_message_that_was_half_taken_goes_on_where_it_stopped():
    desk, intake, clock = set_up()
    intake.take(*signed(clock, "m1", **OPENED))
    message = signed(clock, "m2", type="wrote", who="ana", ref="7", texts=["one", "two"])
    carried, handled = desk.handle, []

    def dies(command):
        if handled:
            raise RuntimeError("killed")
        handled.append(command)
        return carried(command)

    desk.handle = dies
    with pytest.raises(RuntimeError):
        intake.take(*message)
    desk.handle = carried
    taken = intake.take(*message)
    assert [one.duplicate for one in taken.outcomes] == [True, False]
    assert [one.body for one in desk.messages(ref="7")] == ["one", "two"]


def test_what_is_not_signed_or_cannot_be_read_changes_nothing():
    desk, intake, clock = set_up()
    headers, body = signed(clock, "m1", **OPENED)
    with pytest.raises(SignatureRefused):
        intake.take(headers, body.replace(b"ana", b"eve"))
    deep = b"[" * 100_000
    twice = b'{"type":"opened","type":"wrote"}'
    for wrong in (
        b"",
        b"no json",
        b"{",
        deep,
        b"\xff\xfe",
        twice,
        b'{"n":NaN}',
        b'{"a":' + b"9" * 5_000 + b"}",
    ):
        with pytest.raises(InvalidInput, match="body"):
            intake.take(KEYS.headers("m2", clock.now(), wrong), wrong)
    with pytest.raises(InvalidInput):
        intake.take(*signed(clock, "m3", **{**OPENED, "who": "ana@mail.example"}))
    with pytest.raises(InvalidInput):
        intake.take(KEYS.headers("m4", clock.now(), b'{"type":"opened","who":"a","text":"\\ud800","ref":"9"}'),
                    b'{"type":"opened","who":"a","text":"\\ud800","ref":"9"}')  # fmt: skip
    with pytest.raises(TicketNotFound):
        intake.take(*signed(clock, "m5", type="wrote", who="ana", ref="none", texts=["x"]))
    many = signed(clock, "m6", type="wrote", who="ana", ref="7", texts=["x"] * 1_001)
    with pytest.raises(InvalidInput, match="commands"):
        intake.take(*many)
    small = set_up(desk, longest=10)[1]
    with pytest.raises(InvalidInput, match="longer"):
        small.take(headers, body)
    assert list(desk.find()) == []
    assert intake.take(*signed(clock, "m7", type="other", who="ana")).outcomes == ()


def test_an_async_desk_takes_them_too():
    async def day():
        clock = ManualClock(START)
        desk = AsyncDesk(clock=clock, ids=CountingIds())
        intake = WebhookIntake(desk, KEYS, reading, now=clock.now)
        message = signed(clock, "m1", **OPENED)
        return (await intake.take_async(*message)).duplicate, (await intake.take_async(*message)).duplicate

    assert asyncio.run(day()) == (False, True)


def test_a_desk_and_a_name_are_looked_at():
    desk = Desk()
    with pytest.raises(InvalidInput, match="desk"):
        WebhookIntake(object(), KEYS, reading)
    for wrong in ("", "a b", "a:b", "名", "x" * 51):
        with pytest.raises(InvalidInput, match="source"):
            WebhookIntake(desk, KEYS, reading, source=wrong)
