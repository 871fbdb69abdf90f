import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow._time import from_us, iso
from supportflow.exceptions import InvalidInput, MappingError
from supportflow.replay import LogMapping, read_log, reading, tables
from supportflow.replay.reading import Problem

AT = "2026-03-02T09:00:00Z"
LOG = f"id,at,state,who\n1,{AT},New,sam\n"


def problems(log):
    return [(problem.line, problem.reason, problem.left_out) for problem in log.problems]


def states(log, case="1"):
    return [row.state for row in log.cases[case]]


# --- the file ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        LOG.encode(),
        LOG.encode("utf-8-sig"),
        LOG.replace("\n", "\r\n").encode(),
        LOG.replace("\n", "\r").encode(),
        LOG.rstrip("\n").encode(),
        b"\n\n" + LOG.encode() + b"\n\n",
        gzip.compress(LOG.encode()),
        gzip.compress(LOG.encode("utf-8-sig")),
        gzip.compress(LOG[:20].encode()) + gzip.compress(LOG[20:].encode()),
    ],
    ids=["plain", "bom", "crlf", "cr", "no-end", "empty-lines", "gzip", "gzip-bom", "two-members"],
)
def test_the_same_log_in_many_wrappings(mapping, written, raw):
    log = read_log(written(raw), mapping())
    assert log.rows == 1
    assert log.problems == []
    (row,) = log.cases["1"]
    assert (row.state, row.status, row.agent, iso(from_us(row.at_us))) == (
        "New",
        "new",
        "sam",
        "2026-03-02T09:00:00.000000Z",
    )


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "is empty"),
        (b"\n\n\n", "is empty"),
        (gzip.compress(LOG.encode())[:-12], "damaged or ends too early"),
        (gzip.compress(LOG.encode())[:20] + b"\0\0\0\0" * 20, "damaged or ends too early"),
        (b'"' + b"x" * 200_000, "no readable header"),
    ],
    ids=["empty", "blank", "cut-gzip", "broken-gzip", "endless-header"],
)
def test_a_file_that_is_no_log_is_one_error(mapping, written, raw, reason):
    with pytest.raises(InvalidInput, match=reason) as caught:
        read_log(written(raw), mapping())
    assert caught.value.field == "log"


def test_an_endless_line_does_not_fill_the_memory(mapping, written, monkeypatch):
    monkeypatch.setattr(tables, "LONGEST_LINE", 100)
    with pytest.raises(InvalidInput, match=r"more than 100 characters \(line 3\)"):
        read_log(written(LOG.encode() + b"y" * 101), mapping())


def test_an_encoding_that_cannot_read_the_file(mapping, written):
    with pytest.raises(InvalidInput, match="is not utf-16 text"):
        read_log(written(LOG.encode() + b"x"), mapping(encoding="utf-16"))


def test_other_encodings_and_delimiters(mapping, written):
    raw = LOG.replace("sam", "Jörg").replace(",", ";").encode("latin-1")
    log = read_log(written(raw), mapping(encoding="latin-1", delimiter=";"))
    assert log.cases["1"][0].agent == "Jörg"


# --- the header --------------------------------------------------------------------------------


def test_of_two_columns_with_one_name_the_mapping_says_which(mapping, written):
    path = written([("1", AT, "Done", "New", "sam")], header=("id", "at", "state", "state", "who"))
    with pytest.raises(MappingError) as caught:
        read_log(path, mapping())
    assert caught.value.problems == (
        "state.column: the log has 2 columns 'state'; name one as 'state#1' to 'state#2'",
    )
    second = {"column": "state#2", "statuses": {"New": "new"}}
    assert states(read_log(path, mapping(state=second))) == ["New"]


def test_a_duplicate_that_no_mapping_uses_does_not_matter(mapping, written):
    path = written([("1", AT, "New", "sam", "a", "b")], header=("id", "at", "state", "who", "x", "x"))
    assert read_log(path, mapping()).problems == []


def test_a_column_may_really_be_called_so(mapping, written):
    path = written([("1", AT, "Work", "sam", "New")], header=("id", "at", "s#2", "who", "s"))
    log = read_log(path, mapping(state={"column": "s#2", "statuses": {"Work": "open"}}))
    assert states(log) == ["Work"]


def test_every_missing_column_is_named(mapping, written):
    with pytest.raises(MappingError) as caught:
        read_log(written(LOG.encode()), mapping(group="team", requester="who#2"))
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["group", "requester"]
    assert "it has id, at, state, who" in caught.value.problems[0]


# --- the rows ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "reason", "left_out"),
    [
        (f"1,{AT},New", "wrong_width", True),
        (f"1,{AT},New,sam,", "wrong_width", True),
        (f",{AT},New,sam", "no_case", True),
        (f"  ,{AT},New,sam", "no_case", True),
        ("1,,New,sam", "unreadable_time", True),
        ("1,yesterday,New,sam", "unreadable_time", True),
        ("1,2026-02-30T00:00:00Z,New,sam", "unreadable_time", True),
        ("1,2026-03-02T09:00:00,New,sam", "unreadable_time", True),
        (f"1,{AT},Nowhere,sam", "unknown_state", False),
        (f"1,{AT},,sam", "unknown_state", False),
        (f"1,{AT},Ne\0w,sam", "unknown_state", False),
    ],
)
def test_a_bad_row_is_said_with_its_line(mapping, written, line, reason, left_out):
    log = read_log(written(f"{LOG}{line}\n1,{AT},Work,sam\n".encode()), mapping())
    assert problems(log) == [(3, reason, left_out)]
    assert log.rows == 3
    assert [state for state in states(log) if state in {"New", "Work"}] == ["New", "Work"]
    assert len(log.cases["1"]) == 3 - left_out


def test_a_quoted_newline_does_not_move_the_line_numbers(mapping, written):
    raw = f'id,at,state,who\n1,{AT},New,"s\na\nm"\n1,never,New,sam\n'.encode()
    log = read_log(written(raw), mapping())
    assert problems(log) == [(5, "unreadable_time", True)]
    assert log.cases["1"][0].line == 4


def test_a_quote_that_never_ends_costs_what_it_swallows_and_no_more(mapping, written):
    lost = f'1,{AT},"New,sam\n' + f"1,{AT},Work,sam\n" * 5_000
    log = read_log(written((LOG + lost).encode()), mapping())
    assert log.problems[0].reason == "unreadable"
    assert log.problems[0].left_out
    assert states(log)[0] == "New"
    # The rows after the limit of one cell are there again.
    assert states(log)[-1] == "Work"
    assert log.rows == len(log.cases["1"]) + sum(problem.left_out for problem in log.problems)


def test_bytes_that_are_no_text_matter_only_in_cells_in_use(mapping, written):
    raw = b"id,at,state,who,note\n1," + AT.encode() + b",New,sam,\xff\n1," + AT.encode() + b",Work,s\xffm,x\n"
    log = read_log(written(raw), mapping())
    assert problems(log) == [(3, "undecodable", True)]
    assert states(log) == ["New"]


def test_what_stands_for_nothing(mapping, written):
    path = written([("1", AT, "New", "?"), ("?", AT, "New", "sam")])
    log = read_log(path, mapping(empty=["?", ""]))
    assert log.cases["1"][0].agent == ""
    assert problems(log) == [(3, "no_case", True)]


def test_long_cells_are_shown_short(mapping, written):
    log = read_log(written([("1", "x" * 5_000, "New", "sam")]), mapping())
    assert len(log.problems[0].detail) <= 60


def test_levels_classes_and_attributes(mapping, written):
    header = ("id", "at", "state", "who", "prio", "kind", "n", "x")
    path = written(
        [
            ("1", AT, "New", "", "high", "theft", "7", "0.5"),
            ("1", AT, "New", "", "?", "?", "7.5", "nan"),
            ("1", AT, "New", "", "", "", "", ""),
        ],
        header=header,
    )
    log = read_log(
        path,
        mapping(
            priority={"column": "prio", "levels": {"high": 1}},
            priority_class={"column": "kind", "classes": {"theft": "security"}},
            attributes={"n": {"column": "n", "kind": "integer"}, "x": {"column": "x", "kind": "number"}},
        ),
    )
    first, second, third = log.cases["1"]
    assert (first.level, first.priority_class, first.attributes) == (1, "security", {"n": 7, "x": 0.5})
    assert (second.level, second.priority_class, second.attributes) == (None, None, {})
    assert (third.level, third.priority_class, third.attributes) == (None, None, {"n": None, "x": None})
    assert [problem.reason for problem in log.problems] == [
        "unknown_priority",
        "unknown_class",
        "unreadable_attribute:n",
        "unreadable_attribute:x",
    ]


# --- the order ---------------------------------------------------------------------------------


def test_rows_of_one_instant_stay_as_in_the_file(mapping, written, rows_at):
    rows = rows_at(("10:00", "Done"), ("09:00", "New"), ("09:00", "Work"), ("09:00", "Wait"))
    assert states(read_log(written(rows), mapping(order="time"))) == ["New", "Work", "Wait", "Done"]
    assert states(read_log(written(rows), mapping(order="file"))) == ["Done", "New", "Work", "Wait"]


def test_a_column_orders_as_numbers(mapping, written, rows_at):
    rows = rows_at(("09:00", "New"), ("09:00", "Work"), ("09:00", "Done"), ("09:00", "Wait"))
    numbered = [(*row, number) for row, number in zip(rows, ("2", "10", " 9 ", "x"), strict=True)]
    log = read_log(
        written(numbered, header=("id", "at", "state", "who", "n")), mapping(order={"column": "n"})
    )
    assert states(log) == ["New", "Done", "Work"]
    assert log.problems == [Problem(5, "unreadable_order", "x", left_out=True)]


# --- nothing is lost ---------------------------------------------------------------------------

CELL = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)


@given(st.lists(st.lists(CELL, min_size=1, max_size=5), max_size=12))
def test_every_row_is_taken_in_or_left_out(rows):
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("id", "at", "state", "who"), *rows])
    mapping = LogMapping.model_validate(
        {
            "name": "x",
            "case": "id",
            "time": {"column": "at"},
            "state": {"column": "state", "statuses": {"N": "new"}},
        }
    )
    log = reading.read_stream(io.StringIO(text.getvalue(), newline=""), mapping)
    assert log.rows == len(rows)
    taken = sum(len(case) for case in log.cases.values())
    assert taken + sum(problem.left_out for problem in log.problems) == len(rows)
