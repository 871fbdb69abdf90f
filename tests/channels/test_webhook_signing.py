"""Signatures of webhooks, against the reference library of Standard Webhooks, and what a forger could try."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow.channels.webhook import WebhookKeys
from supportflow.exceptions import InvalidInput, SignatureRefused

SECRETS = ["whsec_" + base64.b64encode(bytes([n] * 24)).decode() for n in (1, 2, 3)]
NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
BODY = '{"type":"ticket.created","data":{"名":"提现没到账"}}'.encode()


def why(keys: WebhookKeys, headers, body=BODY, now=NOW, **limits) -> str:
    with pytest.raises(SignatureRefused) as caught:
        keys.verify(headers, body, now, **limits)
    return caught.value.why


@settings(max_examples=15)
@given(st.binary(min_size=24, max_size=64), st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True), st.text())
def test_what_one_signs_the_other_verifies(secret, name, text):
    from standardwebhooks import Webhook, WebhookVerificationError

    now = datetime.now(UTC)
    body = (
        text.encode("utf-8", "surrogatepass") if not any("\ud800" <= c <= "\udfff" for c in text) else b"{}"
    )
    written = "whsec_" + base64.b64encode(secret).decode()
    reference = Webhook(written)

    ours = WebhookKeys(written).headers(name, now, body)
    reference.verify(body, ours, json_parse=False)
    theirs = {
        "Webhook-Id": name,
        "Webhook-Timestamp": str(int(now.timestamp())),
        "Webhook-Signature": reference.sign(name, now, body.decode()),
    }
    assert WebhookKeys(secret).verify(theirs, body, now).id == name
    with pytest.raises(WebhookVerificationError):
        reference.verify(body + b" ", ours, json_parse=False)


def test_while_secrets_change_each_side_may_be_first():
    from standardwebhooks import Webhook

    old, new, other = SECRETS
    both = WebhookKeys(new, old)

    assert both.verify(WebhookKeys(old).headers("m1", NOW, BODY), BODY, NOW) == ("m1", NOW)
    assert both.verify(WebhookKeys(new).headers("m1", NOW, BODY), BODY, NOW) == ("m1", NOW)
    signed = both.headers("m1", NOW, BODY)
    assert all(WebhookKeys(one).verify(signed, BODY, NOW) for one in (old, new))
    assert why(WebhookKeys(other), signed) == "no_match"
    now = datetime.now(UTC)
    for one in (old, new):
        Webhook(one).verify(BODY, both.headers("m1", now, BODY))


@pytest.mark.parametrize("seconds", [-300, -1, 0, 1, 300])
def test_within_the_tolerance_it_is_believed(seconds):
    keys = WebhookKeys(SECRETS[0])
    at = NOW + timedelta(seconds=seconds)

    assert keys.verify(keys.headers("m1", at, BODY), BODY, NOW).at == at


@pytest.mark.parametrize(("seconds", "expected"), [(-301, "too_old"), (301, "too_new"), (-86_400, "too_old")])
def test_outside_it_is_not(seconds, expected):
    keys = WebhookKeys(SECRETS[0])
    headers = keys.headers("m1", NOW + timedelta(seconds=seconds), BODY)

    assert why(keys, headers) == expected
    assert keys.verify(headers, BODY, NOW, tolerance=timedelta(days=1)).id == "m1"


def test_every_part_is_signed():
    keys = WebhookKeys(SECRETS[0])
    headers = keys.headers("m1", NOW, BODY)

    for changed in ("m2", "M1"):
        assert why(keys, {**headers, "webhook-id": changed}) == "no_match"
    assert why(keys, {**headers, "webhook-timestamp": str(int(NOW.timestamp()) + 1)}) == "no_match"
    assert why(keys, headers, BODY[:-1]) == "no_match"
    assert why(keys, headers, BODY + b"\n") == "no_match"


def test_no_part_of_a_message_can_become_another_part():
    """`m.1` at 2 and `m` at 1 with `2.` before the body would be one signed text."""
    from standardwebhooks import Webhook

    keys = WebhookKeys(SECRETS[0])
    stamp = int(NOW.timestamp())
    signed = keys.headers("m", NOW, f"{stamp + 1}.x".encode())
    moved = {**signed, "webhook-id": f"m.{stamp}", "webhook-timestamp": str(stamp + 1)}
    # The reference, which has no such rule, signs both alike.
    reference = Webhook(SECRETS[0])
    assert reference.sign("m", NOW, f"{stamp + 1}.x") == reference.sign(
        f"m.{stamp}", NOW + timedelta(seconds=1), "x"
    )

    assert why(keys, moved, b"x") == "malformed"
    for wrong in ("m.1", "", "m 1", "m\n1", "m" * 201, "é"):
        with pytest.raises(InvalidInput, match="message_id"):
            keys.headers(wrong, NOW, BODY)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_head_that_is_missing_or_there_twice_is_refused(name):
    keys = WebhookKeys(SECRETS[0])
    headers = keys.headers("m1", NOW, BODY)
    pairs = list(headers.items())

    assert keys.verify([(k.upper().encode(), v.encode()) for k, v in pairs], BODY, NOW).id == "m1"
    assert why(keys, {k: v for k, v in pairs if k != name}) == "missing"
    assert why(keys, [*pairs, (name.upper(), headers[name])]) == "malformed"
    assert why(keys, {**headers, name: headers[name] + "x" * 4_000}) == "malformed"


@pytest.mark.parametrize(
    "stamp", ["1_772_420_400", "1772420400.0", " ", "+1772420400", "-1", "١٧٧٢٤٢٠٤٠٠", "1e9", "9" * 12]
)
def test_a_time_is_plain_digits(stamp):
    keys = WebhookKeys(SECRETS[0])

    assert why(keys, {**keys.headers("m1", NOW, BODY), "webhook-timestamp": stamp}) == "malformed"


def test_signatures_of_other_versions_prove_nothing_and_disturb_nothing():
    keys = WebhookKeys(SECRETS[0])
    headers = keys.headers("m1", NOW, BODY)
    right = headers["webhook-signature"]
    letters = right.removeprefix("v1,")

    for among in (
        f"v1a,AAAA {right}",
        f"v1,AAAA v2 {right}",
        f"v1,!!! {right}",
        f"  {right}  x",
        f"v1,é {right}",
    ):
        assert keys.verify({**headers, "webhook-signature": among}, BODY, NOW).id == "m1"
    padded = f"v1,{letters[:9]}!{letters[9:]}"  # letters that lenient readers skip
    for alone in (
        padded,
        f"v1a,{letters}",
        letters,
        f"v1 ,{letters}",
        "v1,",
        f"V1,{letters}",
        f"v1,{letters[:-4]}",
    ):
        assert why(keys, {**headers, "webhook-signature": alone}) in {"malformed", "no_match"}


@pytest.mark.parametrize(
    "secret",
    [
        "whsec_" + base64.b64encode(b"short").decode(),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
        "whsec_-_" + base64.b64encode(b"x" * 24).decode(),  # letters that lenient readers skip
        "whsec_",
        "whsec_not base64 at all!",
        b"x" * 23,
        None,
    ],
)
def test_a_secret_that_cannot_be_one_is_refused_and_not_shown(secret):
    with pytest.raises(InvalidInput) as caught:
        WebhookKeys(SECRETS[0], secret)

    assert str(secret) not in str(caught.value)
    assert "AQEB" not in repr(WebhookKeys(SECRETS[0]))
    with pytest.raises(InvalidInput, match="missing"):
        WebhookKeys()
