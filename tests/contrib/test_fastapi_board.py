"""The board of the example in a browser: live, red at the breach, back after a restart, and usable by everybody."""

import asyncio
import json
import os
import re
import shutil
import socket
import sys
import threading
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="needs the extra `fastapi`")
uvicorn = pytest.importorskip("uvicorn", reason="needs the extra `test`")
httpx = pytest.importorskip("httpx", reason="needs the extra `test`")

from supportflow import AsyncDesk, Desk, MemoryStore, Requester, SqlStore
from supportflow.channels.email import MailIntake, MemoryThreads, ReplyToken
from supportflow.contrib.fastapi import LiveFeed
from supportflow.exceptions import StoreUnavailable

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"
AUTH = ("sam", "secret-of-the-desk")
SOON = timedelta(milliseconds=50)
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def example() -> Iterator[Any]:
    sys.path.insert(0, str(EXAMPLES))
    from fastapi_desk import app

    yield app
    sys.path.remove(str(EXAMPLES))


class Server:
    """The example on a port of its own, that can be stopped and started again."""

    def __init__(self, example: Any, url: str) -> None:
        self.example, self.url = example, url
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        app = self.example.create_app(self.url, AUTH[1], every=SOON)
        config = uvicorn.Config(
            app, port=self.port, log_level="error", ws="none", timeout_graceful_shutdown=1
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()
        with httpx.Client(auth=AUTH, timeout=60, transport=httpx.HTTPTransport(retries=10)) as http:
            while http.get(f"{self.base}/board/rows").json()["place"] is None:
                time.sleep(0.02)  # the server has the same interpreter

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'desk.db'}?journal_mode=delete"


@pytest.fixture
def desk(url: str, example: Any) -> Iterator[Desk]:
    """The same desk in what could be another process: a worker, a mailbox, a colleague."""
    with Desk(example.POLICY, store=SqlStore(url)) as other:
        yield other


@pytest.fixture
def server(example: Any, url: str, desk: Desk) -> Iterator[Server]:
    desk.subscriptions()  # makes the tables
    started = Server(example, url)
    started.start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None and not os.environ.get("SUPPORTFLOW_REQUIRE_BROWSER"):
        pytest.skip("no Chromium on this machine: Debian's package is `chromium`")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the extra `test`")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


class Seen:
    """A page, what it asked for and what it complained of."""

    def __init__(self, browser: Any, server: Server, **options: Any) -> None:
        credentials = {"username": AUTH[0], "password": AUTH[1]}
        given = {"locale": "en", "viewport": {"width": 1100, "height": 700}, **options}
        self.context = browser.new_context(http_credentials=credentials, **given)
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type in {"error", "warning"} else None,
        )
        self.base = server.base

    def open(self, path: str = "/board") -> Any:
        self.page.goto(self.base + path)
        self.page.wait_for_selector(".state.live")
        return self.page

    def subjects(self) -> list[str]:
        return self.page.locator("#queue .subject a").all_inner_texts()

    def violations(self) -> list[str]:
        """What axe-core calls serious or critical."""
        axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs the extra `test`")
        self.page.emulate_media(reduced_motion="reduce")
        found = axe.Axe().run(self.page).response["violations"]
        return [
            f"{one['id']}: {one['nodes'][0]['html']}"
            for one in found
            if one["impact"] in {"serious", "critical"}
        ]


def take_mail(desk: Desk, number: int, subject: str, body: str) -> str:
    """A mail of a customer, taken in by the desk."""
    token = ReplyToken(b"sixteen bytes or more, of our own", "desk.example")
    intake = MailIntake(desk, MemoryThreads(), token, addresses=("help@desk.example",))
    raw = (
        f"From: Ana Ruiz <ana@mail.example>\r\nTo: help@desk.example\r\nSubject: {subject}\r\n"
        f"Message-ID: <{number}@mail.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"
    )
    taken = intake.take(raw.encode())
    assert taken.result == "opened"
    return taken.ticket_id


def test_a_day_on_the_board(browser: Any, server: Server, desk: Desk):
    """By mail onto the board, counting down, red at the breach, gone when resolved; and a restart in between."""
    seen = Seen(browser, server)
    page = seen.open()
    assert page.locator("#nothing").is_visible()

    mailed = take_mail(desk, 1, "No invoice", "Where is it?")
    row = page.locator("#queue li").first
    row.wait_for()
    assert seen.subjects() == ["No invoice"]
    assert row.locator(".class").inner_text().endswith("general 3")
    assert row.locator(".agent").inner_text().endswith("nobody")
    assert "New ticket: No invoice" in page.locator("#told").inner_text()
    assert "late" not in row.get_attribute("class")

    before = row.locator(".due").inner_text()
    page.wait_for_function(
        "before => document.querySelector('.ticket .due').innerText !== before", arg=before
    )
    page.evaluate("const real = Date.now; Date.now = () => real() + 31 * 60 * 1000")  # half an hour later
    page.wait_for_selector("li.late")
    assert "overdue" in row.locator(".due").inner_text()
    assert (
        page.evaluate("getComputedStyle(document.querySelector('li.late .due')).color") == "rgb(164, 22, 26)"
    )

    desk.open(
        subject="我的账户被盗了", requester=Requester("li", name="李雷"), body="有人在转走我的资产", ref="2"
    )
    page.wait_for_function("() => document.querySelectorAll('#queue li').length === 2")
    assert seen.subjects() == ["我的账户被盗了", "No invoice"]  # security comes first
    desk.assign(ref="2", agent="wei")
    page.wait_for_function("() => document.querySelector('#queue .agent').innerText.endsWith('wei')")

    server.stop()
    page.wait_for_selector(".state.lost")
    desk.resolve(mailed, by="sam")  # while nobody was told
    desk.open(subject="<script>alert(1)</script>", requester="x", ref="3")
    server.start()
    page.wait_for_selector(".state.live")
    page.wait_for_function("() => document.querySelector('#queue').innerText.includes('alert(1)')")
    assert seen.subjects() == ["我的账户被盗了", "<script>alert(1)</script>"]

    desk.cancel(ref="3", by="sam")
    page.wait_for_function("() => document.querySelectorAll('#queue li').length === 1")
    assert {url.startswith(server.base) for url in seen.asked} == {True}
    assert [
        one for one in seen.complaints if "ERR_" not in one
    ] == []  # the connection that was lost is told as such
    seen.context.close()


def test_what_was_late_already_comes_red(browser: Any, server: Server, desk: Desk):
    desk.open(subject="Old", requester="x", opened_at=datetime.now(UTC) - timedelta(hours=2))
    seen = Seen(browser, server)
    page = seen.open()

    page.wait_for_selector("li.late")
    desk.run_due()
    rows = httpx.get(f"{server.base}/board/rows", auth=AUTH, timeout=60).json()["rows"].values()
    assert [row["subject"] for row in rows] == ["Old"]
    seen.context.close()


def test_a_ticket_is_read_answered_and_followed(browser: Any, server: Server, desk: Desk):
    ticket = take_mail(desk, 2, "=?utf-8?B?5Y+R56Wo?=", "<b>Where</b> is it?")
    seen = Seen(browser, server)
    page = seen.open(f"/tickets/{ticket}")
    assert page.title() == "发票"
    assert "<b>Where</b> is it?" in page.locator(".messages").inner_text()
    assert "ticket_opened" in page.locator(".timeline").inner_html()
    assert "priority: general" in page.locator(".why").inner_text()

    page.fill("#words", "Here it is <i>.")
    page.get_by_role("button", name="Send reply").click()
    page.wait_for_selector(".public_reply")
    assert [message.body for message in desk.messages(ticket)][-1] == "Here it is <i>."
    assert desk.history(ticket)[-1].by.id == "sam"
    page.fill("#words", "half a sentence")
    desk.note(ticket, body="Paid twice?", by="wei")  # somebody else, meanwhile
    page.wait_for_selector(".internal_note")
    assert page.input_value("#words") == "half a sentence"  # what is being written stays
    # A resolution is meant for what is on the screen: the page has to know of all that was done, its own reply included.
    page.wait_for_function(
        "version => document.getElementById('live').dataset.version == version", arg=desk.get(ticket).version
    )
    page.get_by_role("button", name="Resolve").click()
    page.wait_for_function("() => document.querySelector('.facts').innerText.includes('resolved')")
    assert desk.get(ticket).status == "resolved"
    assert seen.complaints == []
    seen.context.close()


@pytest.mark.parametrize(
    ("language", "opened", "changed", "clock"),
    [
        ("en", "opened: general, level 3", "new → resolved", "Resolution: met"),
        ("zh-Hans", "创建：普通，级别 3", "新建 → 已解决", "解决：达标"),
    ],
)
def test_what_happened_is_told_in_the_language_of_the_page(
    server: Server, desk: Desk, language: str, opened: str, changed: str, clock: str
):
    ticket = desk.open(subject="No invoice", requester="x").ticket
    desk.note(ticket, body="Paid twice?", by="wei")
    desk.resolve(ticket, by="sam")
    page = httpx.get(f"{server.base}/tickets/{ticket.id}?lang={language}", auth=AUTH, timeout=60).text
    timeline = page.partition('<ol class="timeline">')[2].partition("</ol>")[0]
    assert opened in timeline
    assert changed in timeline
    assert clock in page.partition('<ul class="clocks">')[2].partition("</ul>")[0]
    # What there are no words for, and the whole account, say which language they are in.
    plain = re.sub(r'<(span|pre)[^>]* lang="en">.*?</\1>', "", page, flags=re.DOTALL)
    assert "status_changed</" not in plain
    assert "priority: general" not in plain


@pytest.mark.parametrize(("scheme", "lang", "width"), [("light", "en-GB", 1100), ("dark", "zh-CN", 360)])
def test_everybody_can_use_it(browser: Any, server: Server, desk: Desk, scheme: str, lang: str, width: int):
    """Light and dark, English and Chinese, a desk and a phone; keys alone; and what axe-core finds."""
    first = desk.open(
        subject="a" * 200, requester="x", opened_at=datetime.now(UTC) - timedelta(hours=2)
    ).ticket
    desk.open(subject="No access", requester="y")
    seen = Seen(browser, server, locale=lang, color_scheme=scheme, viewport={"width": width, "height": 700})
    page = seen.open()
    page.wait_for_selector("li.late")

    assert page.locator("html").get_attribute("lang") == ("zh-Hans" if lang == "zh-CN" else "en")
    assert ("已超时" if lang == "zh-CN" else "overdue") in page.locator("#queue").inner_text()
    assert seen.violations() == []
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")

    links = page.locator("#queue a")
    links.first.focus()
    page.keyboard.press("ArrowDown")
    focused = "document.activeElement.innerText"
    assert page.evaluate(focused) == links.nth(1).inner_text()
    desk.assign(first, agent="wei")  # what changes does not take the place of whoever is there
    page.wait_for_function("() => document.querySelector('#queue').innerText.includes('wei')")
    assert page.evaluate(focused) == links.nth(1).inner_text()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_selector("#live")
    page.wait_for_selector(".state.live")
    assert seen.violations() == []
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    seen.context.close()


# --- without a browser -----------------------------------------------------------------------


def first_board(server: Server, last: str | None, after: str) -> dict[str, Any]:
    """The first change that a stream tells."""
    headers = {} if last is None else {"Last-Event-ID": last}
    with (
        httpx.Client(auth=AUTH, timeout=60) as http,
        http.stream("GET", f"{server.base}/board/stream", params={"after": after}, headers=headers) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("data: "):
                return dict(json.loads(line.removeprefix("data: ")))
    raise AssertionError("the stream ended")


def test_any_worker_goes_on_where_another_one_left_off(example: Any, server: Server, url: str, desk: Desk):
    """Two workers on one database: the place of one is good at the other, and only what was touched since is sent."""
    kept = desk.open(subject="kept", requester="x", ref="1").ticket
    other = Server(example, url)
    other.start()
    place = desk.feed_end()
    fresh = desk.open(subject="fresh", requester="y", ref="2").ticket

    for worker in (server, other):
        change = first_board(worker, place, "nonsense")
        while change["order"] != [kept.id, fresh.id]:  # its reader has not come by yet
            change = first_board(worker, place, "nonsense")
        assert set(change["rows"]) == {fresh.id}
    whole = first_board(other, None, "nonsense")  # no place at all: everything
    assert set(whole["rows"]) == {kept.id, fresh.id}
    other.stop()


def test_nobody_writes_into_a_stream_by_its_address(server: Server):
    assert first_board(server, None, 'x\ndata: {"order": ["forged"]}\n\nid: y')["order"] == []


def run_apart(work: Coroutine[Any, Any, Any]) -> Any:
    """Run it in a thread of its own: while a browser is open, a loop runs in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def test_while_there_is_no_board_its_stream_is_none(example: Any, url: str):
    """A browser that is let in says "live"."""

    async def ask() -> Any:
        app = example.create_app(url, AUTH[1])  # and nobody starts what reads the queue
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, auth=AUTH, base_url="http://desk.test") as http:
            return await http.get("/board/stream?after=x"), await http.get("/board/rows")

    stream, rows = run_apart(ask())
    assert (stream.status_code, stream.headers["retry-after"]) == (503, "1")
    assert rows.json()["place"] is None


class Away(MemoryStore):
    """A store that is never there."""

    def feed(self, *_: Any, **__: Any) -> Any:
        raise StoreUnavailable

    claim_due = feed_end = feed


def test_what_stops_time_or_the_board_is_in_the_log(example: Any, caplog: pytest.LogCaptureFixture):
    from fastapi_desk.board import Board

    async def run() -> None:
        desk = AsyncDesk(example.POLICY, store=Away())
        await desk.close()
        lost = AsyncDesk(example.POLICY, store=Away())
        tasks = [
            example.in_the_background(work)
            for work in (
                example.let_time_pass(desk, SOON),  # a closed desk: no store's fault
                example.let_time_pass(lost, SOON),
                Board(lost, LiveFeed(lost)).run(),
            )
        ]
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while len({record.message for record in caplog.records}) < len(tasks):  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert [task.done() for task in tasks] == [True, False, False]
        assert {task.cancel() for task in tasks[1:]} == {True}

    run_apart(run())
    assert {(record.levelname, record.message) for record in caplog.records} == {
        ("CRITICAL", "a task of the desk has ended: restart this process"),
        ("WARNING", "what is due has to wait: the database cannot be reached"),
        ("WARNING", "there is no board: the database cannot be reached"),
    }


def test_every_answer_has_the_policy_of_content_and_nobody_comes_in_unasked(server: Server):
    paths = (
        "/board",
        "/board/rows",
        "/board/stream?after=x",
        "/tickets/none",
        "/api/tickets",
        "/static/board.js",
    )
    for path in paths:
        answer = httpx.get(server.base + path, timeout=60)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.status_code == (200 if path.startswith("/static") else 401)
    for auth in (("sam", "wrong"), ("nobody", AUTH[1])):
        assert httpx.get(f"{server.base}/board", auth=auth, timeout=60).status_code == 401
    assert httpx.get(f"{server.base}/tickets/none", auth=AUTH, timeout=60).status_code == 404
    assert (
        httpx.get(f"{server.base}/docs", auth=AUTH, timeout=60).status_code == 404
    )  # its scripts are of another origin


def test_both_languages_have_the_same_words(example: Any):
    from fastapi_desk.pages import language_of
    from fastapi_desk.texts import TEXTS

    assert example.POLICY.name == "small helpdesk"
    assert {frozenset(words) for words in TEXTS.values()} == {frozenset(TEXTS["en"])}
    assert all(all(words.values()) for words in TEXTS.values())
    wanted = {
        (None, None): "en", ("zh-Hans", "en"): "zh-Hans", (None, "fr, zh-TW;q=0.8, en"): "zh-Hans",
        (None, "de"): "en", ("x", "zh"): "zh-Hans", ("en", "zh"): "en",
    }  # fmt: skip
    assert {asked: language_of(*asked) for asked in wanted} == wanted
