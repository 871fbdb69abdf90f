"""What an agent may not ask, in every language of the packs: phrases that were written before the words."""

import tomllib
from pathlib import Path

import pytest

from desk.office import desk
from supportflow.exceptions import Refused
from supportflow.triage.asking import asked_secret

FILES = sorted((Path(__file__).parent / "phrases" / "asking").glob("*.toml"))


def heard(path):
    """How many requests were heard of how many, and how many harmless replies were taken for one."""
    phrases = tomllib.loads(path.read_text("utf-8"))
    asked, other = phrases["asks_secret"], phrases["asks_nothing"]
    return sum(map(bool, map(asked_secret, asked))), len(asked), sum(map(bool, map(asked_secret, other)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_requests_are_heard_and_warnings_let_through(path):
    found, of, false = heard(path)
    assert found >= of - 2
    assert false <= 1


def test_over_all_languages():
    figures = [heard(path) for path in FILES]
    found, of, false = (sum(column) for column in zip(*figures, strict=True))
    assert found >= 0.95 * of
    assert false <= 0.02 * of


@pytest.mark.parametrize(
    "text",
    [
        "你登录密码多少",
        "把谷歌那个六位数发我",
        "帮您核实需要您的私钥",
        "¿Me pasa su contraseña?",
        "Пришлите код из смс",
        "SMS ile gelen kodu söyler misiniz?",
        "パスワードを教えてください",
    ],
)
def test_a_reply_that_asks_is_refused(text):
    one = desk()
    ticket = one.open(subject="help", requester="ana").ticket
    with pytest.raises(Refused):
        one.reply(ticket, body=text, by="sam")
    assert one.get(ticket.id).replies == 0


@pytest.mark.parametrize(
    "text",
    [
        "Anh vui lòng gửi mã giao dịch và ảnh biên lai giúp em.",
        "Envoyez-nous le code de la transaction.",
        "Qual è il codice di errore?",
        "Quel est le code postal ?",
        "Nennen Sie mir bitte den Code der Bestellung.",
        "Kirim kode errornya ya.",
        "Envíeme el código de error, por favor.",
        "Me informe o código do pedido.",
        "Bitte nennen Sie mir den Fehlercode.",
        "Podaj kod błędu.",
        "Пришлите код ошибки, пожалуйста",
        "Надішліть код помилки",
        "Hata kodunu yazar mısınız?",
        "エラーコードを教えてください。",
        "오류 코드를 알려주세요.",
        "ارسل لي رمز الخطأ",
        "لطفا کد پیگیری را ارسال کنید",
        "कृपया एरर कोड भेजें",
        "กรุณาแจ้งรหัสคำสั่งซื้อ",
        "Pakisend po ang reference code.",
        "Please send me the referral code that you used.",
        "请把错误代码发给我。",
        "Nunca comparta su contraseña con nadie.",
        "Никому не сообщайте код, даже нам.",
        "Şifrenizi kimseyle paylaşmayın.",
        "パスワードは誰にも教えないでください。",
        "请勿把验证码告诉任何人",
        "Danke, wir prüfen Ihre Einzahlung und melden uns.",
        "Votre retrait est en cours, merci de votre patience.",
    ],
)
def test_what_an_agent_should_say_is_sent(text):
    one = desk()
    ticket = one.open(subject="help", requester="ana").ticket
    assert one.reply(ticket, body=text, by="sam").ticket.replies == 1
