"""Access tokens and API keys that are known by their form.

Each form is a fact that its issuer publishes (or that gitleaks and detect-secrets have collected, both MIT / Apache-2.0).
A form is searched for only where its literal prefix stands in the text. Every quantifier is bounded or possessive, so
a search is linear whatever the text.
"""

import re
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterator
from functools import cache

from supportflow.triage.redaction.checks import base58check
from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.view import View

__all__ = ["find_tokens"]

_ADDRESS_BYTES = 21


def _not_a_wallet(token: str) -> bool:
    """A NEO address begins like an Artifactory password; its checksum tells."""
    payload = base58check(token)
    return (payload is None or len(payload) != _ADDRESS_BYTES) and not token.isupper()


# Anchors (one must stand in the text), the form after a word boundary, and a further check of the match.
_FORMS: tuple[tuple[tuple[str, ...], str, Callable[[str], bool] | None], ...] = (
    # Clouds and code hosts
    (("AKIA", "ASIA", "ABIA", "ACCA"), r"(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}+", None),
    (("AccountKey",), r"AccountKey=[A-Za-z0-9+/]{80,100}+={0,2}", None),
    (("AIza",), r"AIza[\w-]{35}+", None),
    (("ya29.",), r"ya29\.[\w-]{20,1024}+", None),
    (("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"gh[pousr]_[A-Za-z0-9]{36,255}+", None),
    (("github_pat_",), r"github_pat_\w{22,255}+", None),
    (("glpat-", "gldt-", "glft-", "glsoat-", "glrt-"), r"gl(?:pat|dt|ft|soat|rt)-[\w-]{20,50}+(?!-)", None),
    (("GR1348941",), r"GR1348941[\w-]{20,50}+(?!-)", None),
    (("glcbt-",), r"glcbt-(?:[0-9a-fA-F]{2}_)?[\w-]{20,50}+(?!-)", None),
    (("glimt-",), r"glimt-[\w-]{25}+(?!-)", None),
    (("glptt-",), r"glptt-[\w-]{40}+(?!-)", None),
    (("glagent-",), r"glagent-[\w-]{50,1024}+", None),
    (("gloas-",), r"gloas-[\w-]{64}+(?!-)", None),
    (("dop_v1_", "doo_v1_", "dor_v1_"), r"do[opr]_v1_[a-f0-9]{64}+", None),
    (("npm_",), r"npm_[A-Za-z0-9]{36}+", None),
    (("_authToken",), r"//[\w.-]{1,128}+/:_authToken=[0-9a-fA-F-]{36}+", None),
    (("pypi-AgE",), r"pypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw)[\w-]{70,1024}+", None),
    (("AKC", "AP"), r"(?:AKC[A-Za-z0-9]{2}|AP[0-9A-F])[A-Za-z0-9]{8,512}+", _not_a_wallet),
    (("hf_",), r"hf_[A-Za-z]{34}+", None),
    # Models
    (("sk-",), r"sk-(?:proj-|ant-|svcacct-|or-v1-)?[\w-]{32,256}+", None),
    # Messages and mail
    (("xox",), r"xox[abeoprs]-[\w-]{10,250}+", None),
    (("/B", "/A", "/T"), r"hooks\.slack\.com/(?:services|workflows)/[\w/-]{20,256}+", None),
    ((":AA",), r"\d{8,10}:AA[\w-]{33}+", None),
    (("SG.",), r"SG\.[\w-]{22}\.[\w-]{43}+", None),
    (("-us",), r"[0-9a-z]{32}-us\d{1,2}+", None),
    (("AC", "SK"), r"(?:AC|SK)[a-z0-9]{32}+", None),
    # Money
    (("sk_live_", "sk_test_", "rk_live_", "rk_test_"), r"[rs]k_(?:live|test)_[A-Za-z0-9]{10,247}+", None),
    (("whsec_",), r"whsec_[A-Za-z0-9+/=]{24,128}+", None),
    (("sq0",), r"sq0(?:atp|csp|idp)-[\w-]{22,64}+", None),
    (("shp",), r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}+", None),
)
_BOUNDED = r"(?<![A-Za-z0-9_])(?<![A-Za-z0-9_]-){}(?![A-Za-z0-9_])"
_ANCHORS = tuple((anchor, index) for index, (anchors, _, _) in enumerate(_FORMS) for anchor in anchors)
_SIGNS = "_-"
_PLAIN_ANCHORS = tuple(
    (anchor, index)
    for anchor, index in _ANCHORS
    if anchor.islower() and not any(sign in anchor for sign in _SIGNS)
)
# How far before a run of token-like characters a form's anchor can stand.
_ANCHOR_REACH = 12
_LONG = 2_000
# A Discord token has no fixed prefix: it is looked for only where its long first part is.
_DISCORD = re.compile(_BOUNDED.format(r"[MNO][\w-]{23,25}+\.[\w-]{6}\.[\w-]{27,38}+"), re.ASCII)

_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{8,}+\.[\w-]{4,}+(?:\.[\w-]*+)?", re.ASCII)
_LONGEST_HEADER = 4096


@cache
def _pattern(index: int) -> re.Pattern[str]:
    """A form, compiled when its anchor is first seen."""
    return re.compile(_BOUNDED.format(_FORMS[index][1]), re.ASCII)


def _is_jwt(token: str) -> bool:
    """The first part is the base64 of a JSON object (RFC 7519)."""
    header = token.partition(".")[0]
    if len(header) > _LONGEST_HEADER:
        return True
    try:
        text = urlsafe_b64decode(header + "=" * (-len(header) % 4)).decode("utf-8").strip()
    except (Base64Error, UnicodeDecodeError):
        return False
    return text.startswith('{"') and text.endswith("}")


def find_tokens(view: View) -> Iterator[Span]:
    """Every token of a known form, as spans of the plain text. Linear time."""
    text = view.text
    if view.dense:
        yield from _known_forms(view)
    if b"eyJ" in view.ascii:
        for match in _JWT.finditer(text):
            if _is_jwt(match.group()):
                yield *match.span(), Kind.ACCESS_TOKEN


def _known_forms(view: View) -> Iterator[Span]:
    text = view.text
    near = " ".join([text[max(0, start - _ANCHOR_REACH) : end] for start, end in view.dense])
    # Nearly all anchors have a capital or a sign: texts that have neither there are passed over soon.
    anchors = _ANCHORS if not near.islower() or any(sign in near for sign in _SIGNS) else _PLAIN_ANCHORS
    if len(near) > _LONG:
        # A long text of few characters has none of most anchors.
        characters = frozenset(near)
        anchors = tuple(each for each in anchors if characters.issuperset(each[0]))
    for index in sorted({index for anchor, index in anchors if anchor in near}):
        check = _FORMS[index][2]
        for match in _pattern(index).finditer(text):
            if check is None or check(match.group()):
                yield *match.span(), Kind.API_SECRET
    for start, _ in view.dense:
        discord = _DISCORD.match(text, start)
        if discord is not None:
            yield *discord.span(), Kind.API_SECRET
