"""What reads texts is loaded, and compiled, when the first text comes: a desk starts without it."""

import subprocess
import sys

import pytest

from supportflow import Policy
from supportflow.exceptions import PolicyError
from supportflow.policy import CompiledPolicy

READS = (
    "supportflow.triage.reading.reader",
    "supportflow.triage.lexicon.matching",
    "supportflow.triage.redaction.engine",
)

PROGRAM = """
import sys
from supportflow import Desk, Policy
desk = Desk(Policy(lexicons=("common", "exchange")))
late = sorted(set(sys.argv[1:]) & set(sys.modules))
desk.open(subject="{subject}", requester="ana", ref="7")
print(late, sorted(set(sys.argv[1:]) - set(sys.modules)), desk.get(ref="7").priority_class)
"""


@pytest.mark.parametrize(
    ("subject", "read"),
    [
        ("My account was hacked", "security"),
        ("我的账户被盗了", "security"),
        ("How do I change my language?", "general"),
    ],
)
def test_a_desk_starts_without_what_reads_texts(subject, read):
    program = PROGRAM.format(subject=subject)
    run = subprocess.run([sys.executable, "-c", program, *READS], capture_output=True, text=True, check=True)
    assert run.stdout == f"[] [] {read}\n"


OTHERS = (
    "supportflow.triage.redaction.finders",
    "supportflow.triage.redaction.ideograms",
)
ASKED = """
import sys
from supportflow import Desk
from supportflow.triage.reading import shipping
read = []
shipping._pack = lambda tag, whole=shipping._pack: read.append(tag) or whole(tag)
Desk().open(subject=sys.argv[1], requester="ana")
print(*read, *(set(sys.argv[2:]) & set(sys.modules)))
"""


@pytest.mark.parametrize(
    ("subject", "read"),
    [
        ("Hello, I have lost the key to my house", {"en"}),  # plain prose: no finder, and no pack but its own
        ("Hello, I have lost key 4711 to my house", {"en", OTHERS[0]}),
        ("我家的钥匙今天早上不见了", {"zh", *OTHERS}),
    ],
)
def test_a_text_loads_what_it_needs(subject, read):
    run = subprocess.run(
        [sys.executable, "-c", ASKED, subject, *OTHERS], capture_output=True, text=True, check=True
    )
    assert set(run.stdout.split()) == read


@pytest.mark.parametrize(
    "own",
    [
        {"words": {"dispute": ["@unknown"]}},
        {"lexicons": [{"name": "own", "entries": [{"category": "c", "class": "dispute", "words": ["a *"]}]}]},
        {
            "reading": {"packs": [{"tag": "xx", "name": "x", "scripts": ["Latn"], "roles": {"asset": ["a|"]}}]},
            "lexicons": ["common"],
        },
    ],
)  # fmt: skip
def test_what_a_policy_writes_itself_is_read_before_a_text_comes(own):
    with pytest.raises(PolicyError):
        CompiledPolicy(Policy.model_validate(own))
