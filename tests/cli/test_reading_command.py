"""`supportflow triage packs` and `supportflow triage evaluate`."""

import pytest

from supportflow.cli import main
from supportflow.triage.reading import SHIPPED_PACKS

PHRASES = """
incident = ["my account was hacked", "nothing at all"]
dispute = ["I paid and the seller does not release the coins"]
security_question = ["how do I set up 2FA?"]
frightening_harmless = ["when does the hackathon open"]
general = ["what is the fee"]
"""
POLICY = """
lexicons = ["common"]
[reading]
languages = ["en", "zh"]
[[reading.packs]]
tag = "nl"
name = "Nederlands"
scripts = ["Latn"]
roles = { hacked = ["gehackt, gekraakt"] }
"""


@pytest.fixture
def phrases(tmp_path):
    path = tmp_path / "en.toml"
    path.write_text(PHRASES, "utf-8")
    return path


def rows(printed):
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in printed.splitlines()
        if line.startswith("|")
    ]


def test_phrases_are_read_and_counted(phrases, capsys):
    assert main(["triage", "evaluate", str(phrases)]) == 0
    head, _, row = rows(capsys.readouterr().out)
    assert head[:4] == ["language", "texts", "incidents", "disputes"]
    assert row == ["en", "6", "50%", "100%", "100%", "0%", "0%", "0%"]


def test_what_was_read_wrongly_is_shown_when_asked_for(phrases, capsys):
    assert main(["triage", "evaluate", str(phrases), "--missed"]) == 0
    assert "en incident called general: nothing at all" in capsys.readouterr().out


def test_a_folder_gives_a_row_for_each_file_and_one_for_all(phrases, capsys):
    (phrases.parent / "de.toml").write_text('general = ["was kostet das"]', "utf-8")
    assert main(["triage", "evaluate", str(phrases.parent)]) == 0
    assert [row[:2] for row in rows(capsys.readouterr().out)[2:]] == [["de", "1"], ["en", "6"], ["all", "7"]]


def test_a_policy_reads_with_its_own_words(phrases, tmp_path, capsys):
    policy = tmp_path / "p.toml"
    policy.write_text('lexicons = [{ name = "mine", entries = [] }]', "utf-8")
    assert main(["triage", "evaluate", str(phrases), "--policy", str(policy)]) == 0
    assert rows(capsys.readouterr().out)[2][2] == "0%"


@pytest.mark.parametrize(
    "text", ["incident = 1", "incident = [1]", "other = ['x']", "incident = [", "", "\0"]
)
def test_phrases_that_cannot_be_read_are_named(tmp_path, capsys, text):
    path = tmp_path / "en.toml"
    path.write_text(text, "utf-8")
    assert main(["triage", "evaluate", str(path)]) == 1
    assert str(path) in capsys.readouterr().out


def test_a_missing_file_is_named(tmp_path, capsys):
    assert main(["triage", "evaluate", str(tmp_path / "none.toml")]) == 1
    assert "none.toml" in capsys.readouterr().out


def test_packs_are_listed_with_what_was_measured(capsys):
    assert main(["triage", "packs"]) == 0
    listed = {row[0]: row for row in rows(capsys.readouterr().out)[2:]}
    assert set(listed) == set(SHIPPED_PACKS)
    assert all(row[3] == "shipped" and row[4].endswith("%") for row in listed.values())


def test_packs_of_a_policy_are_listed_as_its_own(tmp_path, capsys):
    policy = tmp_path / "p.toml"
    policy.write_text(POLICY, "utf-8")
    assert main(["triage", "packs", "--policy", str(policy)]) == 0
    listed = {row[0]: row for row in rows(capsys.readouterr().out)[2:]}
    assert set(listed) == {"en", "zh", "nl"}
    assert listed["nl"][2:5] == ["2", "policy", "-"]


def test_messages_need_a_file(capsys):
    assert main(["triage"]) == 2
    assert "--in" in capsys.readouterr().err
