"""No cell of a CSV file that we write is a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow.replay.spreadsheet import SafeWriter, safe, unsafe

FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "  @A1", "＝1+1", "＋1", "－1-2", "＠A",
    "=cmd|' /C calc'!A0", "-", "+", "+49 30 123456", "-2+3", "'=1", "''=1", "\t", "+1e", "-0x10", "+１",
]  # fmt: skip
PLAIN = ["", "a", "1", "-5", "+5", "-1.5", "1e3", "-1E-3", "a=1", "1-1", "'a", "''", "x@example.org", "负债"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_gets_an_apostrophe(text):
    assert safe(text) == f"'{text}"
    assert unsafe(safe(text)) == text


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_none_stays(text):
    assert safe(text) == unsafe(text) == text


@given(
    st.text(
        alphabet=st.one_of(st.sampled_from("'=+-@ \t\r\n1.eE＝"), st.characters(codec="utf-8")), max_size=8
    )
)
def test_every_text_comes_back(text):
    cell = safe(text)

    assert unsafe(cell) == text
    assert cell.lstrip()[:1] not in set("=@＝＋－＠")


@given(st.lists(st.lists(st.text(max_size=6), min_size=2, max_size=2), max_size=4))
def test_a_file_reads_back(rows):
    stream = io.StringIO()
    writer = SafeWriter(stream, ["a", "b"])
    for row in rows:
        writer.row(row)
    _, *found = csv.reader(io.StringIO(stream.getvalue(), newline=""))

    assert [list(map(unsafe, row)) for row in found] == rows


def test_another_delimiter_splits_no_text():
    stream = io.StringIO()
    SafeWriter(stream, ["x"]).row(["a;=1+1", 3, None, "b"])

    assert stream.getvalue() == '"x"\n"a;=1+1",3,"","b"\n'
