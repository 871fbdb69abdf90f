"""A frightening word in a harmless matter is no incident, and an incident with a story around it stays one."""

import tomllib
from pathlib import Path

import pytest

from supportflow.triage.lexicon import LexiconClassifier, shipped

CLASSIFIER = LexiconClassifier([shipped("common"), shipped("exchange")])


def told(text):
    signals = CLASSIFIER.classify(text)
    if signals.priority_class != "security":
        return signals.priority_class
    return "question" if signals.informational else "incident"


OLD_STORY = [
    "My brother-in-law was swindled thirty years ago over a timeshare, so he frowns at all this",
    "Meine Tante wurde vor zehn Jahren von einem Heiratsschwindler betrogen",
    "A mi cuñado le robaron hace quince años con una pirámide",
    "Mon oncle s'est fait arnaquer il y a vingt ans par un faux banquier",
    "Mio cognato è stato truffato trent'anni fa, vent'anni fa e dieci anni fa",
    "Mojego wujka oszukali piętnaście lat temu na złocie",
    "Тётю двадцать лет назад обманули мошенники с квартирой",
    "我表姐十几年前被人骗过一次",
    "義兄は二十年前に投資詐欺にあいました",
]
EXPLAINED = [
    "The login from an unknown device was only my new laptop",
    "Das unbekannte Gerät in der Liste war mein neues Tablet",
    "El acceso extraño de ayer era mi portátil nuevo",
    "Nieznane logowanie to był mój nowy telefon",
    "陌生登录其实是我自己的平板，虚惊一场",
    "知らない端末からのログインは自分の新しいタブレットでした",
    "코인이 사라졌는데 알고 보니 다른 지갑에 있었어요",
]
STAGED = [
    "Somebody hacked my wallpaper to read 'you have been hacked', an April fool from the office",
    "Der Schiedsrichter hat unser Team beraubt",
    "社内の標的型訓練で偽メールが届きました",
]
UNTOUCHED = [
    "I hung up on a caller claiming to be from your support, do you phone people?",
    "Eine Mail mit Ihrem Logo will meinen Code, ich habe nichts angeklickt, ist die von Ihnen?",
    "有人打电话自称是你们客服，我没理就挂了，你们会打电话吗",
    "Мне звонили от вашего имени, ничего не сказал и положил трубку, вы так делаете?",
]


IDIOMS = [
    "Your staff stole my heart at the fair",
    "Los de su stand me robaron el corazón",
    "你们客服偷走了我的心",
    "Dobrze, że to nie wy",
    "เมลฟิชชิงที่ส่งเช้านี้เป็นการซ้อม",
]


@pytest.mark.parametrize("text", [*OLD_STORY, *EXPLAINED, *STAGED, *UNTOUCHED, *IDIOMS])
def test_frightening_words_in_a_harmless_matter_are_no_incident(text):
    assert told(text) != "incident"


@pytest.mark.parametrize(
    "text",
    [
        # an old story beside what happens now
        "Years ago it was my uncle who got scammed, and today it happened to me",
        "Thirty years ago they robbed my cousin, but last night my coins were stolen",
        "The wallet that I set up years ago was drained",
        "Vor zehn Jahren wurde mein Onkel betrogen, und heute sind meine Coins gestohlen worden",
        "Hace años le robaron a mi cuñado y anoche me robaron a mí las monedas",
        "Двадцать лет назад дядю обманули, а сегодня украли монеты у меня",
        "十年前我表哥被骗，今天轮到我，币被盗了",
        "義兄が十年前に騙されましたが、今度は私のコインが盗まれました",
        # what was thought harmless and is none
        "I thought it was a joke but my coins are really gone",
        "It is no prank: somebody withdrew my coins and I did not do that",
        "I took it for a drill but then my account was really hacked",
        "Ich hielt es für einen Scherz, aber meine Coins sind wirklich weg",
        "Pensé que era una broma pero me robaron las monedas de verdad",
        "以为是恶作剧，可是币真的被转走了",
        "訓練かと思いましたが、コインが盗まれました",
        # what turned out, and was somebody else
        "It turned out somebody had logged in from another country and withdrawn my coins",
        "Turned out to be my old phone that was stolen, and the thief withdrew everything",
        "Es stellte sich heraus, dass sich jemand in mein Konto eingeloggt und alles abgehoben hat",
        "Resultó que alguien entró en mi cuenta y retiró todo",
        "Оказалось, что кто-то вошёл в мой аккаунт и вывел всё",
        "原来是有人登录了我的账户，把币转走了",
        "誰かが私の口座にログインして、コインを送金していたと判明しました",
        # what was explained in a sentence of its own takes nothing from another
        "The new device was only my tablet. But somebody else withdrew all my coins",
        "The login was my tablet, the withdrawal was not made by me",
        "Logowanie to był mój tablet. Wypłaty nie zrobiłem ja, ukradli mi wszystko",
        "陌生登录是我自己的平板。但是币被人转走了",
        # nor does it in the same sentence, from another matter
        "Somebody else withdrew all my coins, the unknown device was my new tablet",
        "The unknown device was my new tablet, but somebody else withdrew all my coins",
        "The login was my tablet, somebody else withdrew my coins",
        "My e-mail was changed by somebody, the strange login was me on holiday",
        "Das Login war mein Tablet, aber jemand anders hat meine Coins abgehoben",
        "Se han llevado mis monedas, el dispositivo desconocido era mi tele nueva",
        "Mes jetons ont disparu, l'appareil inconnu était ma nouvelle tablette",
        "Alguém sacou minhas moedas, o dispositivo desconhecido era meu tablet novo",
        "Кто-то вывел мои монеты, неизвестное устройство было моим планшетом",
        "Biri coinlerimi çekti, bilinmeyen cihaz yeni tabletimdi",
        "知らない端末は自分の新しいタブレットでしたが、コインが全部なくなっています",
        "모르는 기기는 제 새 태블릿이었는데 코인이 다 사라졌어요",
        "我的币全没了，那个陌生设备是我的新平板",
        "多年前我舅舅被骗过，今天我的账户也被盗了",
        # a figure of speech beside what was taken
        "She stole my heart and then my coins were stolen",
        "พวกนั้นขู่ซ้อมผมถ้าไม่จ่าย",
        # leave that was given to a stranger, or none that was given
        "I let him use my computer over AnyDesk and he logged in and withdrew my coins",
        "Somebody logged in, not with my permission",
        # who touched nothing and lost all the same
        "I have not clicked anything and my coins are gone",
        "Nichts angeklickt, und trotzdem ist mein Guthaben weg",
        "什么都没点，币却没了",
    ],
)
def test_a_story_around_an_incident_takes_nothing_from_it(text):
    assert told(text) == "incident"


BESIDE = {
    "en": (
        "the unknown device was my new tablet",
        "our IT runs a phishing drill",
        "years ago my uncle was swindled",
    ),
    "zh-Hans": ("那个陌生设备是我的新平板", "公司这个月搞钓鱼演练", "多年前我舅舅被骗过"),
    "es": ("el dispositivo desconocido era mi tableta nueva", "hace años estafaron a mi tío"),
    "ru": ("неизвестное устройство было моим планшетом", "много лет назад дядю обманули"),
}
PHRASES = Path(__file__).with_name("phrases")


@pytest.mark.parametrize("language", BESIDE)
def test_nothing_harmless_in_the_same_sentence_hides_an_incident(language):
    written = tomllib.loads((PHRASES / f"{language}.toml").read_text("utf-8"))["incident"]
    comma = "，" if language == "zh-Hans" else ", "
    short = [text.rstrip(".!。！ ") for text in written if not set(".!?。！？") & set(text[:-1])]
    heard = [text for text in short if told(text) == "incident"][:25]
    assert len(heard) >= 15
    for beside in BESIDE[language]:
        hidden = [
            joined
            for text in heard
            for joined in (f"{beside}{comma}{text}", f"{text}{comma}{beside}")
            if told(joined) != "incident"
        ]
        assert hidden == []
