"""Every example runs as a program of its own and prints what is kept here."""

import re
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")

PRINTED = {
    "bot.py": """\
ann  < The network is congested. Withdrawals arrive within two hours.
lin  < App 还是网页？
lin  > app
     < App 是哪个版本？ [bot]
lin  > 612
     < 已为您转接人工客服。您之前提供的内容同事都能看到，无需重复说明。 [expert]
lin  > 提币没到账
     < 已为您转接人工客服。您之前提供的内容同事都能看到，无需重复说明。 [expert]
sam  : {'place': 'app', 'version': '612'} {'level': 'VIP 3'}
draft: 网络拥堵，提币将在两小时内到账。 ('articles:late-zh:提币…没到账',)
wei  : security expert
""",
    "quickstart.py": """\
opened: security, level 3 (the text says: hacked (en))
first response: met
paged: resolution of <id> ran out at 2026-03-30 09:00:00+00:00
happened: sla_warned sla_breached
resolution: missed
""",
    "chinese_desk.py": """\
A3 security 依据: 助记词、被盗 时限: 安全
A2 dispute  依据: 不放币 时限: 普通
A1 general  依据: 无 时限: 普通
A3: 安全组 met
A1 到期: 2026-02-12 02:30:00+00:00
""",
    "escalation.py": """\
next for 1: step 1 of ladder '盗号'
Sunday night:
  02:35 盗号 1: nobody on call / 无人值班
  02:45 盗号 1: nobody on call / 无人值班
  02:55 盗号 1: nobody on call / 无人值班
  03:00 盗号 2: lead
  03:20 盗号 3: 风控
1 is in 风控 level 1
Monday:
  13:00 unassigned 1: 一线
by hand: wei
""",
    "surge.py": """\
Hello! How can we help? | 您好!请问有什么可以帮您?
crash: declared by 5 arrivals, until 11:05 at the latest
Many people write to us today. Your funds are safe; we answer within three hours. | 市场波动剧烈,咨询量很大。\
您的资产是安全的,我们会在三小时内回复。
Queue: S1, T1, T2, T3, T4, T5, A1
A1 is due at 2026-03-02 12:00:00+00:00
Over: () 您好!请问有什么可以帮您?
Queue: S1, A1, T1, T2, T3, T4, T5
A1 is due at 2026-03-02 10:00:00+00:00
""",
    "simulate.py": """\
                       tickets  security p95  general p95  abandoned  most waiting
an ordinary day            325          32 s         24 s          2             4
a crash                   1046         170 s       3611 s        390           393
a crash, ten on call      1046          71 s       2752 s        300           337
""",
    "own_lifecycle.py": """\
after the reply: reviewing
refused in reviewing for small_or_proven
permitted: ask_bank wait_for_requester
after the bank's answer: ask_bank decide wait_for_requester
decided: resolved
lifecycle.transitions.7 (ask_bank): unknown destination 'bank'
""",
    "fastapi_like_async.py": """\
(201, {'id': '7'})
(200, {'id': '7'})
event: reply_sent
mail to ana: Here it is.
(409, {'status': 'open', 'permitted': ['cancel', 'hold', 'merge', 'resolve', 'wait_for_requester']})
(404, {})
event: sla_breached
(200, {'status': 'closed'})
""",
    "deploy_policy.py": """\
before: due 17:00
refused: the policy has 1 problem(s):
  - ./policy.toml: sla.0.targets.0.hour: unknown field 'hour'; did you mean 'hours'? (line 6)
changes: sla.all.targets.first_response.duration: PT8H -> PT2H
tickets that moved: 1
after: due 11:00
""",
    "shadow_adoption.py": """\
classes: dispute 1 general 3 security 1
1 was served before 2 (security)
3 was served before 2 (security)
2 ran out of first_response on Monday at 10:05
2 ran out of resolution on Tuesday at 09:05
4 ran out of first_response on Tuesday at 10:00
4 ran out of resolution on Tuesday at 18:00
refused by the lifecycle: open to closed, 1 times
kept its promises: 3 of 5 tickets
""",
    "web_host.py": """\
sent twice, the same ticket: True
('200 OK', {'status': 'open'})
409 Conflict
404 Not Found
('400 Bad Request', 'subject: is missing')
to ana: 我们在查。
('200 OK', ['我们在查。'])
""",
}


def test_every_example_is_kept_here():
    programs = {path.name for path in EXAMPLES.glob("*.py") if "__main__" in path.read_text("utf-8")}
    assert programs == set(PRINTED)


@pytest.mark.parametrize("name", sorted(PRINTED))
def test_example_prints_what_is_kept(name: str, printed):
    assert UUID.sub("<id>", printed(EXAMPLES / name)) == PRINTED[name]
