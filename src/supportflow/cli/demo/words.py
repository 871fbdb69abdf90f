"""What customers of an exchange write, in the twenty languages that its desk serves."""

# ruff: noqa: RUF001 - each language in its own letters

from random import Random
from typing import NamedTuple

__all__ = ["LANGUAGES", "Written", "written"]

_ENGLISH_AND_CHINESE = {
    "withdrawal": (
        18,
        ("How long does a withdrawal take?", "How do I withdraw to my bank?"),
        ("怎么提币", "提币要多久到账"),
    ),
    "withdrawal_delayed": (
        7,
        ("My withdrawal has not arrived for three hours, network TRC20",),
        ("提币三小时还没到账, 网络 TRC20",),
    ),
    "deposit": (10, ("How do I deposit USDT?",), ("怎么充值USDT",)),
    "account_access": (14, ("I forgot my password", "I cannot log in"), ("忘记密码了", "登不上账号")),
    "kyc": (7, ("How long does KYC take?",), ("什么是KYC认证",)),
    "trading": (
        14,
        ("My limit order was not filled", "What are the futures fees?"),
        ("下单失败", "手续费怎么算"),
    ),
    "technical": (7, ("The app crashes when I open a chart",), ("打开行情就闪退",)),
    "platform": (5, ("How does grid trading work?",), ("网格交易怎么用",)),
    "security_question": (4, ("How do I set up 2FA?",), ("怎么设置双重验证",)),
    "account_takeover": (
        4,
        ("My account was hacked", "Somebody else is logged in to my account"),
        ("我的账户被盗了", "异常登录不是我"),
    ),
    "phishing": (2, ("I got a phishing mail in your name",), ("收到钓鱼邮件",)),
    "c2c_dispute": (5, ("I have paid, and the seller will not release",), ("已付款但卖家不放币",)),
    "frozen_assets": (2, ("My funds are frozen",), ("我的资金冻结了",)),
    "compliance": (1, ("How are you regulated?",), ("平台受哪里监管",)),
}
# Late withdrawal, no way in, somebody else is in.
_ELSEWHERE = {
    "ja": ("出金がまだ届きません", "ログインできません", "アカウントが乗っ取られました"),
    "ko": ("출금이 아직 도착하지 않았어요", "로그인이 안 돼요", "계정이 해킹당했어요"),
    "vi": ("Tôi rút tiền mà chưa nhận được", "Tôi không đăng nhập được", "Tài khoản của tôi bị hack"),
    "th": ("ถอนเงินแล้วยังไม่ได้รับ", "เข้าสู่ระบบไม่ได้", "บัญชีของฉันถูกแฮก"),
    "id": ("Penarikan saya belum masuk", "Saya tidak bisa masuk", "Akun saya diretas"),
    "fil": ("Hindi pa dumarating ang withdrawal ko", "Hindi ako makapag-log in", "Na-hack ang account ko"),
    "hi": ("मेरी निकासी अभी तक नहीं आई", "मैं लॉग इन नहीं कर पा रहा", "मेरा खाता हैक हो गया"),
    "tr": ("Para çekme işlemim hâlâ gelmedi", "Giriş yapamıyorum", "Hesabım ele geçirildi"),
    "ar": ("لم يصل السحب بعد", "لا أستطيع تسجيل الدخول", "تم اختراق حسابي"),
    "fa": ("برداشت من هنوز نرسیده است", "نمی‌توانم وارد شوم", "حساب من هک شده است"),
    "ru": ("Вывод до сих пор не пришёл", "Не могу войти", "Мой аккаунт взломали"),
    "uk": ("Виведення досі не надійшло", "Не можу увійти", "Мій акаунт зламали"),
    "de": ("Meine Auszahlung ist noch nicht da", "Ich kann mich nicht anmelden", "Mein Konto wurde gehackt"),
    "fr": ("Mon retrait n'est pas arrivé", "Je ne peux pas me connecter", "Mon compte a été piraté"),
    "es": ("Mi retiro no ha llegado", "No puedo iniciar sesión", "Hackearon mi cuenta"),
    "pt": ("Meu saque ainda não chegou", "Não consigo entrar", "Minha conta foi invadida"),
    "it": ("Il mio prelievo non è arrivato", "Non riesco ad accedere", "Il mio account è stato violato"),
    "pl": ("Moja wypłata nie dotarła", "Nie mogę się zalogować", "Ktoś włamał się na moje konto"),
}
_ELSEWHERE_TOPICS = ("withdrawal", "account_access", "account_takeover")
LANGUAGES = ("en", "zh", *_ELSEWHERE)
_CHANNELS = ("chat", "web", "email", "phone", "social_message")
_CHANNEL_WEIGHTS = (62, 14, 12, 7, 5)


class Written(NamedTuple):
    """A message that comes in.

    Attributes:
        text: What somebody wrote.
        language: In which language.
        channel: By which channel.
        category: What the form says it is about; None where the words are read.
    """

    text: str
    language: str
    channel: str
    category: str | None


def written(chance: Random) -> Written:
    """The next message: a third in English, a third in Chinese, the rest in eighteen other languages."""
    [language] = chance.choices(("zh", "en", chance.choice(LANGUAGES[2:])), (36, 28, 36))
    [channel] = chance.choices(_CHANNELS, _CHANNEL_WEIGHTS)
    if language in _ELSEWHERE:
        [topic] = chance.choices(range(3), (60, 34, 6))
        text, category = _ELSEWHERE[language][topic], _ELSEWHERE_TOPICS[topic]
    else:
        topics = list(_ENGLISH_AND_CHINESE)
        [name] = chance.choices(topics, [_ENGLISH_AND_CHINESE[topic][0] for topic in topics])
        _, english, chinese = _ENGLISH_AND_CHINESE[name]
        text, category = chance.choice(english if language == "en" else chinese), None
    if text in _IN_APP:
        channel = chance.choice(("security", channel))
    return Written(text, language, channel, category)


_IN_APP = {
    *_ENGLISH_AND_CHINESE["account_takeover"][1],
    *_ENGLISH_AND_CHINESE["account_takeover"][2],
    *(texts[2] for texts in _ELSEWHERE.values()),
}
