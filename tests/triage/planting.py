"""Secrets to plant, and messages to plant them in."""

import string

from hypothesis import strategies as st

from supportflow.triage.redaction.checks import luhn
from supportflow.triage.redaction.wordlists import checksum_holds, wordlists

LISTS = wordlists()


def words_of(language: str) -> list[str]:
    """A BIP-39 list from the package's own file, in index order."""
    from importlib.resources import files

    text = files("supportflow.triage.redaction").joinpath("bip39.txt").read_text(encoding="utf-8")
    return next(line.split()[1:] for line in text.splitlines() if line.startswith(f"{language} "))


ENGLISH = words_of("english")
CHINESE = words_of("chinese_simplified")


def phrase(words: list[str], indexes: list[int]) -> list[str]:
    """The words of a phrase whose last one makes the checksum hold."""
    for last in range(2048):
        if checksum_holds([*indexes, last]):
            return [words[index] for index in (*indexes, last)]
    raise AssertionError("one in sixteen holds")


def card(prefix: str, digits: str) -> str:
    """A card number of these digits with its check digit."""
    body = prefix + digits
    return next(body + check for check in string.digits if luhn(body + check))


indexes = st.sampled_from((11, 14, 17, 20, 23)).flatmap(
    lambda size: st.lists(st.integers(0, 2047), min_size=size, max_size=size)
)
gaps = st.sampled_from((" ", "  ", "\n", ", ", " | ", "\t"))


@st.composite
def english_phrases(draw):
    words = phrase(ENGLISH, draw(indexes))
    if draw(st.booleans()):
        return "\n".join(f"{number}. {word}" for number, word in enumerate(words, 1))
    return draw(gaps).join(words)


@st.composite
def chinese_phrases(draw):
    return draw(st.sampled_from((" ", "\u3000", "\n"))).join(phrase(CHINESE, draw(indexes)))


def _text(alphabet: str, size: int):
    return st.text(alphabet, min_size=size, max_size=size)


_alnum = string.ascii_letters + string.digits
passwords = st.builds(
    lambda head, digits, tail: head + digits + tail,
    st.text(string.ascii_letters, min_size=4, max_size=12),
    st.text(string.digits, min_size=1, max_size=4),
    st.text(string.ascii_letters + "!@#%^*", min_size=1, max_size=6),
)
codes = _text(string.digits, 6)
cards = st.builds(card, st.sampled_from(("4", "51", "2221")), st.just("")).flatmap(
    lambda made: _text(string.digits, 16 - len(made)).map(lambda digits: card(made[:-1], digits))
)
hex_keys = _text("0123456789abcdef", 64)

secrets = st.one_of(
    english_phrases().map(lambda s: (s, s)),
    chinese_phrases().map(lambda s: (s, s)),
    cards.map(lambda s: (s, f"my card is {s}")),
    cards.map(lambda s: (s, " ".join((s[:4], s[4:8], s[8:12], s[12:])))),
    hex_keys.map(lambda s: (s, f"private key: 0x{s}")),
    hex_keys.map(lambda s: (s, f"私钥是{s}")),
    passwords.map(lambda s: (s, f"my password is {s}")),
    passwords.map(lambda s: (s, f"Password: {s}")),
    passwords.map(lambda s: (s, f"密码：{s}")),
    codes.map(lambda s: (s, f"verification code {s}")),
    codes.map(lambda s: (s, f"the code I received is {s}")),
    codes.map(lambda s: (s, f"验证码是{s}")),
    _text(_alnum, 40).map(lambda s: (f"ghp_{s}", f"ghp_{s}")),
    _text(string.ascii_uppercase + string.digits, 16).map(lambda s: (f"AKIA{s}", f"aws AKIA{s}")),
    _text(_alnum, 64)
    .filter(lambda s: sum(c.isdigit() for c in s) > 3)
    .map(lambda s: (s, f"API secret: {s}")),
)
"""A secret, and the words in which it is sent."""

prose = st.sampled_from(
    (
        "Hello, my withdrawal is still pending.",
        "Please help me quickly!",
        "我的提币还没到账，",
        "order 2039485720394857",
        "0x8BC53Cd1c3ba83bd0D11F2F4Bfe0819Be8fb9794",
        "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g",
        "https://example.com/a?b=c",
        "I forgot my password and the code never arrives",
        "请尽快处理",
        "call +44 20 7946 0958",
        "ana@example.com",
        "2024-03-15 14:30",
        "fee 0.0005 BTC",
        "[password removed]",
        "ＡＢＣ１２３",
        "e\u0301te\u0301",
        "a\u200bb",
        "\n\n",
        "\t",
        "…",
        "🙂",
    )
)

# Pieces that finish each other: announcements without values, values without announcements, rows cut short.
shreds = st.sampled_from(
    (
        "password",
        "password:",
        "is",
        "my",
        "pin",
        "code",
        "api key",
        "secret",
        "private key",
        "密码",
        "验证码",
        "助记词",
        "私钥",
        "=",
        ":",
        '"',
        "'",
        "(",
        "1234",
        "123456",
        "4111",
        "1111",
        "4111111111111111",
        "a1b2c3d4",
        "Hunter2!",
        "legal",
        "winner",
        "thank",
        "year",
        "wave",
        "sausage",
        "的",
        "枪",
        "疫",
        "霉",
        "-----BEGIN PRIVATE KEY-----",
        "-----END PRIVATE KEY-----",
        "MIIEvQIBADANBgkqhkiG9w0BAQ",
        "eyJhbGciOiJIUzI1NiJ9.e30.x",
        "glpat-",
        "sk_live_",
        "AKIA",
        "@",
        ".",
        "://",
        "user:pw1@",
        "+1 ",
        "a" * 30,
        "f" * 64,
        "DE88 7217 0024",
        "0455 1768 57",
        "1.",
        "2)",
        "\u200b",
        "seed phrase",
        "is my password",
        "是我的密码",
        "tx hash",
        "order",
        "ticket",
        "promo",
        "http://x.y/",
        "&",
        "[",
        "]",
        " removed]",
        "11010119730806",
        "1125",
        "cvv",
        "otp",
    )
)
joints = st.sampled_from(("", " ", "\n", ", "))


@st.composite
def shredded(draw):
    """A message of shreds and prose: what a detector takes in one place may uncover something in another."""
    parts = draw(st.lists(st.tuples(st.one_of(shreds, shreds, prose), joints), max_size=14))
    return "".join(part + joint for part, joint in parts)
