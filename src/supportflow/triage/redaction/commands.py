"""Passwords on command lines and beside the name of who signs in: `mysql -pX`, `curl -u ana:X`, `login: ana / X`."""

# ruff: noqa: RUF001 - full-width punctuation is what is looked for

import re
from collections.abc import Iterator

from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.labels import labels
from supportflow.triage.redaction.topics import looks_random
from supportflow.triage.redaction.view import View

__all__ = ["find_commands"]

_SECRET = r"[\"']?(?!//)([^\s\"'<>|;-][^\s\"'<>|;]{2,127})"
_LINE = r"\b[^\n|;]{0,160}?[ ]"
# Texts of which one must occur, and what a password looks like behind them: in group 1.
_COMMANDS = tuple(
    (anchors, re.compile(pattern))
    for anchors, pattern in (
        (
            ("curl", "wget", "http", "lftp", "-u "),
            rf"[ ](?:-u|--user|--proxy-user|-U)[= ]?[\"']?[\w.@\\-]{{1,64}}[:,%]{_SECRET}",
        ),
        (
            ("mysql", "mariadb", "7z", "rar", "mysqldump"),
            rf"\b(?:mysql\w{{0,12}}|mariadb\w{{0,12}}|7z[ar]?|rar|unrar){_LINE}-(?:p|hp){_SECRET}",
        ),
        (("sshpass",), rf"\bsshpass[ ]-p[ ]?{_SECRET}"),
        (
            (
                "docker",
                "podman",
                "mongo",
                "helm",
                "az ",
                "oc login",
                "rdesktop",
                "impacket",
                "cqlsh",
                "rabbitmq",
                "mosquitto",
                "svn",
                "heroku",
            ),
            rf"\b(?:(?:docker|podman)\b[^\n|;]{{0,80}}?\blogin|mongo\w{{0,8}}|helm|az|oc|rdesktop|cqlsh|rabbitmq\w{{0,8}}|svn){_LINE}-p[ ]{_SECRET}",
        ),
        (("redis-cli",), rf"\bredis-cli{_LINE}-a[ ]{_SECRET}"),
        (("ldap",), rf"\bldap\w{{1,12}}{_LINE}-w[ ]{_SECRET}"),
        (
            ("sqlcmd", "bcp", "isql", "unzip", "zip ", "mosquitto"),
            rf"\b(?:sqlcmd|bcp|isql|unzip|zip|mosquitto_\w{{3}}){_LINE}-P[ ]{_SECRET}",
        ),
        (
            ("smbclient", "rpcclient", "smbmap"),
            rf"\b(?:smbclient|rpcclient|smbmap){_LINE}-U[ ]?[\w.\\/-]{{1,64}}%{_SECRET}",
        ),
        (("openssl", "pass:"), rf"\bpass:{_SECRET}"),
        (
            ("keytool", "jarsigner", "storepass", "keypass"),
            rf"-(?:store|key|dest(?:store|key)|src(?:store|key))pass(?:word)?[ =]{_SECRET}",
        ),
        (("xfreerdp", "mstsc", "cmdkey", "/p:", "/pass:"), rf"[ ]/(?:p|pass|password):{_SECRET}"),
        (
            ("net use", "net user"),
            rf"\bnet user?[ ][^\n]{{0,100}}?/user:\S{{1,80}}[ ]{_SECRET}|\bnet user[ ]\w{{1,40}}[ ]([^\s/\"']{{4,64}})",
        ),
        (("htpasswd",), rf"\bhtpasswd[ ]-\w{{0,6}}b\w{{0,6}}[ ]\S{{1,120}}[ ]\S{{1,64}}[ ]{_SECRET}"),
        (("snmp",), rf"\bsnmp\w{{2,8}}{_LINE}-[AX][ ]{_SECRET}"),
        (("sudo -s",), r"\becho[ ][\"']?([^\s\"'|]{3,128})[\"']?[ ]?\|[ ]?sudo[ ]-S"),
        (
            ("chpasswd",),
            r"\becho[ ][\"']?[\w.-]{1,40}:([^\s\"'|]{3,128})[\"']?[ ]?\|[ ]?(?:sudo[ ])?chpasswd",
        ),
        (("securestring",), rf"(?i:securestring)[ ](?:-String[ ])?{_SECRET}"),
        (
            (" p:", " pw:", " p=", "/p:", ",p:"),
            r"(?<![a-z])u(?:ser)?[ ]?[:=][ ]?\S{1,64}[ ,;/|]{1,3}p(?:w|ass)?[ ]?[:=][ ]?(\S{4,128})",
        ),
        (("requirepass", "masterauth"), rf"\b(?:requirepass|masterauth)[ ]{_SECRET}"),
    )
)

_MAY_COMMAND = (
    " -",
    " /p",
    "/user:",
    "sudo",
    "pass",
    "securestring",
    "masterauth",
    " p:",
    " p=",
    "/p:",
    ",p:",
)
_PAIR = re.compile(
    r"[^\n:=：]{0,24}[:=：][ ]?[\"'“]?([\w.@+-]{2,64})[\"'”]?[ ]?(?:/|\||:|,|;|[ ]-|[ ]|\n|\\)[ ]?[\"'“]?([!-~\u00c0-\u024f\u0400-\u04ff]{4,128})"
)
_TRAILING = ".,;:?)]}>\"'”’`|"


def find_commands(view: View) -> Iterator[Span]:
    """Every password of a command line or of a pair of name and password, as spans of the plain text. Linear time."""
    lower = view.lower
    for anchors, pattern in _COMMANDS if any(sign in lower for sign in _MAY_COMMAND) else ():
        if any(anchor in lower for anchor in anchors):
            for match in pattern.finditer(view.text):
                group = match.lastindex or 1
                yield *match.span(group), Kind.PASSWORD
    for label in labels(view, "sign in"):
        pair = _PAIR.match(view.text, label.end)
        if pair is not None and not pair[2].startswith("-"):
            value = pair[2].rstrip(_TRAILING)
            if (
                looks_random(value)
                and "@" not in value[1:-1]
                and "://" not in value
                and not value.startswith("0x")
            ):
                yield pair.start(2), pair.start(2) + len(value), Kind.PASSWORD
