"""The scenarios of an exchange's desk as programs: each runs by itself, in two languages, and prints what is kept here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "exchange"

PRINTED = {
    "s03_locked_account.py": """\
en general account_locked new mail
  evidence: user_id, identity_document | asked for: nothing
  unlock needs 'document', has None
  unlock authorised at level 'document'
  first_response met, resolution met
zh general account_locked new mail
  evidence: user_id, identity_document | asked for: nothing
  unlock needs 'document', has None
  unlock authorised at level 'document'
  first_response met, resolution met
""",
    "s04_leverage_question.py": """\
en general trading level 3 new ()
  first_response met, resolution met
  escalated: False
zh general trading level 3 new ()
  first_response met, resolution met
  escalated: False
""",
    "s05_c2c_dispute.py": """\
en dispute c2c_dispute pending
  asked once for: when you paid (date and time); a proof of payment
  open, counted until now: 0:00:00
  not yet: hear_seller, decide
  the seller sees: ["Please send your bank's record.", 'Nothing came in.']
  resolution met
  appeal: open, reopened 1 time
zh dispute c2c_dispute pending
  asked once for: 付款时间（日期和时间）; 付款凭证
  open, counted until now: 0:00:00
  not yet: hear_seller, decide
  the seller sees: ["Please send your bank's record.", '没有收到付款']
  resolution met
  appeal: open, reopened 1 time
""",
    "s08_seed_phrase.py": """\
en security secret_given_away ['seed_phrase']
  kept: my [seed phrase removed]
  refused: it asks for a secret (seed phrase), which support never does
  found anywhere: False
zh security secret_given_away ['seed_phrase']
  kept: 我的助记词是：[seed phrase removed]
  refused: it asks for a secret (seed phrase), which support never does
  found anywhere: False
""",
    "s09_impostor.py": """\
en general withdrawal_delayed new
  party, flags: impostor, phishing_link
  answered: False, first response: running
  now security, for review: True
  http://examp1e-help.test/login is ours: False; https://help.example.com is: True
  sla_breached of first_response
zh general withdrawal_delayed new
  party, flags: impostor, phishing_link
  answered: False, first response: running
  now security, for review: True
  http://examp1e-help.test/cn is ours: False; https://help.example.com is: True
  sla_breached of first_response
""",
    "s11_led_to_deposit.py": """\
en security deposit review: True
  the same without the teacher: general deposit review: False
  before the other in the queue: True
  explain: security, level 3 (the text says: led_to_deposit)
zh security deposit review: True
  the same without the teacher: general deposit review: False
  before the other in the queue: True
  explain: security, level 3 (the text says: led_to_deposit)
""",
    "s12_liquidated_and_upset.py": """\
en general trading new distress, wants_person
  said: I am so sorry. My name is Sam, I am a person, and I have time for you. Shall I call you?
  a person, first response: met
  behind the theft in the queue: True
zh general trading new distress, wants_person
  said: 非常理解您的心情。我是人工客服小林，会一直陪您处理。需要我给您回电话吗？
  a person, first response: met
  behind the theft in the queue: True
""",
}


def test_every_scenario_is_kept_here():
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(PRINTED)


@pytest.mark.parametrize("name", sorted(PRINTED))
def test_a_scenario_prints_what_is_kept(name: str):
    done = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / name)],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == PRINTED[name]
