"""The writer's own words: what is certainly another's is cut, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow.channels.email.quotes import parts_of

QUOTED = "> your withdrawal\n> is on its way"


@pytest.mark.parametrize(
    "introduction",
    [
        "On Mon, Mar 2, 2026 at 10:00 AM Help Desk <help@desk.example> wrote:",
        "On Mon, Mar 2, 2026 at 10:00 AM Help Desk <\nhelp@desk.example> wrote:",
        "Am 02.03.2026 um 10:00 schrieb Help Desk:",
        "Le lun. 2 mars 2026 à 10:00, Help Desk <help@desk.example> a écrit :",
        "El lun, 2 mar 2026 a las 10:00, Help Desk (<help@desk.example>) escribió:",
        "Em seg., 2 de mar. de 2026 às 10:00, Help Desk <help@desk.example> escreveu:",
        "Il giorno lun 2 mar 2026 alle ore 10:00 Help Desk <help@desk.example> ha scritto:",
        "пн, 2 мар. 2026 г. в 10:00, Help Desk <help@desk.example> пишет:",
        "2 Mar 2026 Pzt 10:00 tarihinde Help Desk <help@desk.example> şunu yazdı:",
        "在 2026年3月2日，10:00，Help Desk <help@desk.example> 写道：",
        "Help Desk <help@desk.example> 於 2026年3月2日 週一 上午10:00 寫道：",
        "2026年3月2日(月) 10:00 Help Desk <help@desk.example>のメール:",
        "2026년 3월 2일 (월) 오전 10:00, Help Desk <help@desk.example>님이 작성:",
        "",
    ],
)
def test_quoted_lines_and_what_introduces_them_go(introduction):
    top = parts_of(f"It did not arrive.\n\n{introduction}\n{QUOTED}\n")
    assert (top.own, top.forwarded) == ("It did not arrive.", False)
    below = parts_of(f"{introduction}\n{QUOTED}\n\nIt did not arrive.")
    assert below.own == "It did not arrive."


def test_an_answer_between_quoted_lines_stays():
    assert parts_of("> first?\nYes.\n> second?\nNo.").own == "Yes.\n\nNo."


@pytest.mark.parametrize(
    "head",
    [
        "From: Help Desk <help@desk.example>\nSent: Monday, March 2, 2026 10:00\nTo: Ana\nSubject: Re: Hello",
        "-----Original Message-----\nFrom: Help Desk",
        "________________________________\nVon: Help Desk\nGesendet: Montag\nAn: Ana\nBetreff: AW: Hallo",
        "De : Help Desk\nEnvoyé : lundi\nÀ : Ana\nObjet : Re: Bonjour",
        "De: Help Desk\nEnviado: lunes\nPara: Ana\nAsunto: Re: Hola",
        "*От:* Help Desk\n*Отправлено:* 2 марта\n*Кому:* Ana\n*Тема:* Re: Привет",
        "发件人: Help Desk\n发送时间: 2026年3月2日 10:00\n收件人: Ana\n主题: 回复: 你好",
        "寄件者: Help Desk\n寄件日期: 2026年3月2日\n收件者: Ana\n主旨: 回覆: 你好",
        "差出人: Help Desk\n送信日時: 2026年3月2日\n宛先: Ana\n件名: Re: こんにちは",
        "보낸 사람: Help Desk\n보낸 날짜: 2026년 3월 2일\n받는 사람: Ana\n제목: Re: 안녕하세요",
        "-------- Ursprüngliche Nachricht --------\nVon: Help Desk",
        "------------------ 原始邮件 ------------------\n发件人: Help Desk",
    ],
)
def test_a_head_of_another_mail_ends_the_own_words(head):
    found = parts_of(f"It did not arrive.\n\n{head}\n\nYour withdrawal is on its way.")
    assert found.own == "It did not arrive."
    assert found.rest.endswith("Your withdrawal is on its way.")
    assert not found.forwarded


@pytest.mark.parametrize(
    ("head", "subject"),
    [
        ("---------- Forwarded message ---------\nFrom: Eve <eve@evil.example>", "x"),
        ("-------- Weitergeleitete Nachricht --------\nVon: Eve", "x"),
        ("Begin forwarded message:\n\nFrom: Eve", "x"),
        ("---------- 转发邮件 ----------\n发件人: Eve", "x"),
        ("From: Eve <eve@evil.example>\nSent: Monday\nTo: Ana\nSubject: Pay now", "FW: Pay now"),
        ("Von: Eve\nGesendet: Montag\nAn: Ana\nBetreff: Pay now", "WG: Pay now"),
    ],
)
def test_a_forwarded_mail_is_not_its_forwarders_words(head, subject):
    found = parts_of(
        f"Is this from you?\n\n{head}\n\nYour account was hacked, send me your password", subject
    )
    assert (found.own, found.forwarded) == ("Is this from you?", True)
    alone = parts_of(f"{head}\n\nYour account was hacked", subject)
    assert (alone.own, alone.forwarded) == ("", True)


@pytest.mark.parametrize(
    "text",
    [
        "-5.20 was taken twice.\nPlease look.",
        "From: 0xabc\nTo: 0xdef\nDate: 3 March\nAmount: 5 ETH\nIt never arrived.",
        "From what I see, the date: 3 March: is wrong.\nSent: twice.\nTo: nobody.",
        "I wrote: where is my money?\nNobody answered.",
        "He wrote to me:\nsend me the code\nand I did.",
        "My steps:\n- first\n-- second\n--- third",
        "1) a\n2) b\n\n\n3) c",
        "Subject: money\nI want it back.",
        "日期: 3月2日\n发件人: 0xabc\n收件人: 0xdef\n没有到账",
    ],
)
def test_what_only_looks_like_a_quotation_stays(text):
    assert parts_of(text).own == text


def test_a_signature_and_a_telephones_line_go():
    assert parts_of("It did not arrive.\n\n-- \nAna Ruiz\n+00 000").own == "It did not arrive."
    for line in (
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "发自我的iPhone",
        "Enviado desde mi iPhone",
    ):
        assert parts_of(f"It did not arrive.\n\n{line}").own == "It did not arrive."
    far = "-- \n" + "line\n" * 30
    assert parts_of(far).own == far.strip()


@pytest.mark.parametrize("line", ["--", "---", " -- ", "--  ", "\u2014 ", "-- x"])
def test_other_dashes_begin_no_signature(line):
    text = f"It did not arrive.\n{line}\nWhere is it?"
    assert parts_of(text) == (text, "", False)


def test_what_is_cut_is_kept_as_the_rest():
    found = parts_of(f"It did not arrive.\n\nOn x, Ana wrote:\n{QUOTED}\nSee?\n-- \nAna Ruiz\n+00 000")
    assert found.own == "It did not arrive.\n\nSee?"
    assert found.rest == f"On x, Ana wrote:\n{QUOTED}\n-- \nAna Ruiz\n+00 000"
    assert parts_of("Yes.\n\nSent from my iPhone").rest == "Sent from my iPhone"
    passed_on = parts_of("See.\n-- \nAna\n\n---------- Forwarded message ---------\nFrom: Eve\n\nPay")
    assert (passed_on.own, passed_on.forwarded) == ("See.", True)
    assert passed_on.rest.startswith("-- \nAna")


def test_who_only_quotes_means_what_they_quote():
    assert parts_of(QUOTED) == (QUOTED, "", False)
    assert parts_of("") == ("", "", False)


@given(
    st.lists(
        st.sampled_from(
            [
                "> x",
                "",
                "-- ",
                "From: a",
                "Subject: b",
                "To: c",
                "word",
                "On x wrote:",
                "--- forwarded message ---",
            ]
        ),
        max_size=12,
    )
)
def test_nothing_is_made_up_and_something_is_left(lines):
    text = "\n".join(lines)
    found = parts_of(text)
    assert set(found.own.split("\n")) <= {*text.split("\n"), "", *(line.strip() for line in lines)}
    assert found.own or found.forwarded or not text.strip()
