"""Money that is on its way, in every language: no incident and no dispute, but a category of its own."""

import pytest

from supportflow.policy import CompiledPolicy
from supportflow.policy.presets import preset

CLASSIFIER = CompiledPolicy(preset("exchange")).classifier

LATE = {
    "ar": ("السحب معلق من ساعتين", "الايداع لم يصل حتى الان"),
    "de": ("Meine Auszahlung hängt seit Mitternacht", "Die Einzahlung ist immer noch nicht da"),
    "en": ("my payout has been stuck since midnight", "I topped up two hours ago, nothing came"),
    "es": ("mi retiro sigue pendiente", "mi depósito todavía no aparece"),
    "fa": ("برداشت من هنوز نرسیده", "واریزی من هنوز ننشسته"),
    "fr": ("mon retrait est en attente depuis hier", "mon dépôt n'est toujours pas arrivé"),
    "fil": ("wala pa yung withdrawal ko", "di pa pumapasok ang deposit ko"),
    "hi": ("मेरी निकासी अभी तक नहीं आई", "deposit abhi tak nahi aaya"),
    "id": ("penarikan saya belum masuk", "deposit saya belum masuk"),
    "it": ("il mio prelievo è ancora in attesa", "il deposito non è ancora arrivato"),
    "ja": ("出金がまだ届かないです", "入金が反映されません"),
    "ko": ("출금이 아직 안 들어왔어요", "입금했는데 반영이 안 돼요"),
    "pl": ("wypłata wciąż oczekuje", "wpłata jeszcze nie dotarła"),
    "pt": ("meu saque ainda não caiu", "o depósito não chegou"),
    "ru": ("вывод завис с утра", "депозит до сих пор не зачислен"),
    "th": ("ถอนเงินแล้วยังไม่เข้าเลย", "ฝากเงินแล้วยังไม่ขึ้น"),
    "tr": ("çekimim hâlâ beklemede", "yatırdığım para henüz geçmedi"),
    "uk": ("виведення зависло зранку", "поповнення досі не надійшло"),
    "vi": ("lệnh rút của tôi vẫn chưa về", "nạp rồi mà vẫn chưa vào"),
    "zh": ("提幣一直沒到帳", "充值到现在还没收到"),
}


@pytest.mark.parametrize("language", sorted(LATE))
@pytest.mark.parametrize(("place", "category"), [(0, "withdrawal_delayed"), (1, "deposit_missing")])
def test_what_is_late_has_its_category(language, place, category):
    signals = CLASSIFIER.classify(LATE[language][place])
    assert (signals.priority_class, signals.category) == ("general", category)


@pytest.mark.parametrize(
    "text",
    [
        "transfer saya belum masuk",
        "uang saya belum masuk ke rekening",
        "deposit saya belum masuk, mohon dicek",
        "فلوسي لسه ما وصلت",
        "السحب معلق والايداع معلق",
        "mi dinero todavía no llega",
        "mein Geld ist noch nicht da",
        "деньги ещё не пришли",
        "param hâlâ gelmedi",
        "tiền của tôi chưa về",
        "お金がまだ届きません",
        "돈이 아직 안 들어왔어요",
        "我的钱还没到",
        "เงินยังไม่เข้าบัญชี",
        "ถอนเงินแล้วเงินยังไม่เข้า",
        "wala pa yung pera ko sa account",
        "पैसे अभी तक खाते में नहीं आए",
    ],
)
def test_money_that_is_not_there_yet_was_not_taken(text):
    assert CLASSIFIER.classify(text).priority_class == "general"


@pytest.mark.parametrize(
    ("denied", "confirmed"),
    [
        ("昨晚有人在外地登录了我的账号，不是我本人操作的", "昨晚在外地登录的是我本人操作的，请不要锁"),
        ("这笔提现不是我本人操作的", "这笔提现是我本人操作的"),
        ("Dün gece başka bir ülkeden giriş yapıldı, ben değildim", "Dün başka ülkeden giriş yapan bendim"),
        (
            "There was a login from abroad, it wasn't me",
            "There was a login from abroad, it was me, I am travelling",
        ),
    ],
)
def test_a_denial_is_no_confirmation_however_its_words_go_on(denied, confirmed):
    said, taken_back = CLASSIFIER.classify(denied), CLASSIFIER.classify(confirmed)
    assert (said.priority_class, said.informational) == ("security", False)
    assert taken_back.priority_class == "general"


@pytest.mark.parametrize(
    "text",
    [
        "I paid the seller, and my withdrawal has nothing to do with it: he does not release",
        "Я оплатил, продавец не отпускает, а вывод тут ни при чём",
    ],
)
def test_a_withdrawal_beside_it_does_not_hide_a_dispute(text):
    assert CLASSIFIER.classify(text).priority_class == "dispute"
