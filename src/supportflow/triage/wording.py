"""The words in which evidence is asked for: templates with a few fixed fields, and labels, by language."""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

from collections.abc import Mapping, Sequence
from string import Formatter

from supportflow.model.tags import best
from supportflow.triage.intake import EvidenceSpec

__all__ = ["LABELS", "TEMPLATES", "in_language", "label", "template_problem", "wording"]

TEMPLATES: Mapping[str, Mapping[str, str]] = {
    "evidence": {
        "en": (
            "To look into this, we need from you:\n\n{items}\n\nPlease send all of it in one message. Never send us a "
            "password, a seed phrase, a private key or a verification code."
        ),
        "zh": (
            "为了尽快处理您的问题，请提供以下资料：\n\n{items}\n\n请在一条消息中一次性发送。请勿向我们发送密码、助记词、私钥或验证码。"
        ),
        "zh-Hant": (
            "為了盡快處理您的問題，請提供以下資料：\n\n{items}\n\n請在一則訊息中一次提供。請勿向我們傳送密碼、助記詞、私鑰或驗證碼。"
        ),
    },
}
"""The shipped templates: name → language → text."""

LABELS: Mapping[str, Mapping[str, str]] = {
    "bank_record": {"en": "the bank's record of the transfer", "zh": "银行转账记录"},
    "chat_record": {"en": "the chat record", "zh": "聊天记录"},
    "contact": {"en": "how we can reach you", "zh": "联系方式"},
    "email": {"en": "the e-mail address that you registered with", "zh": "注册邮箱"},
    "identity_document": {"en": "a picture of your identity document", "zh": "身份证件照片"},
    "kyc_level": {"en": "your level of identity verification", "zh": "身份认证等级"},
    "network": {"en": "the network", "zh": "网络（链）名称"},
    "observed": {"en": "what you saw", "zh": "您看到的情况"},
    "order_number": {"en": "the order number", "zh": "订单号"},
    "paid_at": {"en": "when you paid (date and time)", "zh": "付款时间（日期和时间）"},
    "phone": {"en": "the phone number that you registered with", "zh": "注册手机号"},
    "proof_of_payment": {"en": "a proof of payment", "zh": "付款凭证"},
    "screenshot": {"en": "a screenshot", "zh": "截图"},
    "self_help": {"en": "what you tried yourself", "zh": "您已尝试的自助操作"},
    "steps": {"en": "the steps that you took", "zh": "操作步骤"},
    "time": {"en": "when it happened (date and time)", "zh": "发生时间（日期和时间）"},
    "transaction": {"en": "the transaction hash", "zh": "交易哈希"},
    "user_id": {"en": "your user id", "zh": "用户 ID"},
}
"""The shipped labels: item → language → words. An item of another name has its own, or is called by its name."""

FIELDS = ("items", "ref", "ticket")


def template_problem(text: str) -> str | None:
    """What is wrong with a template; None if nothing is."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        return f"cannot be read: {error}"
    named = [(field, spec, conversion) for _, field, spec, conversion in parts if field is not None]
    for field, spec, conversion in named:
        if field not in FIELDS or spec or conversion:
            return f"can name {', '.join(f'{{{known}}}' for known in FIELDS)} and nothing else"
    return None if any(field == "items" for field, _, _ in named) else "does not name {items}"


def in_language(texts: Mapping[str, str], language: str | None, fallback: str) -> tuple[str, str]:
    """The text for a language tag: the one that serves it, the fallback's, or the first; with its language."""
    tag = (language and best(language, texts)) or best(fallback, texts) or next(iter(texts))
    return tag, texts[tag]


def label(spec: EvidenceSpec, language: str) -> str:
    """What people call an item in a language."""
    words = spec.label or LABELS.get(spec.name) or {language: spec.name.replace("_", " ")}
    return in_language(words, language, "en")[1]


def wording(
    text: str, specs: Sequence[EvidenceSpec], language: str, *, ref: str | None, ticket_id: str
) -> str:
    """The request: a template of that language with its fields filled in."""
    items = "\n".join(f"- {label(spec, language)}" for spec in specs)
    given = {"items": items, "ref": ref or ticket_id, "ticket": ticket_id}
    parts = [
        literal + (given[field] if field is not None else "")
        for literal, field, _, _ in Formatter().parse(text)
    ]
    return "".join(parts)
