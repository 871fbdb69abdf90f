"""What the shipped model doubts: what rules assert and it finds unlike an incident is told as a question, and no more."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import Desk
from supportflow.policy import CompiledPolicy, Policy
from supportflow.policy.presets import preset
from supportflow.triage.lexicon import LexiconClassifier, shipped
from supportflow.triage.reading import (
    Pack,
    Reader,
    Reading,
    ReadingRule,
    RuleSet,
    shipped_model,
    shipped_packs,
    shipped_rules,
)
from supportflow.triage.reading.model import parse_reading_model
from supportflow.triage.reading.pieces import numbers

LEXICONS = ("common", "exchange")
DOUBTING = CompiledPolicy(Policy(lexicons=LEXICONS)).classifier
BELIEVING = CompiledPolicy(Policy(lexicons=LEXICONS, reading=Reading(doubts=False))).classifier
RANK = {"security": 0, "dispute": 1, "general": 2}


def model(raises, *, bias=0.0, languages=("en",), priority_class="security", word="film"):
    """A model of one word, which speaks against an incident."""
    pieces = bytearray(1 << 14)
    for number in numbers([word], (1 << 14) - 1):
        pieces[number] = 0x100 - 1
    head = {
        "name": "unlike an incident",
        "kind": "doubt",
        "class": priority_class,
        "category": None,
        "flag": None,
        "bias": bias,
        "unit": 1.0,
        "pieces": base64.b64encode(bytes(pieces)).decode(),
        "roles": {},
        "raises": raises,
        "measured": {},
    }
    document = {
        "format": "supportflow reading model",
        "version": 1,
        "bits": 14,
        "about": {"languages": list(languages)},
        "heads": [head],
    }
    return parse_reading_model(json.dumps(document).encode())


def rules(doubted="security_question", **changes):
    rule = {"name": "robbed", "category": "theft", "class": "security", "all": ["stolen"], **changes}
    return RuleSet(name="mine", doubted=doubted, rules=(ReadingRule.model_validate(rule),))


ENGLISH = Pack(tag="en", name="English", scripts=("Latn",), roles={"stolen": ("stolen",)})


REST = "about a stolen coin and its owner"
FILM = f"my film, {REST}"


def read(text, sets, doubting, packs=(ENGLISH,)):
    return [
        (one.need.set_name, one.status, one.mood)
        for one in Reader(packs, sets, doubting=doubting and (lambda: doubting)).read(text)
    ]


def test_what_weighs_less_than_it_must_is_doubted_and_names_the_model():
    unsure = model(-0.5)
    assert read(f"my book, {REST}", [rules()], unsure) == [("mine", "asserted", None)]
    assert read(FILM, [rules()], unsure) == [("mine", "doubted", unsure.name)]
    assert read(FILM, [rules()], None) == [("mine", "asserted", None)]


def test_what_weighs_just_enough_is_believed():
    assert read(f"my book, {REST}", [rules()], model(1.0, bias=1.0))[0][1] == "asserted"
    assert read(f"my book, {REST}", [rules()], model(1.001, bias=1.0))[0][1] == "doubted"


def test_a_few_words_are_believed_whatever_they_weigh():
    surely = model(9.0)
    assert read("film: coins stolen", [rules()], surely)[0][1] == "asserted"
    assert read("film: my coins stolen", [rules()], surely)[0][1] == "doubted"
    assert read("stolen. Hello there, my dear friends", [rules()], surely)[0][1] == "asserted"
    assert read(f"{FILM}. Stolen, all!", [rules()], surely)[0][1] == "asserted"
    assert read(f"{FILM}. Hello there, all", [rules()], surely)[0][1] == "doubted"


def test_only_sets_that_let_it_are_doubted():
    """A host's own rule stands, and so does its class, whatever a model says that never heard of it."""
    host = RuleSet(name="host", rules=rules().rules)
    assert read(FILM, [rules(), host], model(0.0)) == [
        ("mine", "doubted", model(0.0).name),
        ("host", "asserted", None),
    ]


def test_a_language_that_it_does_not_know_is_not_doubted():
    dutch = Pack(tag="nl", name="Nederlands", scripts=("Latn",), roles={"stolen": ("gestolen",)})
    text = "een film over een gestolen munt"
    assert read(text, [rules()], model(0.0), [dutch])[0][1] == "asserted"
    assert read(text, [rules()], model(0.0, languages=("nl",)), [dutch])[0][1] == "doubted"


def test_another_class_is_not_doubted():
    assert read(FILM, [rules(**{"class": "dispute"})], model(0.0))[0][1] == "asserted"
    assert read(FILM, [rules()], model(0.0, priority_class="dispute"))[0][1] == "asserted"


def test_one_sentence_that_is_believed_is_enough():
    assert read(FILM, [rules()], model(-0.5))[0][1] == "doubted"
    assert read(f"{FILM}. Hello there", [rules()], model(-0.5))[0][1] == "asserted"


def test_what_is_said_again_weighs_no_more():
    """Else whoever repeats a story three times would be believed, and whoever shouts."""
    story = model(1.5, bias=2.0)
    once = story.weight(["my film"], {}, story.heads[0])
    assert story.weight(["my film"] * 3, {}, story.heads[0]) == once
    assert story.weight(["my film", "our house", "my film"], {}, story.heads[0]) == 2.0  # of the house alone


STORIES = [
    "My neighbour tells everybody that his cousin was hacked, what a fuss",
    "The market robbed me today, nobody to blame, lesson learned",
    "Our yoga teacher was scammed by a gym years ago, she says hello by the way",
    "Mein Nachbar erzählt seit Wochen, dass sein Schwager gehackt wurde, nervt",
]
"""Rules hear an incident in them."""


def test_a_story_is_told_as_a_question_and_says_why():
    for text in STORIES:
        believed = BELIEVING.classify(text)
        assert (believed.priority_class, believed.informational) == ("security", False)
        found = DOUBTING.classify(text)
        assert (found.priority_class, found.informational, found.agency) == ("security", True, False)
        assert found.flags == ("doubted",)
        assert any(
            one.entry.endswith(f", doubted by {shipped_model().name})") and one.parts
            for one in found.evidence
        )


SHORT = """I was hacked|my account was hacked|I was scammed|my coins are gone|my phone was stolen
被盗|被骗了|账户被盗了|币没了|手机丢了|遇到假客服|帳號被盜了|錢包被盜|啲幣唔見咗|畀人呃咗
me hackearon la cuenta|me robaron las monedas|me estafaron|mi teléfono fue robado
mein Konto wurde gehackt|meine Coins sind weg|ich wurde betrogen|mein Handy wurde gestohlen
on m'a piraté|on m'a volé mes jetons|je me suis fait arnaquer|mon compte a été piraté
minha conta foi hackeada|roubaram minhas moedas|caí num golpe|meu celular foi roubado
mi hanno hackerato l'account|mi hanno rubato le monete|sono stato truffato
меня взломали|мой аккаунт взломали|у меня украли монеты|меня обманули мошенники
мене зламали|мій акаунт зламали|у мене вкрали монети|мене обдурили шахраї
hesabım hacklendi|coinlerim çalındı|dolandırıldım|telefonum çalındı
تم اختراق حسابي|سرقوا عملاتي|تعرضت للاحتيال|حسابم هک شد|ارزهایم را دزدیدند|کلاهبرداری شدم
मेरा अकाउंट हैक हो गया|मेरे कॉइन चोरी हो गए|मेरे साथ धोखा हुआ
akun saya diretas|koin saya dicuri|saya ditipu|tài khoản của tôi bị hack|coin của tôi bị mất|tôi bị lừa
บัญชีผมโดนแฮก|เหรียญผมหายหมด|โดนหลอก|アカウントが乗っ取られました|コインが盗まれました|詐欺に遭いました
계정이 해킹당했어요|코인이 도난당했어요|사기당했어요|na-hack ang account ko|ninakaw ang coins ko|na-scam ako
zhakowano mi konto|ukradli mi monety|zostałem oszukany"""


@pytest.mark.parametrize("text", [text for line in SHORT.splitlines() for text in line.split("|")])
def test_who_says_it_in_a_few_words_is_believed(text):
    believed = BELIEVING.classify(text)
    assert (believed.priority_class, believed.informational) == ("security", False)
    assert DOUBTING.classify(text) == believed


@pytest.mark.parametrize(
    "text",
    [
        "I got a phishing email that pretends to be from you.",
        "我收到了冒充你们的钓鱼邮件。",
        "Ich habe eine gefälschte Mail bekommen, die so tut, als käme sie von euch",
        "Me llegó un correo falso que se hace pasar por ustedes",
    ],
)
def test_who_reports_a_false_mail_is_believed(text):
    """A wave of them is counted by what they are about."""
    assert BELIEVING.classify(text).category == "phishing"
    assert DOUBTING.classify(text) == BELIEVING.classify(text)


def test_a_rule_that_is_believed_is_not_doubted():
    assert read(FILM, [rules(believed=True)], model(0.0))[0][1] == "asserted"


def test_nothing_that_harms_rests_on_what_is_doubted():
    policy = preset("exchange").model_copy(update={"lexicons": LEXICONS})
    for text in STORIES:
        ticket = Desk(policy).open(subject=text, requester="ana").ticket
        assert not [one for one in ticket.actions if one.action == "freeze"]


def test_a_policy_may_do_without_doubt():
    assert Reading().doubts
    assert '"doubts"' not in Policy(reading=Reading(languages=("en",))).canonical
    assert all(not BELIEVING.classify(text).flags for text in STORIES)


def test_a_lexicon_alone_doubts_as_a_policy_does():
    plain = LexiconClassifier([shipped(name) for name in LEXICONS])
    assert [plain.classify(text) for text in STORIES] == [DOUBTING.classify(text) for text in STORIES]


def test_every_shipped_language_can_be_doubted():
    assert shipped_model().languages == {pack.tag for pack in shipped_packs()}
    assert {name for name in ("incidents", "exchange", "weighed") if shipped_rules(name).doubted} == {
        "incidents",
        "weighed",
    }


ADDED = st.one_of(
    st.sampled_from(
        [
            "How do I change the colour?",
            "It was a great film.",
            "没事了，谢谢。",
            "I read that somebody was hacked?",
            "The seller does not release my coins.",
            "My account was hacked",
            "😀" * 9,
            "\u200b",
        ]
    ),
    st.text(max_size=40),
)


@settings(max_examples=60)
@given(st.sampled_from([*STORIES, "my coins are gone", "我的账户被盗了"]), ADDED, ADDED)
def test_what_is_added_in_lines_of_its_own_makes_nothing_more_doubtful(text, before, behind):
    alone, more = DOUBTING.classify(text), DOUBTING.classify(f"{before}\n{text}\n{behind}")
    assert RANK[more.priority_class] <= RANK[alone.priority_class]
    if alone.priority_class == "security" and not alone.informational:
        assert not more.informational


@settings(max_examples=60)
@given(st.one_of(ADDED, st.sampled_from(STORIES)))
def test_doubt_takes_no_text_out_of_its_class(text):
    """It is told as a question of that class: a person reads it, and no bot."""
    believed, doubting = BELIEVING.classify(text), DOUBTING.classify(text)
    assert doubting.priority_class == believed.priority_class
    assert doubting.raised_for_review <= believed.raised_for_review
