"""The roles that packs give words for, and rules are written over. They belong to no language and to no trade."""

from collections.abc import Mapping

__all__ = ["ACCUSES", "AGENCY", "DENIES", "EXCUSES", "ROLES", "SETTINGS", "Spot"]

Spot = tuple[int, int, str]
"""Where words of a role stand in a folded text: from, to, the role."""

ROLES: Mapping[str, str] = {
    # things
    "asset": "what is worth something: money, funds, coins by name, the balance",
    "account": "an account, a wallet, a profile, a mailbox",
    "secret": "a password, PIN or code that only its owner may know",
    "seed": "a seed phrase, recovery words or a private key: who has it has the wallet",
    "setting": "what protects an account and can be changed: e-mail, phone number, second factor, address list, API key",
    "device": "a phone, SIM card, computer or security key",
    "card": "a bank card",
    "identity": "an identity document, or who somebody is",
    "movement": "a withdrawal, transfer, trade, order, payment or charge, as a thing",
    "entry": "a login, a session, a device in the list, as a thing",
    "page": "a link, website, form, QR code or app",
    "message": "an SMS, mail, call, chat or group in which something comes",
    "remote": "remote control or a shared screen: the program or the deed",
    "grant": "an approval, signature or connection of a wallet that lets a contract spend",
    "defence": "a means of protection that people ask about: second factor, passkey, whitelist, anti-phishing code",
    "threat": "a danger by its name, as people ask about it: phishing, scams, hackers, viruses",
    "messenger": "where a desk never writes first: Telegram, WhatsApp, WeChat, a direct message",
    "third": "an account or a card of somebody who is no side of the trade: his wife's, a company's",
    "proof": "a receipt, screenshot or slip that is to prove a payment",
    "order": "an order, ad or trade between two customers",
    "party": "the other one in a trade or a fraud: he, she, they, the other person",
    "counterparty": "the other side of a trade: seller, buyer, merchant",
    # what happened
    "gone": "is missing, empty or zero, nobody says by whom",
    "had": "was still there before: had so much yesterday, all was well last night",
    "moved": "was withdrawn, sent, sold, bought or traded, nobody says by whom",
    "stolen": "was stolen, drained or taken away: the word itself accuses",
    "hacked": "was hacked, hijacked, taken over or broken into",
    "leaked": "was leaked or is known to somebody else",
    "changed": "was changed, reset, removed or replaced",
    "was_changed": "was changed, reset, removed or switched off, and not by the writer: passive, or somebody did it",
    "got_in": "logged in, got in, has access, controls or uses",
    "given": "gave, told, sent or showed to somebody",
    "typed": "typed in, filled in, pasted or imported",
    "clicked": "clicked, opened, scanned or followed",
    "installed": "installed or downloaded",
    "deceived": "was cheated, scammed, tricked or fooled",
    "pretended": "is fake, or pretends to be what it is not",
    "impostor": "a false page, message or agent, named as such: fake support, phishing link",
    "pasted": "copied and pasted, the clipboard",
    "unlike": "is another one, looks nearly the same: what is not what it ought to be",
    "signal_lost": "the phone suddenly has no signal, the SIM card is dead",
    "threatened": "blackmails or extorts",
    "paid": "paid, deposited, invested or sent by the writer's own hand",
    "urged": "told, asked, taught, led or pressed somebody to do it",
    "promised": "promises profits, asks for a fee or a tax before money comes out",
    "lost": "lost, left behind, mislaid",
    "figure": "what is stolen in a figure of speech, or is nothing of a desk's: a husband, sleep, an evening, a bicycle",
    "found": "what was lost is found again",
    "unharmed": "was not hacked, says so outright; rules make it of `not` and `hacked`",
    "locked": "was frozen, blocked, seized, restricted by the desk's side",
    "protect": "asks to freeze, lock or block something now, or to stop a payment",
    "withholds": "does not release, does not confirm, does not hand over",
    "owed": "paid, and waits for what is due; rules make it of `paid` and `waits`, `withholds`, `unpaid` or `refuses`",
    "unpaid": "has not been paid, has not received the money, says so",
    "refuses": "refuses, ignores, does not answer, has vanished, blocks",
    "grievance": "complains of what was done: why, by what right, without a reason, for so many days",
    "put_off": "is put off by the desk: the same answer again, promised for Friday, no reason given, which clause",
    "locked_by": "the desk froze it, and nobody asks for that; rules make it of `you` and `protect`",
    "appeal": "an appeal, dispute, arbitration or complaint against the other side",
    "chargeback": "a payment was called back, or a wrong or other person's account paid",
    "release": "releases, confirms the payment, hands over: what one side of a trade owes the other",
    "slip": "did by mistake what cannot be undone: a slip of the hand, mixed up two orders",
    "says": "says, claims, wants, asks for, demands",
    "receipt": "is received, arrives, is credited",
    "shortfall": "counted wrongly by the desk: credited too little, charged twice, filled at a wrong price",
    "redress": "wants it made good: refund me, compensate, who pays for that",
    "reward": "what a promotion promised: a bonus, a voucher, a referral reward",
    "denied": "not granted: not eligible, disqualified, forfeited, taken back",
    # by whose will
    "me": "I, me, my, we",
    "act": "did, made, authorised, asked for: what nobody but the owner does",
    "disowns": "says outright: it was not me, I did not do that, without my permission",
    "alibi": "the writer was elsewhere, or has no such device",
    "not_me": "not by me, without my knowledge, unauthorised, by itself",
    "stranger": "somebody unknown: someone, a hacker, a thief, another person",
    "strange": "unknown, unfamiliar, suspicious, never seen",
    "elsewhere": "from abroad, another town, another device",
    "outsider": "who leads people on: so-called support, a teacher, a friend from the net, an agent",
    "relative": "mother, father, wife, son, grandparent",
    "others": "a friend, a colleague, other users, people",
    "you": "the desk itself: you, your system, the platform",
    "authentic": "whether something is really from the desk: is that you, is it official",
    "is_me": "it was me, my own device, I am travelling, I changed it myself",
    # how it is said
    "not": "not, never, no",
    "ask_how": "how to, how can I, how do I know",
    "ask_what": "what is, what does it mean",
    "ask_if": "is it, can it, whether: before what it asks about",
    "foreign": "an address or account of somebody else; rules make it of `strange` and `setting` or `account`",
    "unreceived": "has not been received; rules make it of `not` and `receipt`",
    "asks": "any word of asking: only makes a question of what is about protection or a danger",
    "mark": "a question mark: every pack has it without a word",
    "web_address": "a web address as it is written: every pack has it without a word",
    "ask_open": "a question with yes or no for its answer, where it opens the clause: is my, did someone",
    "ask_end": "a particle or tag behind what it asks about",
    "if": "if, in case, suppose, when one day",
    "thought": "thought, feared, looked as if: what turned out otherwise",
    "risk": "safe, dangerous, risky, trustworthy",
    "regret": "is afraid of what was done: nervous, sick about it, wishes it undone",
    "waits": "still, until now, for hours or days, slow to do it",
    "prevent": "avoid, prevent, protect from, fear that, risk of",
    "procedure": "how something goes in general: which documents, how long it usually takes, where the button is",
    "content": "is content, or wants nothing any more: thanks to the seller, five stars, a misunderstanding",
    "news": "I read, I heard, the news says, an article about",
    "example": "in a quiz, a course, a game, a film",
    "remedy": "report, get back, recover, undo, stop: what is asked for after something happened",
    "nothing": "harmless names and phrases; whatever stands inside them is not read",
    "break": "but, and then, because: a clause ends before it",
    # what else it may be
    "fails": "does not work, does not arrive, error, expired",
    "transit": "a deposit or transfer on its way: pending, not credited yet",
    "own_cause": "why money is less by rights: liquidation, a fee, a loss, an own purchase",
    "long_ago": "twenty years ago, when I was a student: tells an old story, if it is of others",
    "acquaintance": "a brother-in-law, a cousin, a neighbour, a chap at the club: of whom old stories are told",
    "old_story": "what happened to others long ago; rules make it of `long_ago` and `relative`, `others` or `acquaintance`",
    "explained": "what it was: my new tablet, the wrong wallet looked into, an error of display; or by my leave",
    "staged": "a drill, a prank, a costume, a monster in a game, a referee: nobody was harmed",
    "untouched": "has not clicked, answered or given anything, and asks first",
    "over": "the matter is over: solved, paid back, years ago; or told for a tax return or an insurance",
    "ongoing": "this is new, or goes on: today, again, still, but now; what was closed is a ticket",
    "market": "what a market does to money: a crash, a liquidation, a bear market",
    "errand": "what every day is about: an invoice, an instalment, a tax paper, a promotion code, a driving licence",
    "asleep": "while asleep or away, in the middle of the night",
    # where money is on its way, which is no incident
    "withdrawal": "a withdrawal by the writer, as a thing or a deed",
    "deposit": "a deposit by the writer, as a thing or a deed",
    "late": "has not arrived, is pending, stuck or slow",
    # what an agent asks of a customer
    "requests": "asks its reader to give, send, say, show or install something",
    "wanted": "a secret, as an agent calls it: your password, the code, the twelve words",
    "wards": "makes a warning or an explanation of it: never, nobody, yourself, in the settings",
    # tone
    "distress": "despair, fear, all savings lost, tears",
    "harm": "danger to one's own life",
    "urgent": "at once, quickly",
    "person": "wants a human being",
    "legal": "police, lawyer, court, regulator",
}
"""Role → its meaning, in words."""

AGENCY = frozenset({"disowns", "not_me", "stranger", "outsider", "asleep", "strange", "elsewhere"})
"""Roles that say by whose will something happened, if not by the writer's."""

EXCUSES = frozenset({"is_me", "transit", "own_cause", "fails", "explained"})
"""Roles that take a finding back."""

SETTINGS = frozenset({"staged", "ongoing"})
"""Roles that say what is told, or when: they count inside harmless names as well ("our *phishing drill*")."""

DENIES = frozenset({"disowns", "not_me", "strange"})
"""Roles inside which an excuse excuses nothing: the "it was me" in "no fui yo", the "sold" in "no vendí"."""

ACCUSES = frozenset({"stolen", "hacked", "was_changed", "leaked", "threatened"})
"""Events whose words say themselves that it was not by the writer's will."""
