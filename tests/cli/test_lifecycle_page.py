"""The picture on the lifecycle page is what the command prints."""

import re

from supportflow.cli import main


def test_the_diagram_is_current(root, capsys):
    page = (root / "docs" / "concepts" / "lifecycle.md").read_text("utf-8")
    (block,) = re.findall(r"^```mermaid\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert main(["diagram"]) == 0
    assert capsys.readouterr().out == block


def test_the_table_of_triggers_is_the_diagrams(root):
    page = (root / "docs" / "concepts" / "lifecycle.md").read_text("utf-8")
    (block,) = re.findall(r"^```mermaid\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    drawn = {
        (trigger.split(" ")[0], target)
        for target, triggers in re.findall(r"--> (\w+): (.+)$", block, re.MULTILINE)
        for trigger in triggers.split(", ")
    }
    listed = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|", page, re.MULTILINE)
    assert {
        (trigger, target.replace(" ", "_")) for trigger, target in listed if trigger in dict(drawn)
    } == drawn
