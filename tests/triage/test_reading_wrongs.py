"""What the desk counted wrongly is a dispute, what is over no incident, what was there yesterday and is gone today one."""

import pytest

from supportflow.triage.lexicon import LexiconClassifier, shipped

CLASSIFIER = LexiconClassifier([shipped("common"), shipped("exchange")])


def told(text):
    signals = CLASSIFIER.classify(text)
    if signals.priority_class != "security":
        return signals.priority_class
    return "question" if signals.informational else "incident"


@pytest.mark.parametrize(
    "text",
    [
        "You charged the fee twice",
        "My deposit arrived short, 40 usdt are missing from my deposit",
        "My limit order was filled at a price nobody saw, refund the difference",
        "Liquidated before it ever got there. Who pays for my loss?",
        "The referral bonus was promised and now I am not eligible",
        "手续费扣了两遍",
        "到账只有九百多，少入账了",
        "止损没生效，害我亏了三千，你们要负责",
        "奖金任务都完成了，却说我不符合条件",
        "收咗兩次手續費",
    ],
)
def test_what_the_desk_counted_wrongly_is_a_dispute(text):
    assert told(text) == "dispute"


@pytest.mark.parametrize(
    "text",
    [
        "How is the referral bonus paid?",
        "What is the fee for a withdrawal?",
        "Where can I see my limit orders?",
        "手续费怎么算",
        "奖励什么时候发",
        "止损怎么设置",
    ],
)
def test_who_asks_about_fees_and_rewards_disputes_nothing(text):
    assert told(text) == "general"


@pytest.mark.parametrize(
    ("text", "as_what"),
    [
        ("My account was hacked back in 2021, you sorted it, thanks", "question"),
        ("How do I declare stolen coins on my tax return", "question"),
        ("The theft was resolved long ago, I only ask about my limits", "general"),
        ("之前账号被盗已经解决了，想问下额度", "question"),
        ("报税的时候被盗的币怎么填", "question"),
        ("上個月俾人盜用嗰件事已經搞掂咗", "question"),
    ],
)
def test_what_is_settled_or_told_for_the_taxes_is_no_incident(text, as_what):
    assert told(text) == as_what


@pytest.mark.parametrize(
    "text",
    [
        "My account was hacked in the night, and my tax return is due",
        "The first theft was resolved. Now my coins were stolen again",
        "之前的问题解决了。现在账户又被盗了",
    ],
)
def test_what_is_settled_hides_no_new_incident(text):
    assert told(text) == "incident"


@pytest.mark.parametrize(
    "text",
    [
        "My balance was 11k last night. This morning zero",
        "There used to be 3 eth in here, now nothing",
        "昨晚还有两个比特币，今天一打开全空了",
        "睡前还好好的，醒来一串零",
        "尋日仲有三萬，而家得返零",
    ],
)
def test_what_was_there_yesterday_and_is_not_today_is_an_incident(text):
    assert told(text) == "incident"
