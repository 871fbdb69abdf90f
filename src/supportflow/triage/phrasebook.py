"""The words by which `asked_secret` and `suspicious_signs` read a text: English and Chinese, in folded form."""

# ruff: noqa: RUF001 - typographic quotes are what is looked for

from supportflow._marks import normalized

__all__ = [
    "AFTER_ZH",
    "BREAKS",
    "BREAKS_ZH",
    "COMPOUND",
    "COMPOUND_ZH",
    "CONDITION",
    "CUSTOMER",
    "CUSTOMER_ZH",
    "DESK",
    "DESK_ZH",
    "FILLERS",
    "GIVE",
    "GIVE_ZH",
    "JOINS",
    "LURES_EN",
    "LURES_ZH",
    "NAMES_EN",
    "NAMES_ZH",
    "NOT",
    "NOT_ZH",
    "OTHERS",
    "RESTART",
    "SECRETS_EN",
    "SECRETS_ZH",
    "WANT",
    "folded",
]


def folded(text: str) -> str:
    """A text with case, width and typographic quotes folded: the form that the words are in."""
    return normalized(text, "NFKC").casefold().replace("’", "'").replace("‘", "'")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(" ".join(phrase.split()) for phrase in text.split(","))


SECRETS_EN = {
    "password": _phrases(
        """
        password, passwords, passcode, passphrase, pass word
        """
    ),
    "PIN": _phrases(
        """
        pin, pin code, pin number
        """
    ),
    "seed phrase": _phrases(
        """
        seed phrase, seed words, recovery phrase, recovery words, secret phrase, backup phrase, mnemonic,
        mnemonics, seedphrase
        """
    ),
    "private key": _phrases(
        """
        private key, private keys, secret key, api secret, signing key, keystore file
        """
    ),
    "one-time code": _phrases(
        """
        one time code, one time password, one time passcode, verification code, verification codes, sms code,
        2fa code, otp, otp code, authenticator code, authentication code, security code, login code,
        confirmation code, six digit code, 6 digit code, backup code, backup codes, google code,
        code you received, code you got, code we sent, code that was sent, code sent to
        """
    ),
    "card code": _phrases(
        """
        cvv, cvc, card security code
        """
    ),
}
"""Kind of secret → words for it, as they stand in folded text without hyphens."""

SECRETS_ZH = {
    "password": _phrases(
        """
        密码, 密碼, 口令
        """
    ),
    "seed phrase": _phrases(
        """
        助记词, 助記詞, 种子词, 恢复短语, 恢复词, 種子詞
        """
    ),
    "private key": _phrases(
        """
        私钥, 私鑰, 密钥, 密鑰
        """
    ),
    "one-time code": _phrases(
        """
        验证码, 驗證碼, 校验码, 动态码, 动态口令, 备用码, 驗證號碼
        """
    ),
    "card code": _phrases(
        """
        安全码, 卡背面三位
        """
    ),
}
"""Kind of secret → words for it."""

GIVE = _words(
    """
    send give tell share provide forward text email reply supply read dictate message disclose pass submit post
    """
)
"""To hand something over."""

WANT = _phrases(
    """
    i need, we need, i'll need, we'll need, i require, we require, will need, may i have, can i have,
    could i have, can i get, may we have, can we have, could we have, what is, what's, what are, what was,
    ask for, ask you for, asking for, asking you for, confirm, verify, let me know, let us know, let me have,
    let us have, i want, we want
    """
)
"""To say that one wants something."""

NOT = _words(
    """
    never not no nobody don't doesn't won't can't cannot shouldn't mustn't didn't isn't aren't wouldn't avoid
    without refuse stop neither nor rather
    """
)
"""They turn a request into a warning."""

OTHERS = _words(
    """
    someone anyone somebody anybody whoever scammer scammers fraudster fraudsters stranger strangers nobody
    they he she who impostor impostors phisher phishers attacker attackers criminals
    """
)
"""Whoever else may be speaking of giving."""

DESK = _words(
    """
    i we i'll we'll i'd we'd i've we've it system app automatically
    """
)
"""The one who writes."""

CUSTOMER = _words(
    """
    kindly must please you you'll
    """
)
"""The one who reads."""

BREAKS = _words(
    """
    if whether when where while how why so because since before after which about until once unless reset
    change changed changing resetting forgot forgotten recover update without screenshot picture than instead
    time date regarding
    """
)
"""Between the verb and the secret these begin something else: another time, another thing, a condition."""

COMPOUND = _words(
    """
    reset page field screen error errors link message change form manager policy prompt box requirements hint
    protection expired failed did was is arrived button option input delivery issue problem
    """
)
"""After the secret these make it a part of something that is no secret."""

FILLERS = _words(
    """
    your the a an me us you to have know see get also full current account login wallet new complete exact 6
    six digit 12 24 word words of this that please for just first latest sms e mail email phone and or as well
    our trading fund funds
    """
)
"""All that may stand between the wish and the secret."""

CONDITION = _words(
    """
    if when once as since because after before unless whenever although though while
    """
)
"""A part of a sentence that begins so says when, not what."""

RESTART = _words(
    """
    please kindly you we i just now then simply
    """
)
"""A part of a sentence that begins so is a sentence of its own: an earlier "never" does not reach it."""

JOINS = _words(
    """
    and so then but also or
    """
)
"""They join two parts of a sentence."""

GIVE_ZH = _phrases(
    """
    发送, 发给, 发来, 发过来, 发我, 发一下, 提供, 告诉, 告知, 回复, 报给, 报一下, 说一下, 转发, 给我, 出示,
    發送, 發給, 提供給, 告訴, 回覆, 傳送, 传送, 输入给, 念一下, 读一下
    """
)
"""To hand something over, before what is handed over."""

AFTER_ZH = _phrases(
    """
    发给我, 发我, 告诉我, 给我, 提供给我, 回复给我, 报给我, 发过来, 发送给我, 发来, 告知我, 發給我, 告訴我,
    提供給我, 傳給我, 传给我, 说一下, 报一下, 发一下
    """
)
"""To hand something over, after what is handed over."""

NOT_ZH = _phrases(
    """
    请勿, 勿, 不要, 切勿, 别, 不会, 从不, 绝不, 不得, 不需要, 无需, 不必, 不能, 不可, 不应, 不用, 严禁, 避免,
    谨防, 防止, 拒绝, 請勿, 不會, 別, 從不, 無需, 不應, 嚴禁, 任何人, 有人, 他人, 骗子, 陌生人, 对方, 別人,
    别人, 騙子, 而不是, 没有
    """
)
"""They turn a request into a warning; others who may be speaking of giving."""

DESK_ZH = _phrases(
    """
    我们, 系统, 平台, 我会, 我将, 我已, 我這邊, 我这边, 我們, 系統, 自动
    """
)
"""The one who writes."""

CUSTOMER_ZH = _phrases(
    """
    您, 你, 请, 請, 麻烦, 需
    """
)
"""The one who reads."""

BREAKS_ZH = _phrases(
    """
    是否, 如果, 接收, 收到, 收不到, 收取, 修改, 重置, 找回, 更改, 忘记, 时间, 截图, 手机号, 邮箱, 设置, 變更,
    重設, 忘記, 截圖, 為何, 为何, 原因, 失败
    """
)
"""Between the verb and the secret these begin something else."""

COMPOUND_ZH = _phrases(
    """
    重置, 找回, 修改, 错误, 页面, 输入框, 失败, 过期, 收不到, 失效, 的, 界面, 管理, 设置, 功能, 问题, 有误,
    頁面, 錯誤, 重設, 截图, 截圖, 保护, 未, 已, 被, 无法, 無法, 不
    """
)
"""After the secret these make it a part of something that is no secret."""

NAMES_EN = _phrases(
    """
    support, helpdesk, help desk, service desk, customer service, customer care, security team,
    security department, compliance team, compliance department, verification team, technical team, risk team,
    live agent, administrator, admin team, moderator
    """
)
"""What a desk calls itself."""

NAMES_ZH = _phrases(
    """
    客服, 官方, 工作人员, 技术支持, 安全中心, 管理员, 风控部, 工作人員, 技術支持, 管理員
    """
)
"""What a desk calls itself."""

LURES_EN = _phrases(
    """
    verify your, validate your, unlock your, restore your, restore access, confirm your, connect your wallet,
    claim your, suspended, synchronize your, your account, your wallet, your case, your ticket, your funds
    """
)
"""What stands beside a link that is meant to be followed."""

LURES_ZH = _phrases(
    """
    验证您, 验证账户, 解冻, 解除限制, 恢复账户, 点击链接, 点击下方, 您的账户, 您的资产, 驗證您, 點擊
    """
)
"""What stands beside a link that is meant to be followed."""
