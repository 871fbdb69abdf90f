"""The reader: folding, phrases, clauses, rules over roles, and what no added text takes back."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow.exceptions import DefinitionError
from supportflow.triage.reading import (
    ROLES,
    SHIPPED_PACKS,
    Derivation,
    Mood,
    Pack,
    Reader,
    ReadingRule,
    RuleSet,
    shipped_packs,
    shipped_rules,
)
from supportflow.triage.reading.compiled import CompiledPack
from supportflow.triage.reading.folding import fold

LOST = ReadingRule.model_validate({
    "name": "value gone", "category": "loss", "class": "security", "all": ["gone", "asset"], "asked": "question",
})  # fmt: skip


def reader(roles, *, rules=(LOST,), derived=(), moods=(), **pack):
    pack = Pack.model_validate({"tag": "en", "name": "test", "scripts": ["Latn"], **pack, "roles": roles})
    return Reader([pack], [RuleSet(name="t", rules=rules, derived=derived, moods=moods)])


WORDS = {"gone": ("gone, went missing",), "asset": ("@coin", "my? money"), "not": ("not",)}
SETS = {"coin": ("btc, e-gold",)}


def said(found, text):
    return [(one.status, [(p.role, text[p.start : p.end]) for p in one.parts]) for one in found]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("my money is gone", ["gone", "my money"]),
        ("MY  MONEY is GONE", ["GONE", "MY  MONEY"]),
        ("gone is the e-gold", ["gone", "e-gold"]),
        ("the btc went missing!", ["went missing", "btc"]),
        ("ＢＴＣ　ｇｏｎｅ", ["ｇｏｎｅ", "ＢＴＣ"]),
        ("b\u00adtc g\u200bone", ["g\u200bone", "b\u00adtc"]),
        ("bt\u0301c is go\u0308ne", ["go\u0308ne", "bt\u0301c"]),
    ],
)
def test_roles_that_stand_together_are_found_where_they_stand(text, words):
    [(status, parts)] = said(reader(WORDS, sets=SETS).read(text), text)
    assert (status, [found for _, found in parts]) == ("asserted", words)


@pytest.mark.parametrize(
    "text",
    [
        "btc. All of it is gone",  # another sentence
        "btc, you know, gone",  # another clause
        "btcs gone",  # another word
        "went, missing btc",  # a phrase crosses no comma
        "my mon-ey gone",
        "the btc is not gone",
        "gone " + "words " * 13 + "btc",  # too far away
        "",
    ],
)
def test_what_does_not_stand_together_is_not_found(text):
    assert reader(WORDS, sets=SETS).read(text) == []


@pytest.mark.parametrize(
    ("scope", "text", "found"),
    [
        ("sentence", "btc, you know, gone", True),
        ("sentence", "btc. It is gone", False),
        ("near", "btc. It is gone", True),
        ("near", "btc. One. Two. It is gone", False),
    ],
)
def test_scopes(scope, text, found):
    rule = LOST.model_copy(update={"scope": scope})
    assert bool(reader(WORDS, sets=SETS, rules=(rule,)).read(text)) is found


def test_order_exceptions_and_derived_roles():
    roles = {
        "gone": ("gone",),
        "asset": ("btc",),
        "me": ("i",),
        "not": ("not",),
        "act": ("do",),
        "fails": ("error",),
    }
    ordered = LOST.model_copy(update={"ordered": True})
    assert reader(roles, rules=(ordered,)).read("gone is my btc")
    assert not reader(roles, rules=(ordered,)).read("my btc is gone")
    careful = LOST.model_copy(update={"unless_here": ("fails",), "scope": "sentence"})
    assert not reader(roles, rules=(careful,)).read("btc gone with an error")
    assert reader(roles, rules=(careful,)).read("btc gone, an error")  # what fails elsewhere follows from it
    paid = LOST.model_copy(update={"unless": ("transit",), "scope": "sentence"})
    moving = {**roles, "transit": ("pending",)}
    assert not reader(moving, rules=(paid,)).read("btc gone, it is pending")
    assert reader(moving, rules=(paid,)).read("btc gone. it is pending")
    mine = ReadingRule.model_validate({"name": "not by me", "all": ["not_me"], "negatable": False})
    derived = (Derivation(role="not_me", all=("act", "not", "me"), within=2),)
    text = "that i did not do"
    [finding] = reader(roles, rules=(mine,), derived=derived).read(text)
    assert text[finding.parts[0].start : finding.parts[0].end] == "i did not do"
    assert not reader(roles, rules=(mine,), derived=derived).read("i. not do")


MOODS = (
    Mood(name="how", roles=("ask_how",), unless=("remedy",)),
    Mood(name="game", roles=("example",), side="both", makes="nothing"),
)
MOODY = {**WORDS, "ask_how": ("how do",), "example": ("in a game",), "remedy": ("report",)}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("how do i know that my btc is gone", "question"),
        ("how do i know. my btc is gone", "asserted"),
        ("my btc is gone how do i go on", "asserted"),
        ("how do i report that my btc is gone", "asserted"),
        ("my btc is gone in a game", None),
        ("how do you know that btc is gone; it is, my btc is gone", "asserted"),
    ],
)
def test_moods(text, status):
    found = reader(MOODY, sets=SETS, moods=MOODS).read(text)
    assert [one.status for one in found] == ([status] if status else [])


def test_a_rule_resists_the_moods_that_it_names():
    rule = LOST.model_copy(update={"resists": ("how",)})
    assert (
        reader(MOODY, sets=SETS, moods=MOODS, rules=(rule,)).read("how do i know btc is gone")[0].status
        == "asserted"
    )


def test_what_stands_inside_a_harmless_name_is_not_read():
    roles = {**WORDS, "nothing": ("gone with the wind",)}
    assert not reader(roles, sets=SETS).read("btc gone with the wind")
    assert reader(roles, sets=SETS).read("btc gone with the wind is gone")


@pytest.mark.parametrize(
    ("phrase", "word", "found"),
    [
        ("hack*", "hackeado", True),
        ("hack*", "shack", False),
        ("*konto", "Sparkonto", True),
        ("*konto", "kontonummer", False),
        ("*해킹*", "계정해킹당했어요", True),
        ("don't", "don’t", True),
        ("don't", "dont", False),
        ("contraseña", "contrasena", True),
        ("contrasena", "CONTRASEÑA", True),
        ("straße", "STRASSE", True),
        ("пароль", "ПАРОЛЬ", True),
        ("کیف", "كيف", True),
        ("أموالي", "اموالي", True),
    ],
)
def test_words_may_be_parts_and_are_folded(phrase, word, found):
    rule = ReadingRule(name="r", all=("asset",))
    scripts = ("Latn", "Hang", "Cyrl", "Arab")
    found_with = [reader({"asset": (phrase,)}, rules=(rule,), scripts=[one]).read(word) for one in scripts]
    assert any(found_with) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("coins from my wallet to his are gone", True),
        ("coins from 3 to his are gone", True),
        ("coins from my old wallet to his are gone", True),
        ("coins from to his are gone", False),
        ("coins from my very old wallet to his are gone", False),
        ("coins from my, wallet to his are gone", False),
    ],
)
def test_any_word_may_stand_inside_a_phrase(text, found):
    words = reader({"gone": ("gone",), "asset": ("from * *? *? to his",)})
    assert bool(words.read(text)) is found


def test_a_place_for_any_word_makes_no_word_known():
    """Else the pack would be thought to know every language, and read it."""
    portuguese = tagged("pt", "um * *? dois")
    compiled = CompiledPack(portuguese, dict.fromkeys(portuguese.roles, 1))
    assert compiled.bare.known(["due", "tre", "uno"]) == 0
    assert compiled.bare.known(["dois", "due", "um"]) == 2
    italian = tagged("it", "uno due tre")
    rules = RuleSet(name="t", rules=(ReadingRule(name="r", all=("asset",)),))
    assert {one.tag for one in Reader([portuguese, italian], [rules]).read("uno due tre")} == {"it"}


def test_what_is_written_together_with_the_beginning_of_a_word():
    rule = ReadingRule(name="r", all=("asset",))
    arabic = reader({"asset": ("حساب*",)}, rules=(rule,), scripts=["Arab"], prefixes=["و", "ال", "بال"])
    assert all(arabic.read(text) for text in ("حسابي", "وحسابي", "الحساب", "بالحساب"))
    assert not arabic.read("محاسب")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tôi bị mất tiền", True),
        ("toi bi mat tien", True),
        ("mã bí mật của tôi", False),
        ("mật khẩu mat", False),
    ],
)
def test_accents_count_where_a_line_has_some(text, found):
    rule = ReadingRule(name="r", all=("gone",))
    vietnamese = reader({"gone": ("mất",)}, rules=(rule,), marks="when_written")
    assert bool(vietnamese.read(text)) is found
    assert bool(vietnamese.read(unicodedata.normalize("NFD", text))) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("我的幣沒了", True),
        ("我的usdt没了", True),
        ("我的usdts没了", False),
        ("币 没了", False),
        ("币\n没了", False),
    ],
)
def test_packs_cut_into_characters(text, found):
    chinese = reader(
        {"gone": ("没 了",), "asset": ("币, usdt",)}, scripts=["Hani"], cut="characters", letters=2
    )
    assert bool(chinese.read(text)) is found


@pytest.mark.parametrize(
    ("pack", "problem"),
    [
        ({"roles": {"hacekd": ("x",)}}, "xx: unknown role 'hacekd'"),
        ({"roles": {"asset": ("@coin",)}}, "xx: asset: '@coin' names the unknown set 'coin'"),
        ({"roles": {"asset": ("a?",)}}, "xx: asset: 'a?' names no word"),
        ({"roles": {"asset": ("a|",)}}, "xx: asset: 'a|' has '', which is no word"),
        ({"roles": {"asset": ("*",)}}, "xx: asset: '*' begins or ends with any word"),
        ({"roles": {"asset": ("my *",)}}, "xx: asset: 'my *' begins or ends with any word"),
        ({"roles": {"asset": ("*? coins",)}}, "xx: asset: '*? coins' begins or ends with any word"),
        ({"roles": {"asset": ("**",)}}, "xx: asset: '**' has '**', which is no word"),
        ({"roles": {"asset": ("a * b",)}, "cut": "characters"}, "xx: asset: 'a * b' has '*', which is no word"),
        ({"roles": {"asset": ("a*",)}, "cut": "characters"}, "xx: asset: 'a*' has 'a*', which is no word"),
        (
            {"roles": {"asset": ("@s",)}, "sets": {"s": ("@t",)}},
            "xx: asset: '@s' names the set 's', which is more than a list of words",
        ),
        (
            {"roles": {"asset": (" ".join(["a|b|c|d|e|f"] * 6),)}, "cut": "characters"},
            f"xx: asset: {' '.join(['a|b|c|d|e|f'] * 6)!r} has 46656 forms; at most 10000 are allowed",
        ),
    ],
)  # fmt: skip
def test_a_pack_that_cannot_be_read_is_refused_with_every_problem(pack, problem):
    document = Pack.model_validate({"tag": "xx", "name": "x", "scripts": ["Latn"], **pack})
    with pytest.raises(DefinitionError) as refused:
        Reader([document], [])
    assert refused.value.problems == (problem,)


def test_rules_that_name_what_there_is_not_are_refused_with_every_problem():
    wrong = RuleSet(
        name="w",
        derived=(Derivation(role="nobody", all=("me",)),),
        moods=(Mood(name="m", roles=("moody",)),),
        rules=(ReadingRule(name="r", all=("asset|coin",), resists=("n",)),),
    )
    with pytest.raises(DefinitionError) as refused:
        Reader([], [wrong])
    assert refused.value.problems == (
        "w: derived 'nobody' names the unknown role 'nobody'",
        "w: mood 'm' names the unknown role 'moody'",
        "w: rule 'r' names the unknown role 'coin'",
        "w: rule 'r' resists the unknown mood 'n'",
    )


EXCUSED = ReadingRule(
    name="r", all=("moved", "not_me"), negatable=False, unless=("is_me", "transit", "own_cause", "fails")
)


@pytest.mark.parametrize("role", ["is_me", "transit", "own_cause", "fails"])
@pytest.mark.parametrize("denial", ["not_me", "disowns", "strange"])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("retiro no fui yo", True),
        ("retiro no vendi", True),
        ("retiro no fui yo, fui yo", False),
        ("fui yo el retiro, no vendi", False),
        ("retiro ajeno fui yo", False),
    ],
)
def test_an_excuse_inside_a_denial_excuses_nothing(role, denial, text, found):
    roles = {"moved": ("retiro",), denial: ("no fui yo, no vendi, ajeno",), role: ("fui yo, vendi",)}
    rule = EXCUSED.model_copy(update={"scope": "sentence", "all": ("moved", denial)})
    assert bool(reader(roles, rules=(rule,)).read(text)) is found


def tagged(tag, words):
    return Pack.model_validate(
        {"tag": tag, "name": tag, "scripts": ["Latn"], "hints": [words], "roles": {"asset": (words,)}}
    )


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("uno due tre", {"it"}),
        ("uno due um dois", {"it", "pt"}),
        ("uno due tre um dois", {"it"}),
        ("uno due tre um dois three", {"it", "en"}),
        ("um", {"pt"}),
        ("nada", set()),
    ],
)
def test_a_line_is_read_with_the_packs_that_know_its_words_and_with_those_that_know_nearly_as_many(
    text, tags
):
    words = {"en": "one, two, three", "it": "uno, due, tre", "pt": "um, dois", "de": "eins", "fr": "un"}
    packs = [tagged(tag, known) for tag, known in words.items()]
    found = Reader(packs, [RuleSet(name="t", rules=(ReadingRule(name="r", all=("asset",)),))]).read(text)
    assert {one.tag for one in found} == tags


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("раз два", {"ru"}),
        ("раз один два три", {"ru", "uk"}),
        ("один два чотири", {"uk"}),
        ("один", {"uk", "ru"}),
        ("п'ять", set()),
    ],
)
def test_neighbours_that_share_a_script_are_told_apart(text, tags):
    words = {"ru": "один, раз, два, три", "uk": "один, два, три, чотири"}
    packs = [tagged(tag, known).model_copy(update={"scripts": ("Cyrl",)}) for tag, known in words.items()]
    found = Reader(packs, [RuleSet(name="t", rules=(ReadingRule(name="r", all=("asset",)),))]).read(text)
    assert {one.tag for one in found} == tags


@pytest.mark.parametrize(
    ("scripts", "text", "read"),
    [
        (["Deva", "Latn"], "हैक", True),
        (["Deva", "Latn"], "hack ho gaya", True),
        (["Deva"], "hack ho gaya", False),
        (["Kana", "Hani"], "盗難", False),
        (["Kana", "Hani"], "盗難です", True),
    ],
)
def test_a_pack_is_read_for_its_first_script_and_for_latin_letters(scripts, text, read):
    pack = Pack.model_validate(
        {
            "tag": "x",
            "name": "x",
            "scripts": scripts,
            "cut": "characters",
            "roles": {"asset": ["हैक, hack, 盗難"]},
        }
    )
    found = Reader([pack], [RuleSet(name="t", rules=(ReadingRule(name="r", all=("asset",)),))]).read(text)
    assert bool(found) == read


@pytest.mark.parametrize(
    ("word", "written"),
    [("ज़ीरो", "जीरो"), ("जीरो", "ज़ीरो"), ("खरीदा", "ख़रीदा"), ("\u095eोन", "फोन"), ("मैं", "मैँ"), ("पढ़ा", "पढा")],
)
def test_dots_and_moons_of_devanagari_make_no_difference(word, written):
    pack = Pack.model_validate({"tag": "x", "name": "x", "scripts": ["Deva"], "roles": {"asset": [word]}})
    found = Reader([pack], [RuleSet(name="t", rules=(ReadingRule(name="r", all=("asset",)),))]).read(written)
    assert [(part.start, part.end) for one in found for part in one.parts] == [(0, len(written))]


@pytest.mark.parametrize(
    "text",
    [
        "вернув половину, каже решта то комісія. хай відпускає все",
        "вернул половину, говорит остальное комиссия. пусть отпускает всё",
        "still not releasing, says he received nothing",
    ],
)
def test_two_complaints_of_a_trade_need_no_name_for_the_other_side(text):
    assert any(one.need.rule.category == "c2c_dispute" for one in SHIPPED.read(text))


@pytest.mark.parametrize("text", ["хай відпускає", "отвечать отказался", "still not releasing"])
def test_one_complaint_alone_is_no_dispute(text):
    assert SHIPPED.read(text) == []


SHIPPED = Reader(shipped_packs(), [shipped_rules(name) for name in ("incidents", "exchange", "banking")])


CORE = {
    *(
        "asset",
        "account",
        "secret",
        "seed",
        "setting",
        "device",
        "movement",
        "page",
        "message",
        "gone",
        "moved",
        "stolen",
    ),
    *(
        "hacked",
        "changed",
        "given",
        "typed",
        "clicked",
        "deceived",
        "pretended",
        "impostor",
        "paid",
        "urged",
        "lost",
    ),
    *(
        "locked",
        "protect",
        "stranger",
        "strange",
        "outsider",
        "you",
        "not",
        "ask_how",
        "if",
        "nothing",
        "fails",
        "transit",
    ),
}


@pytest.mark.parametrize("tag", SHIPPED_PACKS)
def test_shipped_packs_are_whole(tag):
    source = next(one for one in shipped_packs() if one.tag == tag)
    pack = source.load()
    assert source.hints() == tuple(pack.hints)
    assert source.hints() or "Latn" not in source.scripts  # by which packs of one script are told apart
    assert (pack.tag, pack.scripts) == (tag, source.scripts)
    assert pack.sources
    Reader([pack], [shipped_rules("incidents")])
    assert set(pack.roles) <= set(ROLES)
    assert set(pack.roles) >= CORE, sorted(CORE - set(pack.roles))


SAID = (
    "my account was hacked|how do I|if|not|my ETH is gone|I did not do that|withdrawal|is it|?|,|.|\n|hackathon|our friend|"
    "我的|账户|被盗|怎么|如果|没有|币没了|不是我操作的|吗|，|。|钓鱼"
)
pieces = st.lists(st.sampled_from(SAID.split("|")), max_size=12).map(" ".join)


def strengths(found):
    """Rule → how much it says: 2 asserted, 1 asked."""
    best = {}
    for one in found:
        best[one.need.rule.name] = max(best.get(one.need.rule.name, 0), 2 if one.status == "asserted" else 1)
    return best


@given(text=pieces, before=pieces | st.text(max_size=40), after=pieces | st.text(max_size=40))
def test_lines_that_are_added_take_nothing_back(text, before, after):
    alone = strengths(SHIPPED.read(text))
    longer = strengths(SHIPPED.read(f"{before}\n{text}\n{after}"))
    assert all(longer.get(rule, 0) >= strength for rule, strength in alone.items())


@given(st.text(max_size=60))
def test_folding_keeps_places(text):
    for marks in (False, True):
        folded = fold(text, marks=marks)
        for start in range(len(folded.text)):
            first, last = folded.span(start, start + 1)
            assert 0 <= first < last <= len(text)


@given(pieces | st.text(max_size=80))
def test_the_same_text_reads_the_same_and_parts_lie_inside_it(text):
    found = SHIPPED.read(text)
    assert found == SHIPPED.read(text)
    assert all(0 <= part.start < part.end <= len(text) for one in found for part in one.parts)


STORY = ReadingRule.model_validate(
    {"name": "led to pay", "all": ["paid", "urged", "outsider"], "scope": "near", "within": 4}
)
TOLD = {"paid": ("paid",), "urged": ("told me",), "outsider": ("officer",)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("i paid what he told me", False),  # nobody leads
        ("an officer called, he told me so, and i paid", True),
        ("an officer with a badge and a coat told me so, and i paid", False),  # too far from what he said
        ("i paid. he told me to do it. the officer", True),
        ("the officer. a. b. c. told me. d. i paid", False),  # more than two clauses from both
    ],
)
def test_what_is_told_near_is_told_as_a_story(text, found):
    assert bool(reader(TOLD, rules=(STORY,)).read(text)) is found
    beside = STORY.model_copy(update={"scope": "sentence", "within": 40})
    assert not reader(TOLD, rules=(beside,)).read("i paid. he told me to do it. the officer")


def test_a_mood_may_be_for_some_events_only():
    mistaken = Mood(name="mistaken", roles=("thought",), makes="nothing", events=("gone",))
    roles = {**WORDS, "thought": ("thought",), "pretended": ("fake",)}
    fake = ReadingRule.model_validate({"name": "fake", "all": ["pretended"]})
    read = reader(roles, rules=(LOST, fake), sets=SETS, moods=(mistaken,)).read
    assert [one.need.rule.name for one in read("i thought my btc is gone")] == []
    assert [one.need.rule.name for one in read("i thought it was fake")] == ["fake"]
    with pytest.raises(DefinitionError, match="mood 'mistaken' names the unknown role 'absent'"):
        reader(roles, sets=SETS, moods=(mistaken.model_copy(update={"events": ("absent",)}),))


@pytest.mark.parametrize(
    "text",
    [
        "钱我都打过去了半个小时了，那个卖币的就是不点确认",
        "币没有给我放行，卖家拖了两个小时",
        "個賣家收咗錢都唔肯放幣",
        "the seller has my euros and has still not let go of the coins",
        "he keeps telling me to wait and won't hand over the usdt i paid for",
    ],
)
def test_who_does_not_hand_over_withholds(text):
    assert "exchange" in {
        one.need.set_name for one in SHIPPED.read(text) if one.need.rule.priority_class == "dispute"
    }


@pytest.mark.parametrize(
    "text",
    [
        "my deposit has not arrived",
        "充值两小时了没到账",
        "i thought my coins were gone but they are in the other wallet",
        "我还以为币被转走了，原来在理财里",
        "the market robbed me, liquidated twice",
        "一根针把我洗劫一空，爆仓",
    ],
)
def test_what_is_late_thought_or_the_market_is_no_event(text):
    assert [one for one in SHIPPED.read(text) if one.need.rule.priority_class is not None] == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Пока летел в самолёте, со счёта купили какой-то токен. Был в самолете", True),
        ("Z mojego konta sprzedano tokeny, byłem wtedy w pracy", True),
        ("وقتی تو هواپیما بودم از حسابم یه توکن خریدن", True),
        ("وانا في الطيارة اشتروا من حسابي توكن", True),
        ("Byłem w pracy, kiedy założyłem konto", False),
        ("В самолете был вайфай, купил токен сам", False),
    ],
)
def test_value_that_left_while_its_owner_was_elsewhere_is_an_incident(text, told):
    found = {one.need.rule.name for one in SHIPPED.read(text) if one.status == "asserted"}
    assert ("value left while its owner was elsewhere" in found) == told


OVER = [
    ("My account was hacked last year and it was resolved by your team", "My account was hacked last year"),
    ("A thief emptied my wallet in May but I was refunded", "A thief emptied my wallet in May"),
    ("被盗的币已经追回来了", "币被盗了"),
    ("tháng trước em bị lừa nhưng giải quyết xong rồi", "tháng trước em bị lừa"),
]
NOT_OVER = [
    "My account was hacked last year and it has not been resolved",
    "A thief emptied my wallet in May but I was never reimbursed",
    "币被盗了还没追回来",
    "tháng trước em bị lừa mà vẫn chưa giải quyết",
]


@pytest.mark.parametrize(("over", "open_"), OVER)
def test_what_is_over_is_looked_at_and_raises_no_alarm(over, open_):
    statuses = {one.status for one in SHIPPED.read(over) if one.need.rule.priority_class == "security"}
    assert statuses == {"question"}
    assert "asserted" in {one.status for one in SHIPPED.read(open_)}


@pytest.mark.parametrize("text", NOT_OVER)
def test_what_is_not_over_is_an_incident(text):
    assert "asserted" in {one.status for one in SHIPPED.read(text)}


def test_words_that_any_word_is_tell_no_language():
    """ "any" stands for every word: a pack that passes over words is not taken for the language of all texts."""
    any_word = [f"{letter}*" for letter in "abcdefghijklmnopqrstuvwxyz"]
    greedy = Pack.model_validate({
        "tag": "de", "name": "greedy", "scripts": ["Latn"], "sets": {"any": [", ".join(any_word)]},
        "roles": {"gone": ("leer @any? @any? @any? weg",), "asset": ("geld",)},
    })  # fmt: skip
    modest = Pack.model_validate({
        "tag": "tr", "name": "modest", "scripts": ["Latn"], "roles": {"gone": ("kayboldu",), "asset": ("param",)},
    })  # fmt: skip
    third = modest.model_copy(update={"tag": "vi", "roles": {"gone": ("mat",), "asset": ("tien",)}})
    both = Reader([greedy, third, modest], [RuleSet(name="t", rules=(LOST,))])
    text = "merhaba benim butun param bir anda kayboldu"
    assert said(both.read(text), text) == [("asserted", [("gone", "kayboldu"), ("asset", "param")])]
