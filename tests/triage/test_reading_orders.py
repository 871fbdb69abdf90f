"""What customers ask for every day, and what a proof, a machine that was off and the news say of an event."""

import pytest

from supportflow.triage.lexicon import LexiconClassifier, shipped

CLASSIFIER = LexiconClassifier([shipped("common"), shipped("exchange")])


def called(text):
    found = CLASSIFIER.classify(text)
    return "question" if found.informational else found.priority_class


@pytest.mark.parametrize(
    "text",
    [
        "Please stop my withdrawal, I chose the wrong network",
        "bitte die Auszahlung von heute abbrechen",
        "Quiero cancelar el retiro de hoy",
        "хочу отменить вывод",
        "取消我刚才的提现",
    ],
)
def test_who_cancels_a_withdrawal_is_not_robbed(text):
    assert called(text) == "general"


@pytest.mark.parametrize(
    "text",
    [
        "Stop the withdrawal now, it wasn't me",
        "Auszahlung sofort stoppen, das war ich nicht",
        "快拦截这笔提现,不是我操作的",
    ],
)
def test_who_stops_a_withdrawal_of_somebody_else_is(text):
    assert called(text) == "security"


@pytest.mark.parametrize(
    "text",
    [
        "The money has left my bank, here is a screenshot of the transfer",
        "Geld ist weg von meinem Konto, hier der Überweisungsbeleg",
        "钱已经转出去了,这是转账凭证",
    ],
)
def test_who_shows_a_receipt_paid_somebody(text):
    assert called(text) == "dispute"


@pytest.mark.parametrize(
    "text",
    [
        "My laptop was closed all night and the history shows nine trades",
        "Der Laptop war zu, nachts sind trotzdem Trades gelaufen",
        "ноутбук был выключен, а ночью прошли сделки",
    ],
)
def test_what_a_machine_did_while_it_was_off_somebody_else_did(text):
    assert called(text) == "security"


@pytest.mark.parametrize(
    "text", ["I cannot recall my PIN", "do you recall which plan I had", "I can't recall the old email"]
)
def test_who_cannot_recall_calls_no_payment_back(text):
    assert called(text) != "dispute"


@pytest.mark.parametrize(
    "text",
    [
        "When will you list Rugpull Inu?",
        "is Heist Token any good",
        "чи буде токен Rugpull?",
        "RugPull 토큰 있나요",
    ],
)
def test_a_coin_with_a_frightening_name_is_a_coin(text):
    assert called(text) == "general"


@pytest.mark.parametrize(
    "text",
    [
        "iki gün önce para yatırdım hala gelmedi",
        "üç gün önce 500 lira yatırdım, bakiyem sıfır",
        "bir saat önce yatırdım, görünmüyor",
        "satıcıya bir saat önce ödeme yaptım",
    ],
)
def test_who_paid_some_time_ago_was_not_told_to_pay_first(text):
    """In Turkish one word, önce, says both."""
    assert called(text) != "security"
    assert called("kazancımı çekmek için önce 500 dolar yatırmamı istiyorlar") == "security"


@pytest.mark.parametrize(
    "text", ["no signal", "lost signal", "I have no signal at all", "the signal is weak"]
)
def test_a_phone_without_signal_is_no_message_on_signal(text):
    assert called(text) == "general"
    assert called("he wrote me on signal and asked for my code") == "security"
