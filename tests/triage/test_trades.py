"""Trades between customers, and what the desk froze: who did what by whose will, told by roles and not by words alone."""

from collections import Counter
from pathlib import Path

import pytest

from supportflow.policy import CompiledPolicy, Policy
from triage.test_phrases import LEAST, bare, faults, listed, load

PHRASES = Path(__file__).with_name("phrases")
CLASSIFIER = CompiledPolicy(Policy(lexicons=("common", "exchange"))).classifier
LANGUAGES = ("yue", "zh-Hans", "zh-Hant")
FEWEST = {"dispute": 40, "incident": 18, "frightening_harmless": 7, "general": 12}
HEARD = {"dispute": 0.78, "incident": 0.8}
"""The share of each kind that is called so, at least."""
FALSE = {"general": 0.0, "frightening_harmless": 0.1}
"""The share of others that is called an incident, at most."""


def told(text):
    signals = CLASSIFIER.classify(text)
    if signals.priority_class != "security":
        return signals.priority_class
    return "security_question" if signals.informational else "incident"


def kept():
    return {tag: load(PHRASES / "trades" / f"{tag}.toml") for tag in LANGUAGES}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_phrases_of_trades_are_fit_to_measure_with(tag):
    table = kept()[tag]
    assert faults(table, FEWEST, tag) == []
    bares = [bare(text) for text in listed([table])]
    bares += [bare(text) for folder in LEAST for text in listed([load(PHRASES / folder / f"{tag}.toml")])]
    assert [text for text, n in Counter(bares).items() if n > 1] == []


def test_what_customers_write_of_their_trades_is_heard():
    called = {
        kind: Counter(told(text) for table in kept().values() for text in table[kind]) for kind in FEWEST
    }
    heard = {kind: called[kind][kind] / called[kind].total() for kind in HEARD}
    assert all(heard[kind] >= least for kind, least in HEARD.items()), heard
    false = {kind: called[kind]["incident"] / called[kind].total() for kind in FALSE}
    assert all(false[kind] <= most for kind, most in FALSE.items()), false


@pytest.mark.parametrize(
    ("done", "asked"),
    [
        ("你们冻结我的账户九天了，什么理由", "请你们冻结我的账户"),
        ("你们冻结我的账户", "请你们马上冻结我的账户"),
        ("平台无故冻结我的账户", "麻烦平台冻结我的账户"),
        ("無啦啦凍結我個戶口", "唔該凍結我個戶口"),
        ("凭什么锁我的账户", "快锁我的账户"),
        ("凍結我帳戶已經九天", "請立即凍結我的帳戶"),
    ],
)
def test_who_complains_of_a_freeze_asks_for_none(done, asked):
    assert (told(done), told(asked)) == ("dispute", "incident")
    assert CLASSIFIER.classify(done).category == "frozen_assets"
    assert CLASSIFIER.classify(asked).category == "protect_request"


@pytest.mark.parametrize(
    ("trade", "theft"),
    [
        ("匯款人我根本不認識，說是幫買家代付，要放幣嗎", "有一筆匯款我根本不認識"),
        ("過數俾我嗰個人我都唔識，使唔使放幣", "有單過數我都唔識"),
        ("就因為是用我媽的帳戶匯的，他就不給幣", "我媽用我的帳戶把幣轉走了"),
        ("佢呃我取消張單", "佢呃我過咗五千U俾佢"),
        ("手快点了放行，钱根本没到", "手快点了链接，输了密码"),
        ("手滑点了放行", "手滑把助记词发给他了"),
        ("撳錯咗，幣已經放咗", "撳錯咗，啲幣俾人轉走咗"),
    ],
)
def test_a_trade_gone_wrong_is_no_theft(trade, theft):
    assert (told(trade), told(theft)) == ("dispute", "incident")


@pytest.mark.parametrize(
    ("open_", "settled"),
    [
        ("卖家一直不放币", "卖家一般多久放币"),
        ("你哋判錯咗，冇睇我啲證據", "你哋裁決要幾多日"),
        ("賣家收了錢都不放幣", "賣家通常多久會放幣"),
        ("商家收了钱币还没给我", "刚买的u已经到了 谢谢商家"),
        ("卖家说没收到钱", "卖家人很好，到账真快"),
        ("他取消订单，钱也不退", "我想取消订单"),
    ],
)
def test_how_a_trade_goes_and_one_that_went_well_are_no_disputes(open_, settled):
    assert (told(open_), told(settled)) == ("dispute", "general")


def test_what_weighs_in_a_sentence_that_asks_how_it_goes_does_not_count():
    """And in the sentence beside it, it does."""
    asked, told_ = "卖家一般多久放币", "卖家的币"
    assert [told(one) for one in (asked, told_, f"{asked}？{told_}")] == ["general", "dispute", "dispute"]
