"""Everyday texts are no alarm; and what goes on is one, whatever else in the text is settled."""

import pytest

from supportflow import Desk
from supportflow.policy import CompiledPolicy
from supportflow.policy.presets import preset

PRESET = preset("exchange")
CLASSIFIER = CompiledPolicy(PRESET).classifier

GOES_ON = [
    "KYC已经处理好了，但我的账户刚刚被黑了",
    "My wallet was emptied today and my insurer needs a case number",
    "I was hacked, my support ticket was resolved without any answer",
    "My account was hacked and your bot says the issue is resolved",
    "You refunded me the fee, but my whole wallet was drained an hour ago",
    "I was told it is solved but my coins are still stolen",
    "My account has been hacked, last year it was the same and it was resolved",
    "My accountant saw that my wallet was drained this morning",
    "thanks for your help with KYC but now my account was hacked",
    "账号被盗了，客服却显示已解决",
    "我账户被盗了，工单被你们标记为已解决",
    "我的币昨晚全被盗了，保险公司要证明",
    "币被盗了，你们说已经处理好了，可是钱还没回来",
    "登录问题解决了，可是我的币被盗了",
    "我的账户刚被盗了，上次的事还没说完",
    "Hesabım hacklendi, siz talebi çözüldü diye kapattınız",
    "Geçmiş olsun demeyin, hesabım hacklendi",
    "Coinlerim çalındı, sigorta şirketi yazı istiyor",
    "Tài khoản em bị hack mà bên mình ghi đã giải quyết",
    "Hồi trước không sao, hôm nay tài khoản em bị hack rồi",
    "오늘 밤 코인을 도난당했어요, 보험사에서 서류를 요구해요",
    "Ich wurde gehackt, mein Ticket wurde ohne Antwort als erledigt geschlossen",
    "Mi cuenta fue hackeada y vuestro bot dice que está resuelto",
    "Меня взломали, а вы закрыли заявку как решённую",
    "My account has been hacked, last year it was the same and it was resolved",
]
SETTLED = [
    "My account was hacked back in 2021, you sorted it, thanks",
    "我的账户之前被盗，后来解决了，谢谢",
    "A thief emptied my wallet in May but I was refunded",
]
EVERYDAY = [
    "She paid for my dinner with crypto, how cool",
    "They sold out of merch, when will it be back?",
    "My friend loves the app, he bought ETH yesterday",
    "They arrived on time, thanks for the hoodies",
    "He received the invitation, how do we both get the points?",
    "Who pays gas for internal transfers?",
    "They listed the token, and the order book looks good",
    "My wife asked what her fee tier is, she traded a lot",
    "How do I get the bonus, which countries are not eligible?",
    "Yesterday I had dark mode, today it is gone",
    "There used to be a tab for staking, now it is gone",
    "I was at work when my deposit arrived, great speed",
    "I was asleep when the order sold at my target, happy!",
    "Limit order bought while I was on a plane, love it",
    "My coins moved to the earn account, how do I move them back?",
    "The price moved fast while I was asleep",
    "Is my account locked during the trial, and what does the app say?",
    "The level is locked, it says I need ten trades",
    "Él compró Bitcoin en 2015, qué suerte",
    "Ellos venden camisetas, ¿cuándo llegan?",
    "Ayer tenía el modo oscuro y hoy desapareció",
    "Estaba en el avión y mi orden se ejecutó, genial",
    "¿Qué países no pueden recibir el bono?",
    "Le llegó la invitación a mi hermano, gracias",
    "Er hat 2015 Bitcoin gekauft, der Glückliche",
    "Sie hat mir das Essen mit Krypto bezahlt, cool",
    "Gestern war der dunkle Modus noch da, heute ist er weg",
    "Ich war im Flugzeug, als meine Order verkauft wurde, super",
    "Wer trägt die Netzwerkgebühr?",
    "In welchen Ländern gibt es keinen Bonus?",
    "Die Karte ist angekommen, er hat sie schon bezahlt",
    "Haben Sie schon einen Termin für das Update?",
    "Können Sie mir eine Quittung schicken?",
    "Ihr habt mir schnell geholfen, danke",
    "Он купил биткоин в 2015 году, везунчик",
    "Она получила карту, спасибо",
    "Ему пришло приглашение, спасибо",
    "Вчера была тёмная тема, сегодня пропала",
    "Был на работе, когда ордер исполнился, супер",
    "Кто оплачивает комиссию сети?",
    "В каких странах нет бонуса?",
    "Комиссия за вывод у вас низкая, спасибо",
    "Его заказ пришёл, он доволен",
    "Arkadaşım kartı aldı, o çok memnun",
    "Dün karanlık mod vardı, bugün yok",
    "İşteyken emrim satıldı, harika",
    "Hangi ülkelerde bonus yok?",
    "Destek ekibinden öğrenmek istiyorum, grid bot nasıl çalışır",
    "Mesaj bildirimlerini kapatmak istiyorum",
    "Nó mua bitcoin năm 2015, may thật",
    "Hôm qua còn chế độ tối, hôm nay mất rồi",
    "Đang bay nhưng lệnh vẫn khớp, tuyệt vời",
    "Anh ấy nhận được thẻ rồi, cảm ơn",
    "Họ giao thẻ nhanh lắm",
    "Ai chịu phí rút vậy ạ?",
    "昨日まであったダークモードが今日なくなりました",
    "飛行機に乗っている間に注文が約定しました、嬉しい",
    "仕事中に指値が売れていました、ありがとう",
    "手数料は誰の負担ですか",
    "届いたカードのデザインが素敵です",
    "他昨天买了比特币，涨了，运气真好",
    "他收到卡了，谢谢",
    "昨天还有夜间模式，今天怎么没了",
    "在飞机上的时候限价单成交卖出了，开心",
    "哪些国家不能参加奖励活动",
    "谁承担手续费呀",
    "早上还在排队，现在没了，客服效率真高",
    "下载一下退税用的交易明细",
    "刚刚还有的优惠券入口不见了",
    "昨天还有的按钮今天消失了",
    "怎么下载对账单用来退税",
    "売り注文の方法を教えてください",
    "Who pays the network fee when I withdraw?",
    "Какая комиссия за вывод USDT?",
    "Uygulamada karanlık mod istiyorum",
    "E-postamı değiştirmek istiyorum",
    "请问退税证明在哪里下载",
    "昨天还有的那个K线指标今天去哪了",
    "He bought Bitcoin in 2015, lucky man",
    "Will you text me when the invoice is paid?",
    "Why does the app want a picture of my passport?",
    "What is the PIN of the virtual card?",
    "Can my wife's card be used for a top-up?",
    "买东西退款会退到哪张卡",
    "这个月账单晚一天还要紧吗",
    "我可以用老公的卡付款吗",
    "Schickt ihr mir die Rechnung per Mail?",
    "¿La app por qué pide foto de mi licencia de conducir?",
    "Приложение просит фото водительских прав, зачем?",
    "Uygulama neden ehliyet fotoğrafı istiyor?",
    "アプリが免許証の写真を求めるのはなぜですか",
    "stop limit order",
    "Stop-limit sell order, what is it?",
    "my stop loss order was not filled",
    "I want to change a stop order on futures, where?",
    "trailing stop order",
    "Wo stelle ich eine Stop-Order ein?",
]


@pytest.mark.parametrize("text", dict.fromkeys(GOES_ON))
def test_what_goes_on_is_an_incident_whatever_is_settled_beside_it(text):
    found = CLASSIFIER.classify(text)
    assert (found.priority_class, found.informational) == ("security", False)
    ticket = Desk(PRESET).open(subject="", body=text, requester="ana", channel="chat").ticket
    assert ticket.routing.requirement.tier != "bot"


@pytest.mark.parametrize("text", SETTLED)
def test_what_is_settled_is_a_question(text):
    found = CLASSIFIER.classify(text)
    assert (found.priority_class, found.informational) == ("security", True)


@pytest.mark.parametrize("text", EVERYDAY)
def test_everyday_texts_are_general(text):
    found = CLASSIFIER.classify(text)
    assert found.priority_class == "general", [one.entry for one in found.evidence]
