"""Planted secrets: whatever the text around them, they are nowhere afterwards. Searched for by value."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import Attachment, Desk, FieldSpec, MemoryChannel, MemoryStore, Policy, Requester
from supportflow.events import MessageReceived, ReplySent, TicketOpened
from supportflow.model.content import Content
from supportflow.testing import CountingIds, ManualClock

# BIP-39's own test vectors, a published test card, Bitcoin's published example of a private key in WIF.
SECRETS = {
    "seed": "legal winner thank year wave sausage worth useful legal winner thank yellow",
    "chinese": "的 的 的 的 的 的 的 的 的 的 的 在",
    "card": "4111 1111 1111 1111",
    "wif": "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ",
    "token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
}
PUBLIC = "0x742d35Cc6634C0532925a3b844Bc454e4438f44e"  # an address is no secret: a desk needs it
AROUND = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=60)


class Everything(MemoryStore):
    """A store that can show all that it holds."""

    def dump(self) -> str:
        kept = []
        for tenant in self._tenants.values():
            kept += [repr(row) for row in tenant.rows.values()]
            kept += [event.data.decode() for stream in tenant.streams.values() for event in stream]
            kept += [row.value or "" for row in tenant.content.values() if isinstance(row, Content)]
            kept += [repr(entry) for entry in tenant.inbox.values()]
            kept += [repr(waiting) for waiting in tenant.outbox.rows.values()]
        return "\n".join(kept)


@settings(max_examples=40)
@given(st.sampled_from(sorted(SECRETS)), AROUND, AROUND)
def test_no_secret_survives_anywhere(name, before, after):
    secret = SECRETS[name]
    text = f"{before}\n{secret}\n{PUBLIC}\n{after}"
    store, mail, told = Everything(), MemoryChannel(), []
    desk = Desk(
        Policy(fields={"note": FieldSpec.text(nullable=True)}),
        store=store,
        channels={"email": mail},
        on={TicketOpened: told.append, MessageReceived: told.append, ReplySent: told.append},
        clock=ManualClock("2026-06-01T09:00:00Z"),
        ids=CountingIds(),
        secret=b"a key of the host's own",
    )
    opened = desk.open(
        subject=f"look: {secret}",
        body=text,
        requester=Requester("ana", name=secret),
        channel="email",
        key="m1",
        attachments=[Attachment(name=f"{secret}.png", uri="https://files.example/1")],
        attributes={"note": f"see {secret}"},
    )
    ticket = opened.ticket.id
    desk.receive(ticket, body=text, by="ana", key="m2")
    desk.note(ticket, body=text, by="sam")
    desk.reply(ticket, body=text, by="sam")
    desk.hold(ticket, by="sam", reason=text)
    desk.run_due()

    seen = "\n".join(
        [
            store.dump(),
            repr(told),
            repr(mail.sent),
            repr(desk.history(ticket)),
            repr(desk.messages(ticket)),
            str(desk.explain(ticket)),
            json.dumps([event.model_dump(mode="json") for event in desk.history(ticket)], ensure_ascii=False),
        ]
    )
    assert secret not in seen
    assert PUBLIC in store.dump()
    assert 3 == len(told)
    assert opened.redacted  # so that the customer can be warned
    assert 1 == len(mail.sent)
