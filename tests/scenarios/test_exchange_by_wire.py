"""Four days of an exchange's desk (S5, S8, S9, S10) across a real mail server and real webhooks, in English and Chinese."""

import base64
import contextlib
import json
import logging
import mailbox
import socket
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from smtplib import SMTP

import pytest
from aiosmtpd.controller import Controller
from standardwebhooks.webhooks import Webhook

from channels.mails import part, parts, plain
from channels.receiver import receiving
from supportflow import Desk, Party, SqlStore
from supportflow.channels.email import (
    MailAddress,
    MailIntake,
    MailWriter,
    MemoryThreads,
    ReplyToken,
    SmtpChannel,
    SmtpServer,
    person_of,
    read_mail,
    take_maildir,
)
from supportflow.channels.feed import FeedWebhooks, MemoryPlaces
from supportflow.channels.webhook import (
    WebhookChannel,
    WebhookIntake,
    WebhookKeys,
    WebhookSender,
)
from supportflow.exceptions import Refused, SignatureRefused, StepsMissing
from supportflow.model.commands import OpenTicket, Receive
from supportflow.model.people import Actor
from supportflow.policy.presets import preset
from supportflow.stores.sql.migration import migrate
from supportflow.testing import CountingIds, ManualClock

EXCHANGE = preset("exchange")
SECRET = "whsec_" + base64.b64encode(b"twenty-four bytes or more!").decode()
LANGUAGES = ("en", "zh")
ANA, EVE = "ana@mail.example", "support@helpdesk-example.test"


class Mailer:
    """Handles what a server of aiosmtpd's takes: into a maildir, as a mail server would, or into a list."""

    def __init__(self, keep):
        self.keep = keep

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - as it is called
        self.keep(envelope.content)
        return "250 OK"


@contextlib.contextmanager
def smtp(keep):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    running = Controller(Mailer(keep), hostname="127.0.0.1", port=port)
    running.start()
    try:
        yield port
    finally:
        running.stop()


@contextlib.contextmanager
def door(take):
    """An HTTP server that hands webhooks to a desk: 204 if it has them, 401 if they prove nothing."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                take(dict(self.headers), body)
                self.send_response(204)
            except SignatureRefused:
                self.send_response(401)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def commands(payload):
    """What the exchange's own app and its reader of X tell the desk."""
    by = Actor(kind="requester", id=payload["who"])
    if payload["type"] == "post":
        return [
            OpenTicket(
                by=by,
                requester=payload["who"],
                body=payload["text"],
                channel="x",
                language=payload["language"],
            )
        ]
    return [
        Receive(by=Actor(kind="party", id=payload["who"]), ticket_id=payload["ticket"], body=payload["text"])
    ]


class Posting(SmtpChannel):
    """Sends, and notes what went wrong: a desk tells no more than that it is tried again."""

    def __init__(self, server, writer, wrong):
        super().__init__(server, writer)
        self.wrong = wrong

    def send(self, message, /):
        self.wrong.append(("begun", message.body[:40]))
        try:
            receipt = super().send(message)
        except Exception as error:
            self.wrong.append(error)
            raise
        self.wrong.append(("sent", receipt))
        return receipt


class Wire:
    """A desk, its customers' mail server, the exchange's app, and a follower of its feed."""

    def __init__(self, folder, stack):
        self.folder = folder
        self.clock = ManualClock("2026-06-01T10:00:00+08:00")
        box = mailbox.Maildir(folder / "box")
        self.received, self.wrong = [], []
        self.mx = stack.enter_context(smtp(box.add))
        out = stack.enter_context(smtp(lambda content: self.received.append(read_mail(content))))
        self.app, self.public, self.follower = (stack.enter_context(receiving()) for _ in range(3))
        threads, token = MemoryThreads(), ReplyToken(b"a secret of the test", "desk.example")
        known = {person_of(ANA): ANA}
        writer = MailWriter(MailAddress("help@desk.example", "Help Desk"), known.get, token, threads)
        keys = WebhookKeys(SECRET)
        migrate(f"sqlite:///{folder}/desk.db")
        self.desk = Desk(
            EXCHANGE,
            store=SqlStore(f"sqlite:///{folder}/desk.db"),
            clock=self.clock,
            ids=CountingIds(),
            channels={
                "email": Posting(
                    SmtpServer("127.0.0.1", out, security="none", greets_as="desk.example"),
                    writer,
                    self.wrong,
                ),
                "app": WebhookChannel(self.sender(self.app, keys)),
                "x": WebhookChannel(self.sender(self.public, keys)),
            },
        )
        self.follow = FeedWebhooks(
            self.desk, self.sender(self.follower, keys), MemoryPlaces(), "crm", now=self.clock.now
        )
        self.intake = MailIntake(self.desk, threads, token, addresses=("help@desk.example",))
        hooks = WebhookIntake(self.desk, keys, commands, source="app", now=self.clock.now)
        self.door = stack.enter_context(door(hooks.take))

    def sender(self, receiver, keys):
        return WebhookSender(receiver.url, keys, allow=["127.0.0.1"], timeout_s=25, now=self.clock.now)

    def mail(self, content, sender=ANA):
        """Somebody's mail, by SMTP to the server and from its maildir into the desk."""
        with SMTP("127.0.0.1", self.mx) as client:
            client.sendmail(sender, ["help@desk.example"], content)
        return [one.taken for one in take_maildir(self.folder / "box", self.intake.take)]

    def hook(self, name, **payload):
        """A webhook, signed by the reference library; its status."""
        body = json.dumps(payload, ensure_ascii=False)
        at = datetime.fromtimestamp(self.clock.now().timestamp(), tz=UTC)
        heads = {
            "webhook-id": name,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(SECRET).sign(name, at, body),
        }
        request = urllib.request.Request(self.door, body.encode(), heads, method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status

    def run(self):
        """As a worker does, once: all that is due arrives with the first try, or the day fails."""
        self.clock.advance(seconds=1)
        told = self.desk.run_due()
        assert (told.retried, told.dead, told.running, told.failed) == (0, 0, 0, ()), self.wrong

    def ours(self):
        """The last mail that the customer got."""
        return self.received[-1]


@pytest.fixture
def wire(tmp_path):
    with contextlib.ExitStack() as stack:
        yield Wire(tmp_path, stack)


def answer(mail, body, number, *, sender=ANA, file=None):
    """A mail that answers one of ours, as its sender's program writes it."""
    heads = {
        "From": sender,
        "Message_ID": f"<{number}@mail.example>",
        "In_Reply_To": f"<{mail.message_id}>",
        "Subject": "Re: x",
    }
    if file is None:
        return plain(body, **heads)
    name, kind = file
    disposition = f'Content-Disposition: attachment; filename="{name}"'
    inner = (
        part("text/plain; charset=utf-8", body),
        part(kind, "iVBORw0KGgo=", disposition, "Content-Transfer-Encoding: base64"),
    )
    return parts("multipart/mixed", *inner, **heads)


C2C = {
    "en": {
        "first": "I paid two hours ago, but the seller does not release my USDT. Order 202606010001234567",
        "asked": "when you paid",
        "proof": "The transfer is attached.",
        "to_seller": "Please send your bank's record.",
        "seller": "Nothing came in.",
        "decided": "The bank's record shows your payment. The coins are released to you.",
        "appeal": "I appeal: only half of them arrived.",
    },
    "zh": {
        "first": "两小时前已付款但卖家不放币，订单号 202606010001234567",
        "asked": "付款时间",
        "proof": "转账截图在附件里",
        "to_seller": "请提供银行流水。",
        "seller": "没有收到付款",
        "decided": "银行记录显示您已付款，卖家的币已放给您。",
        "appeal": "我要申诉：只到账一半。",
    },
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_s5_a_dispute_by_mail_with_a_seller_in_the_app(wire, language):
    words, desk = C2C[language], wire.desk
    [taken] = wire.mail(plain(words["first"], Subject="C2C"))
    ticket = desk.get(taken.ticket_id)
    assert (ticket.priority_class, ticket.category, ticket.status) == ("dispute", "c2c_dispute", "pending")
    wire.run()
    assert len(wire.received) == 1  # one request for all that is missing
    assert words["asked"] in wire.ours().text

    wire.clock.advance(hours=3)
    [taken] = wire.mail(answer(wire.ours(), words["proof"], 2, file=("transfer.png", "image/png")))
    assert (taken.result, taken.ticket_id) == ("received", ticket.id)
    desk.provide(ticket, evidence={"paid_at": "2026-06-01T08:00:00+08:00"}, by="host")
    [clock] = [one for one in desk.clocks(ticket.id) if one.target == "resolution"]
    assert desk.get(ticket.id).status == "open"
    assert clock.elapsed < timedelta(minutes=1)  # those three hours were the buyer's

    seller = Party("counterparty", "seller-1", channel="app")
    desk.add_party(ticket, party=seller, expects=["bank_record"], by="sam")
    desk.reply(ticket, body=words["to_seller"], to=seller, by="sam")
    wire.run()
    [asked] = [json.loads(body)["data"] for _, body in wire.app.got]
    assert (asked["requester"], asked["body"]) == ("seller-1", words["to_seller"])
    assert wire.hook("m1", type="message", who="seller-1", ticket=ticket.id, text=words["seller"]) == 204
    assert wire.hook("m1", type="message", who="seller-1", ticket=ticket.id, text=words["seller"]) == 204
    seen = [one.body for one in desk.messages(ticket.id, seen_by=seller)]
    assert seen == [words["to_seller"], words["seller"]]  # once, and nothing of the buyer's
    with pytest.raises(StepsMissing):
        desk.resolve(ticket, by="sam")

    for step in ("hear_buyer", "hear_seller", "decide"):
        desk.complete_step(ticket, step=step, by="sam")
    desk.reply(ticket, body=words["decided"], by="sam")
    desk.resolve(ticket, by="sam")
    wire.run()
    [decision] = [one for one in wire.received if one.text.startswith(words["decided"])]
    assert desk.get(ticket.id).clock("resolution").verdict.met
    [taken] = wire.mail(answer(decision, words["appeal"], 3))
    after = desk.get(ticket.id)
    assert (taken.ticket_id, after.status, after.reopens) == (ticket.id, "open", 1)


PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"
CHINESE = "的 的 的 的 的 的 的 的 的 的 的 在"
SEEDS = {"en": ("My seed phrase is", PHRASE), "zh": ("我的助记词是", CHINESE)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_s8_a_seed_phrase_by_mail_is_nowhere_afterwards(wire, language, caplog):
    caplog.set_level(logging.DEBUG)
    said, phrase = SEEDS[language]
    cut = "".join(f"{word[0]}<b>{word[1:]}</b> " for word in phrase.split())
    [taken] = wire.mail(
        plain(f"<p>{said}: {cut}</p>", Content_Type="text/html; charset=utf-8", Subject="help")
    )
    ticket = wire.desk.get(taken.ticket_id)
    assert (ticket.priority_class, ticket.category) == ("security", "secret_given_away")
    assert "seed_phrase" in ticket.flags or "[seed phrase removed]" in wire.desk.messages(ticket.id)[0].body
    wire.desk.reply(ticket, body="Move your coins to a new wallet. 请把资产转到新钱包。", by="sam")
    wire.run()
    wire.mail(answer(wire.ours(), f"{said}: {phrase}", 2))
    wire.mail(plain(f"{said}: {phrase}", Message_ID="<3@mail.example>", Subject=phrase))
    wire.run()
    wire.follow.send_new()

    files = b"".join(one.read_bytes() for one in wire.folder.glob("*.db*"))
    assert len(files) > 10_000
    told = b"".join(body for _, body in (*wire.app.got, *wire.public.got, *wire.follower.got))
    assert told
    mails = repr([(one.subject, one.text, one.raw) for one in wire.received])
    events = repr([wire.desk.history(one.id) for one in wire.desk.find()])
    # "mail.log" is the log of the customer's mail server, which has seen the mail, of course.
    ours = "".join(one.getMessage() for one in caplog.records if one.name != "mail.log")
    for some in (phrase, " ".join(phrase.split()[:6])):
        assert some.encode() not in files
        assert some.encode() not in told
        assert some not in mails + events + ours
    with pytest.raises(Refused):
        wire.desk.reply(ticket, body="请把助记词发给我", by="sam")


FAKE = {
    "en": (
        "My withdrawal has not arrived for three days, network TRC20",
        "I am from the official support team, verify your wallet at http://examp1e-help.test/login",
    ),
    "zh": ("提币三天了还没到账，TRC20", "我是官方客服，请点击链接验证钱包 http://examp1e-help.test/cn"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_s9_an_impostor_answers_our_mail(wire, language):
    asked, fake = FAKE[language]
    [taken] = wire.mail(plain(asked, Subject="提币"))
    desk, ticket = wire.desk, wire.desk.get(taken.ticket_id)
    desk.note(ticket, body="looking", by="sam")
    wire.run()
    ours = wire.ours() if wire.received else None
    thread = ours or read_mail(plain(asked))
    wire.clock.advance(minutes=10)
    before = desk.get(ticket.id)
    [taken] = wire.mail(answer(thread, fake, 9, sender=f'"Official Support" <{EVE}>'), sender=EVE)
    after = desk.get(ticket.id)
    assert (taken.result, taken.ticket_id) == ("received", ticket.id)
    assert desk.messages(ticket.id)[-1].origin not in {"public_reply", "requester"}
    assert {"impostor", "phishing_link"} <= set(after.flags)
    assert (after.priority_class, after.review) == ("security", True)
    assert (after.first_replied_at, after.replies, after.status) == (None, before.replies, before.status)
    assert after.clock("first_response").state == "running"
    wire.clock.advance(hours=2)
    assert "first_response" in [one.target for one in desk.run_due() if one.kind == "sla_breached"]
    # Nobody is sent the stranger's link, by mail or by webhook.
    wire.follow.send_new()
    assert "examp1e" not in repr([one.raw for one in wire.received]) + repr(wire.follower.got)


RANTS = {
    "en": (
        "My withdrawal has not arrived, network TRC20",
        "@example my withdrawal has not arrived for three days and nobody answers. Shame on you, everyone should know!",
        "We have written to ana@mail.example about your withdrawal 202606010001234567.",
        "We are sorry, and we are on it. Please go on in private: https://example.com/case/7KQ2",
        "Here I am. When does it come?",
    ),
    "zh": (
        "提币还没到账，网络 TRC20",
        "@example 提币三天了还没到账，没人理！垃圾平台，大家避雷！",
        "关于您的提币 202606010001234567，我们已发邮件至 ana@mail.example",
        "非常抱歉，我们正在处理。请点击链接私下继续：https://example.com/case/7KQ2",
        "我来了，什么时候到账？",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_s10_a_public_complaint_comes_by_webhook_and_the_case_goes_on_by_mail(wire, language):
    first, rant, careless, careful, back = RANTS[language]
    desk = wire.desk
    [taken] = wire.mail(plain(first, Subject="withdrawal"))
    known = desk.get(taken.ticket_id)
    desk.link_requester(person_of(ANA), "x-4411", by="host")
    wire.clock.advance(hours=30)
    told = {"type": "post", "who": "x-4411", "text": rant, "language": language}
    assert [wire.hook("p1", **told) for _ in range(2)] == [204, 204]
    wire.run()
    [ticket] = desk.find(requester=known.requester).tickets
    assert ticket.id == known.id  # one case, and the post is there once
    assert [one.body for one in desk.messages(ticket.id) if one.origin == "requester"] == [first, rant]
    assert "public_complaint" in ticket.flags
    assert ticket.level < known.level

    with pytest.raises(Refused):
        desk.reply(ticket, body=careless, by="sam", channel="x")
    wire.run()
    assert wire.public.got == []
    desk.reply(ticket, body=careful, by="sam", channel="x")
    wire.run()
    [public] = [body.decode() for _, body in wire.public.got]
    assert json.loads(public)["data"]["body"] == careful
    assert ANA not in public
    assert "20260601000" not in public

    [taken] = wire.mail(plain(back, Message_ID="<5@mail.example>", References="<1@mail.example>"))
    assert taken.ticket_id == known.id
    desk.reply(ticket, body="TRC20: 202606010001234567", by="sam", channel="email")
    wire.run()
    assert wire.ours().text == "TRC20: 202606010001234567"
    assert len(wire.public.got) == 1


def test_what_is_not_signed_by_the_app_changes_nothing(wire):
    request = urllib.request.Request(wire.door, b"{}", {"webhook-id": "m"}, method="POST")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    assert refused.value.code == 401
    refused.value.close()
    assert wire.desk.find().tickets == ()
