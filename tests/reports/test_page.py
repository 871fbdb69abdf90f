"""The page: one file, no script, nothing from elsewhere, every picture with its table, readable by everybody."""

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from supportflow import Desk
from supportflow.cli import main
from supportflow.exceptions import InvalidInput
from supportflow.policy import Policy
from supportflow.reports import Report, report, report_page, report_tables
from supportflow.sla.policy import SlaPolicy, Target
from supportflow.stores.sql import SqlStore
from supportflow.testing import CountingIds, ManualClock

FOUR = Policy(
    name="<script>alert(1)</script>", sla=(SlaPolicy(name="all", targets=(Target.resolution(hours=4),)),)
)
EIGHT = Policy(name="eight", sla=(SlaPolicy(name="all", targets=(Target.resolution(hours=8, pause_on=[]),)),))
VOID = {"meta", "path", "rect", "circle"}


class Page(HTMLParser):
    """Tags that are open, and what was seen."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.sections, self.texts = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag == "section":
            self.sections.append({"svg": 0, "table": 0, "title": 0})
        if self.sections and tag in self.sections[-1] and "swatch" not in (dict(attrs).get("class") or ""):
            self.sections[-1][tag] += 1
        if tag not in VOID or not self.get_starttag_text().endswith("/>"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        while self.open and self.open[-1] in VOID and self.open[-1] != tag:
            self.open.pop()
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture
def found(written, mapping, rows_at):
    rows = [
        *rows_at(
            ("02T09:00", "New"), ("02T10:00", "Wait"), ("02T20:00", "Done"), case='=1"><img src=x>\u202e'
        ),
        *rows_at(("03T09:00", "New"), ("03T15:00", "Done"), case="b", who="<b>sam</b>"),
        *rows_at(("04T09:00", "New"), case="c"),
    ]
    return report(written(rows), mapping(), FOUR, against=EIGHT)


@pytest.mark.parametrize("language", ["en", "zh", "zh-Hant"])
def test_one_page_without_scripts_or_anything_from_elsewhere(found, language):
    text = report_page(found, language=language)
    page = Page(text)

    assert [tag for tag in page.open if tag not in VOID] == []
    tags = {tag for tag, _ in page.seen}
    assert not tags & {"script", "img", "link", "iframe", "object", "embed", "form", "base"}
    assert not [name for _, attrs in page.seen for name in attrs if name.startswith("on")]
    assert [attrs["href"] for _, attrs in page.seen if "href" in attrs] == ["#figures"]
    assert "http" not in text.replace("http-equiv", "")
    assert "url(" not in text.replace("url(#hatch)", "")
    assert len(text.encode()) < 2_000_000
    assert text == report_page(Report.model_validate_json(found.model_dump_json()), language=language)


def test_names_from_a_log_are_shown_and_not_obeyed(found):
    text = report_page(found)

    assert "<script" not in text
    assert "<img" not in text
    assert "<b>sam" not in text
    assert "\u202e" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "\\u202e" in text


def test_every_picture_has_a_name_and_a_table(found):
    pictures = [section for section in Page(report_page(found)).sections if section["svg"]]

    assert len(pictures) >= 4
    for section in pictures:
        assert section["title"] >= 1
        assert section["table"] >= 1


def test_what_scrolls_can_be_reached_by_keyboard(found):
    page = Page(report_page(found))

    for tag, attrs in page.seen:
        if tag == "div" and attrs.get("class") in {"pic", "wide"}:
            assert attrs["tabindex"] == "0"
            assert attrs["aria-label"]
    assert dict(page.seen)["html"]["lang"] == "en"
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in page.seen


@pytest.mark.parametrize("language", ["en", "zh", "zh-Hant"])
def test_no_two_headings_are_the_same(written, mapping, rows_at, language):
    """Whoever goes from heading to heading knows where they are."""
    rows = [(*row, "x") for row in rows_at(("09:00", "New"), ("15:00", "Done"))]
    given = mapping(group="team")
    found = report(
        written(rows, header=("id", "at", "state", "who", "team")), given, FOUR, adjust=["level", "status"]
    )
    headings = re.findall("<h2>(.*?)</h2>", report_page(found, language=language))

    assert len(found.targets[0].standardised) == 6
    assert len(headings) == len(set(headings))


def test_a_language_without_words_is_refused():
    with pytest.raises(InvalidInput, match="is not one of en, zh, zh-Hant"):
        report_page(None, language="tlh")


def luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_contrast_in_light_and_dark():
    """WCAG 2.2: 4.5 for texts, 3 for what a picture is made of."""
    css = (files("supportflow.reports") / "page.css").read_text("utf-8").partition("@media print")[0]
    light, dark = (
        {name: value if len(value) == 7 else "#" + "".join(c * 2 for c in value[1:]) for name, value in found}
        for found in (
            re.findall(r"--([\w]+):(#[0-9a-f]{3,6})", block) for block in css.split("@media (prefers")[:2]
        )
    )

    assert light.keys() == dark.keys()
    for theme in (light, dark):
        for ground in ("bg", "card"):
            for ink in ("ink", "soft"):
                assert contrast(theme[ink], theme[ground]) >= 4.5, (ink, ground)
        for colour in ("c0", "c2", "c5", "warn"):
            assert contrast(theme[colour], theme["bg"]) >= 3, colour
        assert contrast(theme["on"], theme["c0"]) >= 4.5


@pytest.mark.parametrize(
    ("first", "second", "turn"),
    [(FOUR, Policy(name="none"), "missed → no clock"), (Policy(name="none"), FOUR, "no clock → missed")],
)
def test_where_there_is_no_clock_the_page_says_so(written, mapping, rows_at, first, second, turn):
    rows = rows_at(("09:00", "New"), ("15:00", "Done"))
    page = report_page(report(written(rows), mapping(), first, against=second))

    assert f"<summary>1, resolution: {turn}</summary>" in page
    assert "None" not in page


def test_a_wrong_zone_is_said_before_the_log_is_read(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("supportflow.cli.report.CaseLog", lambda *_, **__: pytest.fail("the log was read"))
    options = [str(tmp_path / "log.csv"), "--mapping", "servicenow_uci", "-o", str(tmp_path / "r.html")]
    assert main(["report", *options, "--tz", "Atlantis"]) == 2
    assert "tz: is not an IANA" in capsys.readouterr().err


def test_on_the_command_line(tmp_path, capsys, written, rows_at):
    log = written(rows_at(("09:00", "New"), ("15:00", "Done")))
    (tmp_path / "m.toml").write_text(
        'name = "m"\ncase = "id"\nagent = "who"\ntime = { column = "at" }\n'
        'state = { column = "state", statuses = { New = "new", Done = "resolved" } }\n',
        encoding="utf-8",
    )
    (tmp_path / "p.toml").write_text(
        'name = "p"\nsla = [{ name = "all", targets = [{ name = "resolution", metric = "resolution", hours = 4 }] }]\n',
        encoding="utf-8",
    )
    options = [str(log), "--mapping", str(tmp_path / "m.toml"), "--policy", str(tmp_path / "p.toml")]
    assert (
        main(["report", *options, "-o", str(tmp_path / "r.html"), "--json", "-", "--tz", "Asia/Tokyo"]) == 0
    )
    found = Report.model_validate_json(capsys.readouterr().out)
    assert (found.tz, found.targets[0].ended) == ("Asia/Tokyo", {"missed": 1})
    assert (tmp_path / "r.html").read_text("utf-8") == report_page(found)
    assert main(["report", *options, "-o", str(tmp_path / "z.html"), "--language", "zh"]) == 0
    assert "达标率" in (tmp_path / "z.html").read_text("utf-8")
    assert main(["report", *options, "--tables", str(tmp_path / "tables"), "--tz", "Asia/Tokyo"]) == 0
    assert report_tables(tmp_path / "tables") == found
    for wrong, complaint in (
        ([], "output: is needed"),
        (["-o", "x.html", "--tz", "Atlantis"], "tz: is not an IANA"),
    ):
        assert main(["report", *options, *wrong]) == 2
        assert complaint in capsys.readouterr().err


def test_a_store_on_the_command_line(tmp_path, capsys):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    clock = ManualClock("2026-03-02T09:00:00Z")
    with Desk(FOUR, store=SqlStore(url), clock=clock, ids=CountingIds()) as desk:
        desk.open(subject="s", requester="ana", ref="7", group="one")
        clock.advance(hours=1)
        desk.resolve(ref="7", by="sam")
    capsys.readouterr()
    until = ["--until", "2026-03-03T00:00:00Z"]
    assert main(["report", "--store", url, "--json", "-", "-o", str(tmp_path / "r.html"), *until]) == 0
    found = Report.model_validate_json(capsys.readouterr().out)
    assert (found.cases, found.policy, found.targets[0].ended) == (1, FOUR.name, {"met": 1})
    assert found.ola[0].seconds == 3_600
    for wrong, complaint in (
        (["--store", url, "log.csv"], "--store: goes without log"),
        (["--mapping", "servicenow_uci"], "log: is needed; or --store"),
        (["log.csv"], "--mapping: is needed"),
    ):
        assert main(["report", "--json", "-", *wrong]) == 2
        assert complaint in capsys.readouterr().err
