"""The words that announce a secret, in English and Chinese, and what a secret of each kind looks like.

A handful of other languages' words for "password" are known too; nothing is promised for them.
"""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re
from dataclasses import dataclass

from supportflow.triage.redaction.kinds import Kind

__all__ = ["CODE_NOT_SECRET", "MAY_ANNOUNCE", "ORDINARY", "TOPICS", "Topic", "looks_random"]


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of announced secret.

    Attributes:
        kind: What is removed.
        latin_anchors: Texts of which one must occur (lower case) for the topic to be looked for.
        other_anchors: The same, in other scripts.
        words: The announcing words, matched in lower case.
        value: What the secret looks like, matched where it may begin; group 1 is the secret.
        random_only: Whether even a value behind a colon must look random, as API secrets do.
        shortest: The shortest value in characters.
    """

    kind: Kind
    latin_anchors: tuple[bytes, ...]
    other_anchors: tuple[str, ...]
    words: re.Pattern[str]
    value: re.Pattern[str]
    random_only: bool = False
    shortest: int = 3


_QUOTED = r"[\"'“”‘’«`]([^\"'“”‘’»`\n]{3,128}+)[\"'“”‘’»`]"
_WORD = r"([!-~\u00c0-\u024f\u0400-\u04ff]{3,128}+)"
_FREE = re.compile(rf"(?:{_QUOTED}|[\"'“‘«(<\[`]{{0,2}}{_WORD})")
_KEYLIKE = re.compile(r"[\"'“‘(<`]{0,2}()([A-Za-z0-9+/=_.~-]{8,512}+)")

_NOT_A_COUNT = (
    r"(?![\d])(?![-/.:,]\d)(?![ ]?(?:usd|eur|gbp|btc|eth|dollars?|euros?|times|min|hours?|days?|weeks?|%|\$|€|£"
    r"|元|次|分|小时|天|块|个|年|月|号|號))"
)
_CODE = re.compile(rf"()(?<!\d)(\d{{3}}[ -]\d{{3}}|\d{{4,8}}|g-\d{{6}}){_NOT_A_COUNT}", re.IGNORECASE)
_PIN = re.compile(rf"()(?<!\d)(\d{{4,8}}|\d(?:[ -]\d){{3,5}}|\d\d[ -]\d\d){_NOT_A_COUNT}")
_CARD_CODE = re.compile(rf"()(?<!\d)(\d{{3,4}}){_NOT_A_COUNT}")

TOPICS = (
    Topic(
        Kind.PRIVATE_KEY,
        (b"priv",),
        ("私钥", "私鑰"),
        re.compile(r"priv(?:ate)?[ _-]{0,2}keys?|私钥|私鑰"),
        re.compile(r"[\"'“‘(<`]{0,2}()((?!0x[0-9a-fA-F]{40}(?![0-9a-fA-F]))[A-Za-z0-9+/=]{32,512}+)"),
        random_only=True,
        shortest=32,
    ),
    Topic(
        Kind.API_SECRET,
        (b"key", b"secret", b"token", b"bearer"),
        ("密钥", "密鑰", "秘钥", "秘鑰"),
        re.compile(
            r"(?:api|access|secret|client|consumer|signing|webhook|app|refresh)[ _-]{0,2}"
            r"(?:key|secret|token|pass(?:phrase|word)?)s?(?:[ _-]?(?:id|key))?"
            r"|auth[ _-]token|secret|bearer|api密钥|密钥|密鑰|秘钥|秘鑰"
        ),
        _KEYLIKE,
        random_only=True,
        shortest=8,
    ),
    Topic(
        Kind.ONE_TIME_CODE,
        (b"code", b"otp", b"2fa", b"mfa", b"one-time", b"one time"),
        ("验证", "驗證", "动态", "動態", "校验", "校驗", "一次性"),
        re.compile(
            r"(?<![a-z])(?:(?:verification|verify|security|auth|authenticator|authentication|login|log-?in|confirmation|access|sms"
            r"|2fa|mfa|totp|google|backup|recovery|reset|text|e-?mail|phone|one[- ]time|two[- ]factor|otp|activation|secret)"
            r"[ -](?:pass)?codes?|one[- ]time (?:password|pin)|otp|2fa|mfa|codes?)(?![a-z])"
            r"|验证码|驗證碼|动态码|動態碼|动态密码|動態密碼|校验码|校驗碼|一次性密码|一次性密碼|谷歌验证码?|谷歌驗證碼?"
        ),
        _CODE,
    ),
    Topic(
        Kind.CARD_CODE,
        (b"cvv", b"cvc", b"cvn", b"security code"),
        ("安全码", "安全碼"),
        re.compile(
            r"(?<![a-z])(?:cvv2?|cvc2?|cvn|security code)(?: (?:code|number))?(?![a-z])|安全码|安全碼"
        ),
        _CARD_CODE,
    ),
    Topic(
        Kind.PIN,
        (b"pin",),
        (),
        re.compile(r"(?<![a-z])pin(?: ?[码碼]|(?:s|[ -]?codes?|[ -]?number|[ -]?no)?(?![a-z]))"),
        _PIN,
    ),
    Topic(
        Kind.PASSWORD,
        (b"pass", b"pw", b"kennwort", b"senha", b"kata sandi"),
        ("密码", "密碼", "口令", "contraseña", "пароль", "şifre", "mật khẩu", "비밀번호", "パスワード"),
        re.compile(
            r"pass(?:[ -]?(?:word|wd|code|phrase)s?(?![a-z])|wort|(?![a-z]))|pwd|(?<![a-z])pw(?![a-z])"
            r"|密码|密碼|口令|contraseña|kennwort|mot de passe|senha|пароль|şifre|mật khẩu|kata sandi|비밀번호|パスワード"
        ),
        _FREE,
    ),
)


def _may_announce(anchors: list[str]) -> re.Pattern[str]:
    """Where one of some texts that are not ASCII may stand, by two neighbouring characters, and some places more."""
    pairs = [re.search(r"[^\x00-\x7f].|.[^\x00-\x7f]$", anchor) for anchor in anchors]
    first, second = ("".join({pair.group()[place] for pair in pairs if pair}) for place in (0, 1))
    return re.compile(f"[{first}](?=[{second}])")


MAY_ANNOUNCE = _may_announce([anchor for topic in TOPICS for anchor in topic.other_anchors])
"""Found wherever an anchor of another script than Latin stands, and seldom elsewhere."""

ORDINARY = frozenset(
    """
    a able about accepted again all already also always an and any are as asked at bad be because been before being
    blank blocked broken but by can cannot case changed compromised correct currently denied different disabled does
    doesn't easy empty enough exactly expired exposed failed fine for forgotten from frozen gone good had has hacked
    have hidden how i i'm if in incorrect insecure invalid is isn't it it's just known leaked like locked long lost
    lower me mine missing my needed never new no none not nothing null of off ok okay old on only or our out please
    protected public recognised recognized refused rejected required reset right safe same saved secret secure set
    shared short simple so some something still stolen strong stuck than thanks that the their them then there they
    this to too undefined unknown until up upper used valid very was weak what when where which who why with without
    working wrong yes you your but, app page link form field screen button manager change recovery protection policy
    settings email account login attempt attempts
    """.split()  # noqa: SIM905 - a list of two hundred lines would hide the code
)
"""Words that follow "my password is" without being one."""

CODE_NOT_SECRET = re.compile(
    r"(?:error|status|country|area|zip|postal|post|promo|referral|invite|invitation|voucher|discount|coupon|swift|sort"
    r"|bank|branch|product|bar|qr|source|reason|response|dial|dialling|dialing|reference|http|exit|currency|tracking|return"
    r"|gift|network|chain|merchant|colour|color|fault|block)[ _-]$"
)
"""What stands before "code" where the code is no secret."""

_MARKS = frozenset("!@#$%^&*+=?~")
_SHORTEST_RANDOM = 6
_LETTER = re.compile("[A-Za-z]")
_DIGIT = re.compile("[0-9]")
_MIXED_CASE = re.compile(r"[a-z][A-Z]")


def looks_random(value: str) -> bool:
    """Whether a value reads like a secret rather than a word: letters with digits or marks, or capitals inside."""
    if len(value) < _SHORTEST_RANDOM:
        return False
    if value.isascii():
        letters = _LETTER.search(value) is not None
        digits = _DIGIT.search(value) is not None
    else:
        letters = any(c.isalpha() for c in value)
        digits = any(c.isdigit() for c in value)
    return letters and (digits or not _MARKS.isdisjoint(value[:-1]) or _MIXED_CASE.search(value) is not None)
