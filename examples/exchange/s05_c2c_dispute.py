"""A buyer paid, the seller does not release: what is missing is asked for once, both sides are heard, an appeal reopens.

Run it: python examples/exchange/s05_c2c_dispute.py
"""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

from datetime import timedelta

from supportflow import Agent, Attachment, Desk, MemoryChannel, Party
from supportflow.exceptions import StepsMissing
from supportflow.policy.presets import preset
from supportflow.testing import CountingIds, ManualClock

WORDS = {
    "en": {
        "subject": "The seller does not release",
        "body": "I paid two hours ago, but the seller does not release my USDT. Order 202606010001234567",
        "proof": "The transfer is attached.",
        "told": "We have asked the seller for their bank's record: you paid, and they say that nothing came in.",
        "seller": "Nothing came in.",
        "decided": "The bank's record shows your payment. The seller's coins are released to you.",
        "appeal": "I appeal: only half of them arrived.",
    },
    "zh": {
        "subject": "卖家不放币",
        "body": "两小时前已付款但卖家不放币，订单号 202606010001234568",
        "proof": "转账截图在附件里",
        "told": "我们已请卖家提供银行记录：您已付款，但对方称没有收到。",
        "seller": "没有收到付款",
        "decided": "银行记录显示您已付款，卖家的币已放给您。",
        "appeal": "我要申诉：只到账一半。",
    },
}


def main() -> None:
    clock = ManualClock("2026-06-01T10:00:00+08:00")
    web, chat = MemoryChannel(), MemoryChannel()
    desk = Desk(preset("exchange"), clock=clock, ids=CountingIds(), channels={"web": web, "chat": chat})
    sam = Agent("sam", groups=["disputes"], languages=["en", "zh"], skills={"disputes": 3})
    for agent in (sam, Agent("fay", groups=["front"], languages=["en", "zh"], skills={"trading": 5})):
        desk.enrol(agent)
        desk.set_presence(agent, "available")
    for language, words in WORDS.items():
        buyer, seller = f"buyer-{language}", Party("counterparty", f"seller-{language}", channel="chat")
        ticket = desk.open(
            subject=words["subject"], body=words["body"], requester=buyer, ref=f"5-{language}"
        ).ticket
        print(language, ticket.priority_class, ticket.category, ticket.status)
        desk.run_due()
        request = next(sent for sent in web.sent if sent.ticket_id == ticket.id)
        asked = [line for line in request.body.splitlines() if line.startswith("- ")]
        print("  asked once for:", "; ".join(line.removeprefix("- ") for line in asked))

        clock.advance(hours=3)  # the buyer's time, not the desk's
        ticket = desk.receive(
            ticket,
            body=words["proof"],
            by=buyer,
            attachments=[Attachment(name="transfer.png", media_type="image/png")],
            evidence={"paid_at": "2026-06-01T08:00:00+08:00"},
        ).ticket
        [resolution] = [one for one in desk.clocks(ticket) if one.target == "resolution"]
        print(f"  {ticket.status}, counted until now: {resolution.elapsed}")

        desk.dispatch()
        print("  routed to:", desk.get(ticket).offered_to, "for", ticket.routing.route)
        desk.accept(ticket, by=sam)
        desk.complete_step(ticket, step="hear_buyer", by=sam)
        desk.add_party(
            ticket, party=seller, expects=["bank_record"], due_at=clock.now() + timedelta(days=1), by=sam
        )
        desk.reply(ticket, body="Please send your bank's record.", to=seller, by=sam)
        desk.reply(ticket, body=words["told"], by=sam)
        desk.run_due()
        told = next(sent for sent in reversed(web.sent) if sent.ticket_id == ticket.id)
        print("  promised with the reason:", told.body.splitlines()[-1])
        try:
            desk.resolve(ticket, by=sam)
        except StepsMissing as refused:
            print("  not yet:", ", ".join(refused.steps))
        clock.advance(hours=1)
        desk.receive(
            ticket,
            body=words["seller"],
            by=seller.id,
            attachments=[Attachment(name="bank.pdf", media_type="application/pdf")],
        )
        print("  the seller sees:", [one.body for one in desk.messages(ticket, seen_by=seller)])
        for step in ("hear_seller", "decide"):
            desk.complete_step(ticket, step=step, by=sam)
        desk.reply(ticket, body=words["decided"], by=sam)
        done = desk.resolve(ticket, by=sam).ticket
        print("  resolution", done.clock("resolution").state)
        desk.run_due()
        print("  asked:", web.sent[-1].body.splitlines()[0])
        clock.advance(hours=2)
        again = desk.receive(ticket, body=words["appeal"], by=buyer).ticket
        print(f"  appeal: {again.status}, reopened {again.reopens} time, with {again.assignee} again")


if __name__ == "__main__":
    main()
