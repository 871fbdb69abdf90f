"""Answers to one mail as widely used programs write them, made afresh from how their formats are known to look."""

# ruff: noqa: E501 - lines are as long as programs write them

import base64
import quopri

OURS = "sf.ours@desk.example"
_DESK = "Help Desk <help@desk.example>"
_WAY = "Your withdrawal is on its way.\nIt takes an hour."
_QUOTED = "> Your withdrawal is on its way.\n> It takes an hour."
_WAY_HTML = "<div>Your withdrawal is on its way.<br>It takes an hour.</div>"


def _encoded(text: str, charset: str, how: str) -> bytes:
    content = text.strip("\n").replace("\n", "\r\n").encode(charset)
    if how == "base64":
        return base64.encodebytes(content).replace(b"\n", b"\r\n")
    return (
        quopri.encodestring(content).replace(b"\n", b"\r\n").replace(b"\r\r\n", b"\r\n") if how else content
    )


def _part(kind: str, text: str, charset: str, how: str, more: str = "") -> bytes:
    head = f'Content-Type: {kind}; charset="{charset}"{more}\r\nContent-Transfer-Encoding: {how or "8bit"}\r\n\r\n'
    return head.encode() + _encoded(text, charset, how) + b"\r\n"


def _mail(
    name: str,
    text: str | None,
    page: str | None = None,
    *,
    charset: str = "utf-8",
    how: str = "quoted-printable",
    more: str = "",
    subject: str = "Re: Late",
    heads: str = "",
) -> bytes:
    top = (
        f"From: Ana Ruiz <ana@mail.example>\r\nTo: {_DESK}\r\nSubject: {subject}\r\n"
        f"Date: Mon, 02 Mar 2026 11:00:00 +0800\r\nMessage-ID: <{name}.42@mail.example>\r\n"
        f"In-Reply-To: <{OURS}>\r\nReferences: <1@mail.example>\r\n <{OURS}>\r\n{heads}MIME-Version: 1.0\r\n"
    ).encode()
    given = [("text/plain", text, more), ("text/html", page, "")]
    made = [_part(kind, one, charset, how, extra) for kind, one, extra in given if one is not None]
    if len(made) == 1:
        return top + made[0]
    inner = b"".join(b"--=_part_1\r\n" + one for one in made)
    kind = b'Content-Type: multipart/alternative; boundary="=_part_1"\r\n\r\n'
    return top + kind + inner + b"--=_part_1--\r\n"


_GMAIL = f"""It did not arrive.

On Mon, Mar 2, 2026 at 10:00\u202fAM {_DESK} wrote:

{_QUOTED}
>
"""
_GMAIL_HTML = f"""<div dir="ltr">It did not arrive.</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr"
class="gmail_attr">On Mon, Mar 2, 2026 at 10:00 AM Help Desk &lt;<a href="mailto:help@desk.example">help@desk.example</a>&gt;
wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid
rgb(204,204,204);padding-left:1ex">{_WAY_HTML}</blockquote></div>"""

_GMAIL_LONG = f"""It did not arrive.

On Mon, Mar 2, 2026 at 10:00 AM Help Desk of the Exchange <
help@desk.example> wrote:

{_QUOTED}
"""
_GMAIL_ZH = f"没有到账。\n\n{_DESK} 于2026年3月2日周一 10:00写道：\n\n{_QUOTED}\n"

_OUTLOOK = f"""It did not arrive.

Ana

From: Help Desk <help@desk.example>\x20
Sent: Monday, March 2, 2026 10:00 AM
To: Ana Ruiz <ana@mail.example>
Subject: Re: Late

{_WAY}
"""
_OUTLOOK_HTML = f"""<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta http-equiv=Content-Type content="text/html; charset=utf-8"><!--[if !mso]><style>v\\:* {{behavior:url(#default#VML);}}</style>
<![endif]--><style><!-- p.MsoNormal {{margin:0cm; font-size:11.0pt;}} --></style></head>
<body lang=EN-US link="#0563C1"><div class=WordSection1><p class=MsoNormal>It did not arrive.<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>Ana<o:p></o:p></p>
<div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>From:</b> Help
Desk &lt;help@desk.example&gt; <br><b>Sent:</b> Monday, March 2, 2026 10:00 AM<br><b>To:</b> Ana Ruiz
&lt;ana@mail.example&gt;<br><b>Subject:</b> Re: Late<o:p></o:p></p></div></div><p class=MsoNormal>{_WAY}<o:p></o:p></p></div></body></html>"""

_OUTLOOK_WEB_HTML = f"""<html><head><style type="text/css" style="display:none;"> P {{margin-top:0;margin-bottom:0;}} </style></head>
<body dir="ltr"><div class="elementToProof" style="font-family: Aptos; font-size: 12pt;">It did not arrive.</div>
<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font
face="Calibri, sans-serif" style="font-size:11pt" color="#000000"><b>From:</b> Help Desk &lt;help@desk.example&gt;<br>
<b>Sent:</b> Monday, March 2, 2026 10:00 AM<br><b>To:</b> Ana Ruiz &lt;ana@mail.example&gt;<br><b>Subject:</b> Re: Late</font>
<div>&nbsp;</div></div>{_WAY_HTML}</body></html>"""
_OUTLOOK_WEB = f"""It did not arrive.
________________________________
From: Help Desk <help@desk.example>
Sent: Monday, March 2, 2026 10:00 AM
To: Ana Ruiz <ana@mail.example>
Subject: Re: Late

{_WAY}
"""
_OUTLOOK_PHONE = (
    "It did not arrive.\n\nGet Outlook for iOS<https://aka.ms.example/o0ukef>\n"
    + _OUTLOOK_WEB.partition("\n")[2]
)

_APPLE = f"""It did not arrive.

> On Mar 2, 2026, at 10:00\u202fAM, {_DESK} wrote:
>\x20
{_QUOTED}

"""
_APPLE_HTML = f"""<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body style="overflow-wrap:
break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">It did not arrive.<br id="lineBreakAtBeginningOfMessage">
<div><br><blockquote type="cite"><div>On Mar 2, 2026, at 10:00 AM, Help Desk &lt;help@desk.example&gt; wrote:</div><br
class="Apple-interchange-newline">{_WAY_HTML}</blockquote></div><br></body></html>"""
_PHONE = _APPLE.replace("arrive.\n", "arrive.\n\nSent from my iPhone\n")

_THUNDERBIRD = f"""On 3/2/26 10:00, Help Desk wrote:
{_QUOTED}
It did not arrive.

--\x20
Ana Ruiz
+00 000
"""
_THUNDERBIRD_HTML = f"""<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body>
<p>It did not arrive.</p><div class="moz-cite-prefix">On 3/2/26 10:00, Help Desk wrote:<br></div>
<blockquote type="cite" cite="mid:{OURS}">{_WAY_HTML}</blockquote></body></html>"""

_YAHOO = f""" It did not arrive.

    On Monday, March 2, 2026 at 10:00:00 AM GMT+8, {_DESK} wrote: \x20
\x20
 Your withdrawal is on its way.
It takes an hour.  \x20
"""
_YAHOO_HTML = f"""<html><head></head><body><div class="ydp1"><div dir="ltr" data-setdir="false">It did not arrive.</div></div>
<div id="yahoo_quoted_1234567890" class="yahoo_quoted"><div style="font-family:'Helvetica Neue', Arial;font-size:13px;"><div>On
Monday, March 2, 2026 at 10:00:00 AM GMT+8, Help Desk &lt;help@desk.example&gt; wrote: </div><div><br></div>{_WAY_HTML}</div></div></body></html>"""

_PROTON = f"""It did not arrive.

Sent with Proton Mail secure email.

On Monday, March 2nd, 2026 at 10:00, {_DESK} wrote:

{_QUOTED}
"""
_PROTON_HTML = f"""<div style="font-family: Arial; font-size: 14px;">It did not arrive.</div><div class="protonmail_signature_block
protonmail_signature_block-empty"></div><div class="protonmail_quote">On Monday, March 2nd, 2026 at 10:00, Help Desk
&lt;help@desk.example&gt; wrote:<br><blockquote class="protonmail_quote" type="cite">{_WAY_HTML}</blockquote><br></div>"""

_QQ = f"""没有到账。




------------------&nbsp;原始邮件&nbsp;------------------
发件人:                                                                                                                        "Help Desk"                                                                                    <help@desk.example>;
发送时间:&nbsp;2026年3月2日(星期一) 上午10:00
收件人:&nbsp;"Ana"<ana@mail.example>;

主题:&nbsp;Re: 提现



{_WAY}
"""
_QQ_HTML = f"""<div>没有到账。</div><div><br></div><div style="font-size: 12px;font-family: Arial Narrow;padding:2px 0 2px
0;">------------------&nbsp;原始邮件&nbsp;------------------</div><div style="font-size: 12px;background:#efefef;padding:8px;"><div><b>发件人:</b>
"Help Desk" &lt;help@desk.example&gt;;</div><div><b>发送时间:</b>&nbsp;2026年3月2日(星期一) 上午10:00</div><div><b>收件人:</b>&nbsp;"Ana"
&lt;ana@mail.example&gt;;</div><div></div><div><b>主题:</b>&nbsp;Re: 提现</div></div>{_WAY_HTML}"""
_QQ_EN = _QQ.replace("没有到账。", "It did not arrive.").replace("原始邮件", "Original").replace("发件人:", "From:").replace(
    "发送时间:", "Date:").replace("收件人:", "To:").replace("主题:", "Subject:")  # fmt: skip

_NETEASE = """没有到账。





在 2026-03-02 10:00:00，"Help Desk" <help@desk.example> 写道：

>Your withdrawal is on its way.
>It takes an hour.
"""
_NETEASE_EN = (
    _NETEASE.replace("没有到账。", "It did not arrive.")
    .replace("在 ", "At ")
    .replace("，", ",")
    .replace("写道：", "wrote:")
)
_NETEASE_PHONE = f"""没有到账。


---- 回复的原邮件 ----
| 发件人 | Help Desk<help@desk.example> |
| 日期 | 2026年03月02日 10:00 |
| 收件人 | Ana<ana@mail.example> |
| 主题 | Re: 提现 |
{_WAY}
"""

_SAMSUNG_HTML = f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head><body dir="auto">It did not
arrive.<div><br></div><div><br></div><div id="composer_signature" dir="auto"><div style="font-size:12px;color:#575757" dir="auto">Sent from my
Galaxy</div></div><div><br></div><div align="left" dir="auto" style="font-size:100%;color:#000000"><div>-------- Original message
--------</div><div>From: Help Desk &lt;help@desk.example&gt; </div><div>Date: 3/2/26  10:00  (GMT+08:00) </div><div>To: Ana Ruiz
&lt;ana@mail.example&gt; </div><div>Subject: Re: Late </div><div><br></div></div>{_WAY_HTML}</body></html>"""

_ZOHO = f"""It did not arrive.


---- On Mon, 02 Mar 2026 10:00:00 +0800 {_DESK} wrote ---

{_WAY}
"""
_MUTT = f"""On Mon, Mar 02, 2026 at 10:00:00AM +0800, Help Desk wrote:
{_QUOTED}

It did not arrive.

--\x20
Ana
"""
_MAIL_RU = f"""It did not arrive.

Понедельник, 2 марта 2026, 10:00 +03:00 от {_DESK}:
\x20
{_QUOTED}
"""
_KNOWN = "It did not arrive."
_KNOWN_ZH = "没有到账。"

ANSWERS: dict[str, tuple[bytes, str]] = {
    "Gmail": (_mail("CAF", _GMAIL, _GMAIL_HTML), _KNOWN),
    "Gmail, HTML alone": (_mail("CAH", None, _GMAIL_HTML), _KNOWN),
    "Gmail, a long name": (_mail("CAL", _GMAIL_LONG), _KNOWN),
    "Gmail in Chinese": (_mail("CAZ", _GMAIL_ZH, how="base64"), _KNOWN_ZH),
    "Outlook": (_mail("SG2", _OUTLOOK, _OUTLOOK_HTML), f"{_KNOWN}\n\nAna"),
    "Outlook, HTML alone": (_mail("SG3", None, _OUTLOOK_HTML), f"{_KNOWN}\n\nAna"),
    "Outlook on the web": (_mail("SG4", _OUTLOOK_WEB, _OUTLOOK_WEB_HTML), _KNOWN),
    "Outlook on the web, HTML alone": (_mail("SG5", None, _OUTLOOK_WEB_HTML), _KNOWN),
    "Outlook on a phone": (_mail("SG6", _OUTLOOK_PHONE), _KNOWN),
    "Apple Mail": (_mail("AP1", _APPLE, _APPLE_HTML), _KNOWN),
    "Apple Mail, HTML alone": (_mail("AP2", None, _APPLE_HTML), _KNOWN),
    "Apple Mail on a phone": (_mail("AP3", _PHONE), _KNOWN),
    "Thunderbird": (_mail("TB1", _THUNDERBIRD, more="; format=flowed", how=""), _KNOWN),
    "Thunderbird, HTML alone": (_mail("TB2", None, _THUNDERBIRD_HTML), _KNOWN),
    "Yahoo": (_mail("YA1", _YAHOO, _YAHOO_HTML), _KNOWN),
    "Yahoo, HTML alone": (_mail("YA2", None, _YAHOO_HTML), _KNOWN),
    "Proton": (_mail("PR1", _PROTON, _PROTON_HTML, how="base64"), _KNOWN),
    "Proton, HTML alone": (_mail("PR2", None, _PROTON_HTML), _KNOWN),
    "QQ": (_mail("tencent_1", _QQ, _QQ_HTML, charset="gb18030", how="base64"), _KNOWN_ZH),
    "QQ, HTML alone": (_mail("tencent_2", None, _QQ_HTML, charset="gb18030", how="base64"), _KNOWN_ZH),
    "QQ in English": (_mail("tencent_3", _QQ_EN, how="base64"), _KNOWN),
    "NetEase": (_mail("NE1", _NETEASE, charset="gbk", how="base64"), _KNOWN_ZH),
    "NetEase in English": (_mail("NE2", _NETEASE_EN, charset="gbk", how="base64"), _KNOWN),
    "NetEase on a phone": (_mail("NE3", _NETEASE_PHONE, how="base64"), _KNOWN_ZH),
    "Samsung, HTML alone": (_mail("SA1", None, _SAMSUNG_HTML), _KNOWN),
    "Zoho": (_mail("ZO1", _ZOHO), _KNOWN),
    "mutt": (_mail("MU1", _MUTT, how=""), _KNOWN),
    "Mail.ru": (_mail("RU1", _MAIL_RU, how="base64"), _KNOWN),
}
"""Program → an answer to our mail, and what its writer wrote."""
