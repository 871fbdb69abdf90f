"""Passwords on command lines and beside the name of who signs in: `mysql -pX`, `curl -u ana:X`, `login: ana / X`."""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re
from collections.abc import Iterator

from supportflow.triage.redaction.kinds import Kind, Span
from supportflow.triage.redaction.labels import has_labels, labels
from supportflow.triage.redaction.local import Ahead
from supportflow.triage.redaction.topics import looks_random
from supportflow.triage.redaction.view import View

__all__ = ["find_commands"]

_GIVEN = r"[\"']?(?!//)([^\s\"'<>|;-][^\s\"'<>|;]{2,127})"
_LINE = r"\b[^\n|;]{0,160}?[ ]"
# Programs, and behind which option of theirs a password stands.
_OPTIONS = (
    ("mysql mysqldump mysqladmin mysqlimport mysqlsh mariadb mariadb-dump 7z 7za 7zr rar unrar", "-(?:p|hp)"),
    ("sshpass", "-p ?"),
    ("mongo mongosh mongodump mongorestore mongoexport mongoimport helm az oc rdesktop cqlsh svn", "-p "),
    ("docker podman nerdctl buildah skopeo crane oras", r"login\b[^\n|;]{0,160}? -p "),
    ("redis-cli", "-a "),
    ("ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldappasswd", "-w "),
    ("sqlcmd bcp isql unzip zip mosquitto_pub mosquitto_sub", "-P "),
    ("smbclient rpcclient smbmap", r"-U ?[\w.\\/-]{1,64}%"),
    ("snmpwalk snmpget snmpset snmpbulkwalk snmptrap", "-[AX] "),
    ("net", r"use [^\n]{0,120}?/user:\S{1,80} "),
    ("htpasswd", r"-\w{0,6}b\w{0,6} \S{1,120} \S{1,64} "),
    ("xfreerdp wfreerdp mstsc cmdkey", "/(?:p|pass|password):"),
)
# And what stands for itself. The text on the left must occur.
_FORMS = (
    ("-u", rf" (?:-u|--user|--proxy-user|-U)[= ]?[\"']?[\w.@\\-]{{1,64}}[:,%]{_GIVEN}"),
    ("pass:", rf"\bpass:{_GIVEN}"),
    ("pass", rf"-(?:store|key|deststore|destkey|srcstore|srckey)pass(?:word)?[ =]{_GIVEN}"),
    ("requirepass", rf"\brequirepass {_GIVEN}"),
    ("masterauth", rf"\bmasterauth {_GIVEN}"),
    ("securestring", rf"(?i:securestring) (?:-String )?{_GIVEN}"),
    ("sudo -s", r"\becho [\"']?([^\s\"'|]{3,128})[\"']? ?\| ?sudo -S"),
    ("chpasswd", r"\becho [\"']?[\w.-]{1,40}:([^\s\"'|]{3,128})[\"']? ?\| ?(?:sudo )?chpasswd"),
    ("p:", r"(?<![a-z])u(?:ser)? ?[:=] ?\S{1,64}[ ,;/|]{1,3}p(?:w|ass)? ?[:=] ?(\S{4,128})"),
)


def _programs() -> Iterator[tuple[frozenset[str], re.Pattern[str]]]:
    for names, option in _OPTIONS:
        programs = "|".join(map(re.escape, names.split()))
        first = frozenset(re.match("[a-z]*", name)[0] for name in names.split())  # type: ignore[index]
        yield first, re.compile(rf"(?<![\w-])(?:{programs}){_LINE}{option}{_GIVEN}")


_PROGRAMS = tuple(_programs())
_OTHERS = tuple((anchor, re.compile(pattern)) for anchor, pattern in _FORMS)
# By what is found fastest in a text: a sign, or a piece that several anchors share.
_NEEDS = (
    ("-", ("-u",)),
    (":", ("p:",)),
    ("pass", ("pass:", "pass", "requirepass")),
    ("echo", ("sudo -s", "chpasswd")),
    ("masterauth", ("masterauth",)),
    ("securestring", ("securestring",)),
)
_BY_NEED = tuple(
    (needed, tuple(form for form in _OTHERS if form[0] in anchors)) for needed, anchors in _NEEDS
)
assert sum(len(forms) for _, forms in _BY_NEED) == len(_OTHERS)

_PAIR = re.compile(
    r"[^\n:=：]{0,24}[:=：] ?[\"'“]?([\w.@+-]{2,64})[\"'”]? ?(?:/|\||:|,|;| -| |\n|\\) ?[\"'“]?"
    r"([!-~\u00c0-\u024f\u0400-\u04ff]{4,128})"
)
# One of these is in every value that looks random; none ends farther behind the words.
_MAY_BE_RANDOM = re.compile(r"[0-9!@#$%^&*+=?~]|[a-z][A-Z]")
_PAIR_REACH = 300
_NOT_A_VALUE = re.compile(r"-|0x|[^@]++@|[^:]*+://")
_TRAILING = ".,;:?)]}>\"'”’`|"


def _forms(view: View) -> Iterator[re.Pattern[str]]:
    """The forms that may stand in a text."""
    text, lower = view.text, view.lower
    if ("-" in text and " -" in text) or ("/" in text and " /" in text):
        yield from (pattern for programs, pattern in _PROGRAMS if not programs.isdisjoint(view.words))
    for needed, forms in _BY_NEED:
        if needed in lower:
            yield from (pattern for anchor, pattern in forms if anchor in lower)


def find_commands(view: View) -> Iterator[Span]:
    """Every password of a command line or of a pair of name and password, as spans of the plain text. Linear time."""
    text = view.text
    for pattern in _forms(view):
        for match in pattern.finditer(text):
            yield *match.span(1), Kind.PASSWORD
    if has_labels(view, "sign in") and _MAY_BE_RANDOM.search(text) is not None:
        yield from _pairs(view)


def _pairs(view: View) -> Iterator[Span]:
    text = view.text
    signs = Ahead(_MAY_BE_RANDOM, text)
    for label in labels(view, "sign in"):
        if not signs.within(label.end, _PAIR_REACH):
            continue
        pair = _PAIR.match(text, label.end)
        if pair is not None:
            value = pair[2].rstrip(_TRAILING)
            if looks_random(value) and _NOT_A_VALUE.match(value) is None:
                yield pair.start(2), pair.start(2) + len(value), Kind.PASSWORD
