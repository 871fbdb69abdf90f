"""A public page of one ticket: only by its own link, only until it ends, and only its state."""

import re
import string
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import Desk, Requester
from supportflow.channels.status import STATUS_HEADERS, StatusLinks, StatusView, render_status
from supportflow.exceptions import InvalidInput, SignatureRefused
from supportflow.model.base import StatusCategory
from supportflow.testing import CountingIds, ManualClock

CLOCK = ManualClock("2026-03-02T03:00:00Z")
NOW = CLOCK.now()
OLD, NEW = b"an old secret of ours", b"a new secret of ours"
LINKS = StatusLinks(NEW, OLD)


def why(token, links=LINKS, now=NOW):
    with pytest.raises(SignatureRefused) as caught:
        links.read(token, now)
    return caught.value.why


@settings(max_examples=40)
@given(
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=200),
    st.integers(1, 31_000_000),
)
def test_a_token_leads_to_its_ticket_until_it_ends(ticket_id, seconds):
    token = LINKS.token(ticket_id, NOW, valid_for=timedelta(seconds=seconds))
    ends = NOW + timedelta(seconds=seconds)

    assert re.fullmatch(r"[A-Za-z0-9._-]+", token)
    assert LINKS.read(token, ends - timedelta(seconds=1)).ticket_id == ticket_id
    assert LINKS.read(token, NOW).until == ends
    assert why(token, now=ends) == "too_old"


def test_secrets_change_and_tenants_are_apart():
    token = StatusLinks(OLD).token("t1", NOW)

    assert LINKS.read(token, NOW).ticket_id == "t1"
    assert why(LINKS.token("t1", NOW), StatusLinks(OLD)) == "no_match"
    assert why(token, StatusLinks(OLD, tenant="other")) == "no_match"


def test_nothing_of_a_token_can_be_changed():
    token = LINKS.token("t1", NOW, valid_for=timedelta(days=1))
    mark, name, until, signature = token.split(".")
    other = LINKS.token("t2", NOW, valid_for=timedelta(days=1)).split(".")

    for changed in (
        f"{mark}.{other[1]}.{until}.{signature}",
        f"{mark}.{name}.{int(until) + 1}.{signature}",
        f"{mark}.{name}.0{until}.{signature}",
        f"{mark}.{name}.{until}.{other[3]}",
    ):
        assert why(changed) == "no_match"
    # The last letter of 32 bytes has two bits that mean nothing: it is written in one way.
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    twin = signature[:-1] + letters[letters.index(signature[-1]) ^ 1]
    arabic = f"{mark}.{name}.١٢.{signature}"
    for broken in (token + "x", token[:-1], "s2" + token[2:], token + "\n", "", None, 7, "x" * 9_999, arabic):
        assert why(broken) == "malformed"
    assert why(f"{mark}.{name}.{until}.{twin}") == "malformed"


def test_what_cannot_be_signed():
    for wrong in ((), (b"short",), ("text of sixteen letters",), (NEW, b"")):
        with pytest.raises(InvalidInput, match="secrets"):
            StatusLinks(*wrong)
    day = timedelta(days=1)
    for ticket, span in (("", day), ("a\nb", day), (None, day), ("t1", 367 * day), ("t1", 0 * day)):
        with pytest.raises(InvalidInput):
            LINKS.token(ticket, NOW, valid_for=span)
    assert "secret" not in repr(LINKS)


class Page(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.text, self.language = [], "", None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.language = dict(attrs).get("lang") or self.language

    def handle_data(self, data):
        self.text += "" if self.tags[-1:] == ["style"] else data


def a_ticket(ref="7", **given):
    desk = Desk(clock=ManualClock("2026-03-02T03:00:00Z"), ids=CountingIds())
    ana = Requester("ana", name="Ana Ruiz", email="ana@mail.example")
    desk.open(subject="A secret subject", body="Secret words", requester=ana, ref=ref, **given)
    desk.note(ref=ref, body="A secret note", by="sam")
    desk.reply(ref=ref, body="A secret answer", by="sam")
    return desk


def test_the_page_says_the_state_and_nothing_that_anybody_wrote():
    desk = a_ticket(language="zh-CN")
    page = Page(render_status(StatusView.of(desk.get(ref="7")), NOW + timedelta(days=1)))

    assert page.language == "zh"
    assert "您的请求 7" in page.text
    assert "我们正在处理。" in page.text
    assert "2026-03-03 03:00 UTC" in page.text
    for secret in ("ecret", "Ana", "ana", "sam", "mail", "general", "t1"):
        assert secret not in page.text
    assert not {"script", "img", "link", "iframe", "form", "a"} & {*page.tags}


@pytest.mark.parametrize("language", ["en", "zh", "zh-Hant", "de", None])
@pytest.mark.parametrize("state", list(StatusCategory))
def test_every_state_has_words_in_every_language(language, state):
    view = StatusView("7", state, NOW, None, NOW, None)
    page = Page(render_status(view, NOW, language=language))

    assert page.language == {"de": "en", None: "en"}.get(language, language)
    assert page.tags.count("dd") == 2
    assert "{" not in page.text


@pytest.mark.parametrize(
    "name", ['"><script>alert(1)</script>', "<img src=x onerror=y>", "&lt;b&gt;", "{0.__class__}", "}{"]
)
def test_whatever_a_ticket_is_called_is_shown_as_it_is(name):
    page = render_status(StatusView(name, StatusCategory.OPEN, NOW, NOW, NOW, None), NOW)

    assert f"Your request {name}" in Page(page).text
    assert "<script" not in page
    assert "<img" not in page


def test_a_private_ticket_has_no_page_and_the_page_is_kept_by_nobody():
    desk = Desk(clock=ManualClock("2026-03-02T03:00:00Z"), ids=CountingIds())
    desk.open(subject="s", requester="ana", ref="7", by="sam", private=True)
    with pytest.raises(InvalidInput, match="private"):
        StatusView.of(desk.get(ref="7"))
    assert STATUS_HEADERS["Cache-Control"] == "no-store"
    assert "default-src 'none'" in STATUS_HEADERS["Content-Security-Policy"]
