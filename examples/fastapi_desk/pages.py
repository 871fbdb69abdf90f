"""The two pages, as HTML. Whatever somebody typed is escaped here, or set as text by the scripts."""

import json
from collections.abc import Iterable, Mapping
from html import escape
from string import Formatter

from fastapi_desk.texts import TEXTS
from supportflow import Message, Row
from supportflow.model.events import EventBase
from supportflow.model.people import Actor
from supportflow.sla.reading import ClockReading
from supportflow.sla.words import when
from supportflow.texts import FALLBACK, in_language, phrases


def language_of(asked: str | None, accepted: str | None) -> str:
    """The language of a page: the one that is asked for, else the first of the browser's that there is."""
    wanted = [asked or "", *(one.partition(";")[0].strip() for one in (accepted or "").split(","))]
    for tag in wanted:
        if tag.lower().startswith("zh"):
            return "zh-Hans"
        if tag.lower().startswith("en"):
            return "en"
    return "en"


def page(language: str, title: str, script: str, body: str, data: Mapping[str, str]) -> str:
    """A page around its body. What the script needs is data of the body: nothing is run that is not a file of ours."""
    given = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items())
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/desk.css">
<script src="/static/{script}" defer></script>
</head>
<body{given}>
{body}
</body>
</html>
"""


def head(words: Mapping[str, str], who: str, other: str, heading: str) -> str:
    """What stands at the top of both pages."""
    return f"""<header>
<h1>{heading}</h1>
<p class="who">{words["signed_in"]} <b>{escape(who)}</b>
· <a href="{escape(other)}" lang="{words["other_tag"]}" hreflang="{words["other_tag"]}">{words["other"]}</a></p>
<p id="state" class="state" role="status">{words["connecting"]}</p>
</header>"""


def board_page(language: str, who: str) -> str:
    """The board; its script fills it."""
    words = TEXTS[language]
    body = f"""<a class="skip" href="#queue">{words["skip"]}</a>
{head(words, who, f"?lang={words['other_tag']}", f'{words["title"]} <span id="count"></span>')}
<main>
<div class="columns" aria-hidden="true"><span>{words["due"]}</span><span>{words["class"]}</span>
<span>{words["subject"]}</span><span>{words["from"]}</span><span>{words["agent"]}</span><span>{words["status"]}</span></div>
<ol id="queue" tabindex="-1" aria-label="{words["title"]}"></ol>
<p id="nothing" hidden>{words["nothing"]}</p>
<p class="keys">{words["keys"]}</p>
</main>
<p id="told" class="unseen" role="status"></p>"""
    return page(language, words["title"], "board.js", body, {"words": json.dumps(dict(words))})


def ticket_page(
    language: str,
    who: str,
    place: str,
    row: Row,
    messages: Iterable[Message],
    history: Iterable[EventBase],
    why: str,
) -> str:
    """One ticket: what was said, what happened, and why it stands where it does."""
    words, ticket = TEXTS[language], row.ticket
    title = row.subject or words["erased"]
    other = f"/tickets/{ticket.id}?lang={words['other_tag']}"
    said = "".join(message_item(words, one) for one in messages) or f"<li>{words['nothing_said']}</li>"
    happened = "".join(
        f'<li class="{event.kind}">{time_of(event.recorded_at.isoformat())} {event_line(language, event)}'
        f" {escape(str(event.by))}</li>"
        for event in history
    )
    clocks = "".join(f"<li>{escape(clock_line(language, one))}</li>" for one in row.clocks)
    facts = " · ".join(
        (
            words.get(ticket.priority_class, ticket.priority_class),
            f"{words['level']} {ticket.level}",
            words[ticket.status_category.value],
            ticket.assignee or words["nobody"],
            row.requester.name or ticket.requester,
        )
    )
    body = f"""<a class="skip" href="#messages">{words["messages"]}</a>
{head(words, who, other, escape(title))}
<main>
<p><a href="/board?lang={language}">{words["back"]}</a></p>
<div id="live" data-version="{ticket.version}">
<p class="facts">{escape(facts)}</p>
<section aria-labelledby="messages"><h2 id="messages">{words["messages"]}</h2><ol class="messages">{said}</ol></section>
<section aria-labelledby="timeline"><h2 id="timeline">{words["timeline"]}</h2><ol class="timeline">{happened}</ol></section>
<section aria-labelledby="why"><h2 id="why">{words["why"]}</h2><ul class="clocks">{clocks}</ul>
<pre class="why" lang="en">{escape(why)}</pre></section>
</div>
<form id="answer" aria-labelledby="answering"><h2 id="answering">{words["answer"]}</h2>
<label for="words">{words["words"]}</label><textarea id="words" rows="4" required maxlength="200000"></textarea>
<p><button name="verb" value="replies">{words["reply"]}</button>
<button name="verb" value="notes">{words["note"]}</button>
<button name="verb" value="resolve" formnovalidate>{words["resolve"]}</button></p>
<p id="problem" class="problem" role="alert"></p></form>
</main>"""
    data = {"words": json.dumps(dict(words)), "ticket": ticket.id, "place": place}
    return page(language, title, "ticket.js", body, data)


def event_line(language: str, event: EventBase) -> str:
    """What happened, in the language of the page; the kind of event itself, where there are no words for it."""
    if event.kind not in phrases("screen", "timeline"):
        return f'<span lang="en">{escape(event.kind)}</span>'
    text = screen_text(language, "timeline", event.kind)
    named = {name for _, name, _, _ in Formatter().parse(text) if name}
    values = {name: shown(language, name, getattr(event, name)) for name in named}
    return f"<b>{escape(text.format(**values))}</b>"


def clock_line(language: str, clock: ClockReading) -> str:
    """One clock, in words."""
    target = shown(language, "target", clock.target)
    due = clock.due_at
    if clock.state == "running" and due is not None:
        key = "overdue" if due <= clock.at else "due"
        at = when(due, clock.at, tz="UTC", language=language, named=True)
        return screen_text(language, "badge", key, target=target, when=at)
    state = "paused" if clock.state == "running" else clock.state
    return screen_text(language, "badge", state, target=target)


def shown(language: str, name: str, value: object) -> str:
    """A value of an event, in words where there are some."""
    if value is None:
        return screen_text(language, "label", "nobody")
    if isinstance(value, Actor):
        return value.id
    if name == "target" and value in phrases("screen", "target"):
        return screen_text(language, "target", str(value))
    return TEXTS[language].get(str(value), str(value))


def screen_text(language: str, table: str, key: str, **values: object) -> str:
    """A text that supportflow ships for a host's pages."""
    text = in_language(phrases("screen", table)[key], language, FALLBACK)[1]
    return text.format(**values) if values else text


def message_item(words: Mapping[str, str], message: Message) -> str:
    """One message."""
    origin = words.get(message.origin, message.origin)
    body = escape(message.body) if message.body is not None else words["erased"]
    return (
        f'<li class="{escape(message.origin)}"><p class="by">{escape(origin)} · {escape(message.by.id)} · '
        f'{time_of(message.at.isoformat())}</p><p class="body">{body}</p></li>'
    )


def time_of(iso: str) -> str:
    """An instant, which the script puts on the reader's own clock."""
    return f'<time datetime="{escape(iso)}">{escape(iso[:16].replace("T", " "))} UTC</time>'
