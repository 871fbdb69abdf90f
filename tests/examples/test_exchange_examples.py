"""The scenarios of an exchange's desk as programs: each runs by itself, in two languages, and prints what is kept here."""

# ruff: noqa: E501 - what programs print, in Chinese too

from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "exchange"

PRINTED = {
    "s01_night_break_in.py": """\
en security account_takeover ['freeze']
  first in the queue: True
  the account is frozen: done, 0 s after the report
  joe-seattle is awake and answers: first response met
  to release needs 'liveness'
  unfreeze asked by joe-seattle: waiting for compliance
  not by the same: who asks for an action does not decide it
  unfreeze done; resolved, resolution met
  asked: Answer with a number from 1 (bad) to 5 (very good). Whatever else you write, we read as a message.
  stars: 5 for joe-seattle weight 3.0
zh security account_takeover ['freeze']
  first in the queue: True
  the account is frozen: done, 0 s after the report
  li-seattle is awake and answers: first response met
  to release needs 'liveness'
  unfreeze asked by li-seattle: waiting for compliance
  not by the same: who asks for an action does not decide it
  unfreeze done; resolved, resolution met
  asked: 请直接回复数字 1（很不满意）至 5（非常满意）。若回复其他内容，我们会作为新消息处理。
  stars: 5 for li-seattle weight 3.0
asked of the host: ['freeze', 'unfreeze', 'freeze', 'unfreeze']
""",
    "s02_withdrawal_at_night.py": """\
en withdrawal_delayed bot
  bot: The network is congested: your withdrawal waits for confirmations. It has been sent again.
  host: [('resubmit_withdrawal', 50000, 'done')]
  'Can I speak to a person, please?' -> expert, offered to joe, who reads:
    Why: The requester asked for a person.
    Conversation:
    - requester: My withdrawal has not arrived for an hour, network TRC20
    - bot: Hello, this is our automatic assistant. Write "human" at any time to reach a person. The network is congested: your withdrawal waits for confirmations. It has been sent again.
    - requester: Can I speak to a person, please?
    Collected:
    - network: TRC20
    Actions:
    - resubmit_withdrawal: done
  resolved after 22 min, resolution met
  asked: Your request 000000000005 is resolved. How did we do?
  stars: 4 for joe | still resolved
zh withdrawal_delayed bot
  bot: 网络拥堵，您的提币正在等待链上确认。 已为您重新提交。
  host: [('resubmit_withdrawal', 50000, 'done')]
  '转人工' -> expert, offered to joe, who reads:
    Why: The requester asked for a person.
    Conversation:
    - requester: 提币一小时还没到账，网络 TRC20
    - bot: 您好，这里是智能助手。随时回复“转人工”，即可联系人工客服。 网络拥堵，您的提币正在等待链上确认。 已为您重新提交。
    - requester: 转人工
    Collected:
    - network: TRC20
    Actions:
    - resubmit_withdrawal: done
  resolved after 22 min, resolution met
  asked: 您的工单 000000000030 已处理完毕。您对我们的服务满意吗？
  stars: 4 for joe | still resolved
asked of the host: [('resubmit_withdrawal', 50000), ('resubmit_withdrawal', 50000)]
""",
    "s05_c2c_dispute.py": """\
en dispute c2c_dispute pending
  asked once for: when you paid (date and time); a proof of payment
  open, counted until now: 0:00:00
  routed to: sam for dispute
  promised with the reason: You will hear from us tomorrow at 13:00 at the latest.
  not yet: hear_seller, decide
  the seller sees: ["Please send your bank's record.", 'Nothing came in.']
  resolution met
  asked: Your request 5-en is resolved. How did we do?
  appeal: open, reopened 1 time, with sam again
zh dispute c2c_dispute pending
  asked once for: 付款时间（日期和时间）; 付款凭证
  open, counted until now: 0:00:00
  routed to: sam for dispute
  promised with the reason: 我们最晚将于明天 18:00与您联系。
  not yet: hear_seller, decide
  the seller sees: ["Please send your bank's record.", '没有收到付款']
  resolution met
  asked: 您的工单 5-zh 已处理完毕。您对我们的服务满意吗？
  appeal: open, reopened 1 time, with sam again
""",
    "s06_frozen_assets.py": """\
en dispute frozen_assets compliance open
  no expert has it: sam is not in tier 'compliance'
  promised with the reason: You will hear from us on Monday, 8 June at 15:00 at the latest.
  a word every working day, reminded when it was due Mon 15:00, Tue 14:30
  missed: nothing
  release: approved
  not by an expert: only an agent of tier 'compliance' ends its tickets
  not by whoever has it: four eyes: another agent of the tier than the one who has it ends it
  resolved by the second person: first_response met, resolution met
zh dispute frozen_assets compliance open
  no expert has it: sam is not in tier 'compliance'
  promised with the reason: 我们最晚将于6月8日星期一 15:00与您联系。
  a word every working day, reminded when it was due Mon 15:00, Tue 14:30
  missed: nothing
  release: approved
  not by an expert: only an agent of tier 'compliance' ends its tickets
  not by whoever has it: four eyes: another agent of the tier than the one who has it ends it
  resolved by the second person: first_response met, resolution met
""",
    "s07_crash_day.py": """\
11:00 came in  12, wait for somebody   0, surges in force: none
12:00 came in  12, wait for somebody   0, surges in force: none
12:00 surge 'crash' until 15:00
      greeting: The market is moving fast and many write to us. Reports of theft come first. Never send anybody a code or a password.
13:00 came in 120, wait for somebody  13, surges in force: crash
14:00 came in 120, wait for somebody  36, surges in force: crash
15:00 came in  12, wait for somebody   0, surges in force: crash
16:00 came in  12, wait for somebody   0, surges in force: none
17:00 came in  12, wait for somebody   0, surges in force: none
18:00 came in  12, wait for somebody   0, surges in force: none
19:00 came in  12, wait for somebody   0, surges in force: none
20:00 came in  12, wait for somebody   0, surges in force: none
security: 52 tickets, waited 1 min on average, 4 min at most
dispute: 43 tickets, waited 2 min on average, 12 min at most
general: 241 tickets, waited 9 min on average, 26 min at most
thefts left waiting by somebody who was given something else: 0
""",
    "s10_public_complaint.py": """\
en one case: True ['contact_joined', 'message_received']
  flags: public_complaint, repeated; level 3 -> 2
  refused: it would say personal data in public on 'x' (email address, long number)
  in public: We are sorry, and we are on it. Please go on here, in private: https://example.com/case/7KQ2-en
  in private, the same case: True, 2 messages from the customer, 1 answer in chat, 1 in public
  asked what they think, by mail and never in public: Your request 000000000005 is resolved. How did we do? 1 in public
zh one case: True ['contact_joined', 'message_received']
  flags: public_complaint, repeated; level 3 -> 2
  refused: it would say personal data in public on 'x' (email address, long number)
  in public: 非常抱歉，我们正在处理。请点击链接私下继续：https://example.com/case/7KQ2-zh
  in private, the same case: True, 2 messages from the customer, 1 answer in chat, 1 in public
  asked what they think, by mail and never in public: 您的工单 000000000022 已处理完毕。您对我们的服务满意吗？ 1 in public
""",
    "s03_locked_account.py": """\
en general account_locked new mail
  evidence: user_id, identity_document | asked for: nothing
  confirmed: We have received your request 3-en. You will hear from us tomorrow at 22:00 at the latest.
  unlock needs 'document', has None
  unlock authorised at level 'document'
  first_response met, resolution met
  asked: Your request 3-en is resolved. How did we do?
  stars: 5 for sam
zh general account_locked new mail
  evidence: user_id, identity_document | asked for: nothing
  confirmed: 我们已收到您的请求 3-zh。 我们最晚将于明天 18:00与您联系。
  unlock needs 'document', has None
  unlock authorised at level 'document'
  first_response met, resolution met
  asked: 您的工单 3-zh 已处理完毕。您对我们的服务满意吗？
  stars: 5 for sam
""",
    "s04_leverage_question.py": """\
en general trading level 3 new ()
  said: Leverage is trading with borrowed money: at 10x a tenth of the position is yours.
  warned: Please note: leverage multiplies losses as it does gains, and you can lose all that you put in within minutes. Begin without it, set a stop-loss, and trade only what you can afford to lose. ('leverage for beginners',)
  first_response met, resolution met
  escalated: False
zh general trading level 3 new ()
  said: 杠杆就是借钱交易：10倍杠杆下，仓位中只有十分之一是您自己的资金。
  warned: 风险提示：杠杆会同时放大收益和亏损，您可能在几分钟内损失全部本金。建议先不使用杠杆，设置止损，并只用您能承受损失的资金交易。 ('leverage for beginners',)
  first_response met, resolution met
  escalated: False
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
  a beginner is warned: Please note: what is on a chain cannot be called back. Never send coins because a stranger, a teacher or an offer on the net tells you to, and compare address and network before you confirm.
  on the record: ('transfers for beginners',)
  before the other in the queue: True
  explain: security, level 3 (the text says: led to pay by somebody from the net (en), value goes to somebody who leads (en), sounds like an incident (en), somebody says what to do (en), led to pay (en))
zh security deposit review: True
  the same without the teacher: general deposit review: False
  a beginner is warned: 风险提示：链上转账无法撤回。切勿因陌生人、所谓“老师”或网络项目的要求转账，确认前请核对地址和网络。
  on the record: ('transfers for beginners',)
  before the other in the queue: True
  explain: security, level 3 (the text says: led to pay (zh))
""",
    "s13_told_before_they_ask.py": """\
en told: Your withdrawal takes longer than usual: the network is congested. You need do nothing; we watch it. This is case 13-en.
  asked by nobody yet: waits None clocks 0
  told: 1 time
  their message joins it: True
  first response met, 20 min after they wrote
zh told: 由于网络拥堵，您的提币比平时慢。您无需操作，我们会持续跟进。工单编号 13-zh。
  asked by nobody yet: waits None clocks 0
  told: 1 time
  their message joins it: True
  first response met, 20 min after they wrote
""",
    "s14_mass_phishing.py": """\
not by the same: who proposes an announcement does not approve it
told before a second person has read it: 0
sent: 400 to 400 people; posts on X: 1
greeting: 近期有冒充我们的诈骗邮件，请勿点击其中的链接。我们从不发送登录链接。
linked: {'zh': 200, 'en': 200}
resolved: {'new': 1, 'resolved': 399} as of 09:02
resolution: {'running': 1, 'met': 399}
on the record: 400 people
""",
    "s15_dropped_call.py": """\
en
  abandoned after 90 s, a call is owed until 03:31:30
  ten minutes later: place 1 of 3, offered to lin
  03:11:30 to 03:15:42 answered, by lin
  caller verified: contact by security word
  the promise: kept
  noted: Explained margin calls; nothing is borrowed beyond the margin.
zh
  abandoned after 90 s, a call is owed until 03:31:30
  ten minutes later: place 1 of 3, offered to lin
  03:11:30 to 03:15:42 answered, by lin
  caller verified: contact by security word
  the promise: kept
  noted: 已说明强平规则，亏损以保证金为限。
""",
    "s12_liquidated_and_upset.py": """\
en general trading new distress, wants_person
  said: I am so sorry. My name is Sam, I am a person, and I have time for you. Shall I call you?
  a person, first response: met
  behind the theft in the queue: True
  asked: Your request 000000000006 is resolved. How did we do?
  one star is work for supervisors about sam
zh general trading new distress, wants_person
  said: 非常理解您的心情。我是人工客服小林，会一直陪您处理。需要我给您回电话吗？
  a person, first response: met
  behind the theft in the queue: True
  asked: 您的工单 000000000015 已处理完毕。您对我们的服务满意吗？
  one star is work for supervisors about sam
""",
    "s16_monthly_report.py": """\
# Support from 2026-06-01 to 2026-07-01

Contacts: 60

- The bot answers after (median): 2 s (wanted 5 s ✓)
- Chats answered within an hour: 100% (wanted 95% ✓)
- Mails answered within 24 hours: 50%
- Mails answered within 48 hours: 100% (wanted 95% ✓)
- Simple matters resolved within two hours: 100% (wanted 80% ✓)
- Complex matters resolved within three working days: 100% (wanted 80% ✓)
- Wait in chat, form and phone (mean): 158.02 s (wanted 60 s ✗)
- Of what the bot took, solved without a person: 75% (wanted 80% ✗)
- Of all contacts, solved by the bot: 25% (wanted 50% ✗)
- An agent answers after (median): 12 s (wanted 15 s ✓)
- Faster answers in emergencies: 70% (wanted 50% ✓)
- Repeated contacts: 0%
- Fewer repeated contacts than before: 100% (wanted 30% ✓)
- Hand-overs a case: 0.1
- Contacts with a category and a route: 100% (wanted 95% ✓)
- Mean rating, weighed by difficulty: 3.93
- Of those asked, rated: 50%
- Calls that were given up before somebody answered: -
- Promised call-backs made in time: -

## Most frequent questions

- registration: 20
- trading: 20
- complaint_service: 5
- deposit_missing: 5
- frozen_assets: 5

## What the bot left to people

- deposit_missing: 5

## What no article helped with

none

## Ratings

- 5: 15
- 1: 5
- 4: 5

## What was changed, before and after

- fees are announced a week ahead (complaint_service): 8% → 0%

in Chinese: # 客户服务月报：2026-06-01 至 2026-07-01
complaints about: withdrawal, without, notice (5 people)
names in it: False
""",
}


def test_every_scenario_is_kept_here():
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(PRINTED)


@pytest.mark.parametrize("name", sorted(PRINTED))
def test_a_scenario_prints_what_is_kept(name: str, printed):
    assert printed(EXAMPLES / name) == PRINTED[name]
