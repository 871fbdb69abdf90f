"""Published vectors and plain cases, kind by kind. What is a secret goes; what is public stays."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from supportflow.triage.redaction import DEFAULT_RULES, LABELS, STRICT_RULES, Kind, RedactionRules, redact

DATA = Path(os.environ.get("SUPPORTFLOW_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
EVERYTHING = RedactionRules(
    keep=frozenset(), phone_regions=("DE", "GB", "HK", "MY", "TH", "TW", "US", "VN", "CN")
)


def kinds(text, rules=STRICT_RULES):
    return {finding.kind for finding in redact(text, rules).findings}


# trezor/python-mnemonic vectors.json and test_mnemonic.py (MIT), one or two a language
PHRASES = {
    "english": "legal winner thank year wave sausage worth useful legal winner thank yellow",
    "english 24": "hamster diagram private dutch cause delay private meat slide toddler razor book happy fancy "
    "gospel tennis maple dilemma loan "
    "word shrug inflict delay length",
    "chinese simplified": "济 扶 块 言 穗 定 万 绘 姻 逃 颗 焰",
    "chinese traditional": "壤 對 據 人 三 談 我 表 壤 對 據 不",
    "czech": "sledovat ticho potkan dotaz carevna pahorek ihned nikterak hematom pokrok neochota cvik",
    "japanese": "あいこくしん　" * 11 + "あおぞら",
    "korean": "가격 가격 가격 가격 가격 가격 가격 가격 가격 가격 가격 가능",
    "russian": "обед эпизод уважение якорь шланг скот юстиция хутор обед эпизод уважение якорь",
    "portuguese": "abacate abacate abacate abacate abacate abacate abacate abacate abacate abacate abacate abater",
    "spanish": "ligero vista talar yogur venta queso yacer trozo ligero vista talar zafiro",
    "french": "indexer acompte bolide abrasif agréable dédale abusif appuyer indexer acompte bolide abrasif",
    "french without accents": "indexer acompte bolide abrasif agreable dedale abusif appuyer indexer acompte bolide abrasif",
    "italian": "mimosa vita sussurro zinco vero saltare zattera ulisse mimosa vita sussurro zona",
    "turkish": "meziyet yüzyıl tosbağa zindan yoğurt silecek zılgıt vokal meziyet yüzyıl tosbağa zindan",
}


@pytest.mark.parametrize("phrase", PHRASES.values(), ids=PHRASES)
def test_a_seed_phrase_goes_in_any_language(phrase):
    assert redact(phrase).text == "[seed phrase removed]"
    assert redact(f"mine: {phrase}!").text == "mine: [seed phrase removed]!"


@pytest.mark.parametrize(
    "written",
    [
        "1. legal 2. winner 3. thank 4. year 5. wave 6. sausage 7. worth 8. useful 9. legal 10. winner 11. thank 12. yellow",
        "legal\nwinner\nthank\nyear\nwave\nsausage\nworth\nuseful\nlegal\nwinner\nthank\nyellow",
        "LEGAL WINNER THANK YEAR WAVE SAUSAGE WORTH USEFUL LEGAL WINNER THANK YELLOW",
        "ｌｅｇａｌ winner thank year wave sausage worth useful legal winner thank yellow",
        "le\u200bgal win\u00adner thank year wave sausage worth useful legal winner thank yellow",
        '["legal","winner","thank","year","wave","sausage","worth","useful","legal","winner","thank","yellow"]',
        "legal winner thank year wave sausage worth useful legal winner thank yelow",
        "legal winner thank year wave susage worth useful legal winner thank yellow",
        "my seed phrase starts with legal winner thank year wave sausage",
    ],
)
def test_a_phrase_goes_however_it_is_written(written):
    left = redact(written).text.lower()
    assert "seed phrase removed" in left
    assert not {"legal", "winner", "yellow", "yelow", "useful", "susage"} & set(
        left.replace(".", " ").split()
    )


@pytest.mark.parametrize(
    "written",
    [
        "我的助记词是济扶块言穗定万绘姻逃颗焰，请帮我",
        "助记词：济扶块言 穗定万绘 姻逃颗焰",
        "济扶块言穗定万绘姻逃颗焰",
        "我的助記詞是壤對據人三談我表壤對據不",
        "1.济 2.扶 3.块 4.言 5.穗 6.定 7.万 8.绘 9.姻 10.逃 11.颗 12.焰",
    ],
)
def test_a_chinese_phrase_goes_with_and_without_blanks(written):
    assert kinds(written) == {Kind.SEED_PHRASE}
    assert "穗" not in redact(written).text
    assert "談" not in redact(written).text


# bip_utils tests (MIT); SEP-23; BIP-38; age; PEM of nobody
KEYS = [
    "xprv9s21ZrQH143K3h3fDYiay8mocZ3afhfULfb5GX8kCBdno77K4HiA15Tg23wpbeF1pLfs1c5SPmYHrEpTuuRhxMwvKDwqdKiGJS9XFKzUsAF",
    "xprv9s21ZrQH143K3h3fDYiay8mocZ3afhfULfb5GX8kCBdno77K4HiA15Tg23wpbeF1pLfs1c5SPmYHrEpTuuRhxMwvKDwqdKiGJS9XFKzUsAX",
    "5JXwUhNu98kXkyhR8EpvpaTGRjj8JZEP7hWboB5xscgjbgK2zNk",
    "6uhLoqNczaCPTj3GmT7qfau4Qrp5qb7riHtYshudPgbiGSx3bVs",
    "cNPn53CWHSMt3MMr3HrymFzxaeDwZrZF2yAEZJ7knzAFD3GTTi2x",
    "6PRVWUbkzzsbcVac2qwfssoUJAN1Xhrg6bNk8J7Nzm5H7kxEbn2Nh2ZoGg",
    "SBU2RRGLXH3E5CQHTD3ODLDF2BWDCYUSSBLLZ5GNW7JXHDIYKXZWHOKR",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA75Hx\nkq+Zc3v3==\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN EC PRIVATE KEY-----" + "\nMHcCAQEEIIPzGkq3l0b9v9J5Yp7l0m8m2m0b7n6v5c4x3z2a1s0d" * 2,
]


@pytest.mark.parametrize("key", KEYS)
def test_a_private_key_goes(key):
    assert redact(key).text == "[private key removed]"
    assert redact(f"see {key} thanks").text == "see [private key removed] thanks"


# gitleaks (MIT) and detect-secrets (Apache-2.0) publish these forms; the values are nobody's
TOKENS = [
    "ABIAZZZZZZZZZZZZZZZZ",
    "AccountKey=lJzRc1YdHaAA2KCNJJ1tkYwF/+mKK6Ygw0NGe170Xu592euJv2wYUtBlV8z+qnlcNQSnIYVTkLWntUO1F8j8rQ==",
    "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",
    "glsoat-PREfix_helloworld380_testin_pretty_long_token_long",
    "glimt-my-tokens_are-correctAB38",
    "a2937653ed38c31a43ea46e2b19257db-us2",
    "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",
    "SKxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "AKCxxxxxxxxxx",
    "ghp_" + "a1B2" * 9,
    "sk_live_" + "a1B2" * 6,
    "123456789:AA" + "b" * 33,
    "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
]
NOT_TOKENS = [
    "AKIAZZZ",
    "glpat-hellOWorld380 testin",
    "glsoat-PREfix_helloworld380_testin_pretty_long_token_long_",
    "glimt-my-tokens_are-correctAB38_280",
    "3a5633e829d3c71-us2",
    "pk_live_j5krY8XTgIcDaHDb3YrsAfCl",
    "eyJBB.eyJCC.eyJDDDD",
    "X-JFrog-Art-Api: $API_KEY",
    "not_secret = notapassword",
    'SOFTLAYER_APIKEY: "insert_key_here"',
    "ibm-cloud-pwd = shorter-version",
    "1.2.3.4.5.6.7.8",
    "https://url:8000 @something else",
    "MTAyOTQ4MTN5OTU5MTDwMEcxNg0.GSwJyi.sbaw8msOR3Wi6vPUzeIWy_P0vJbB0UuRVjH8l8",
    "///:_authToken=743b294a-cd03-11ec-9d64-0242ac120002",
]


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_of_a_known_form_goes(token):
    assert kinds(f"it says {token} here") == {Kind.API_SECRET}
    assert token not in redact(f"it says {token} here").text


@pytest.mark.parametrize("text", NOT_TOKENS)
def test_what_only_resembles_a_token_stays(text):
    assert redact(text).text == text


def test_a_json_web_token_goes_and_a_broken_one_stays():
    head = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    body = "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ"
    assert redact(f"{head}.{body}.k5HibI_uLn").text == "[access token removed]"
    assert redact(f"{head}.{body}").text == "[access token removed]"
    broken = f"eyJhbasdGciOiJIUaddasdasfsasdasdzI1NiIasdsInR5cCI6IkpXVCJasd9.{body}"
    assert redact(broken).text == broken


# bip_utils tests (MIT): what everybody may see
PUBLIC = [
    "1NYKWcokisTwneDVzEV87EX8diaEAii2s3",
    "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g",
    "tb1pq3y5g5u4v6dx4uu8q4nkffd9cswk3307nndv5mg3l6zn2tenzq2qufyzlx",
    "Ae2tdPwUPEZMchqp4zjkMo6R44DNT9rmh1KDK7AmRVXzG1mH3jWae217HWo",
    "TGKBRNX3LBNAL2I5ZAYSWFJWJ2Y2LRNZF7XXI4VZ5B34ITGWJBWBQ7O4GE",
    "addr1q85w6gzs6hhxkaga2uq8sgxrw79zrejfky9plc2gnpwcyjwnnyx7u4stfy2acdeqaxn3azf3k3ld9r4jm2gles4ec9xstvp7vy",
    "0x03aa1ceed625af8407d25e5894a165272b5d196dcdb8dc66456d2ac039bcf198",
    "0x8BC53Cd1c3ba83bd0D11F2F4Bfe0819Be8fb9794",
    "49c93960fd3f49e671b4a712d3e95c5ae3d8e66552cb97879c897374599a22c1",
    "ANf3TEKFL6jPWjzkndo4CbnNdUNkBk4KHPggJs2nu8Xi",
    "GACG4MLLYMQHMOHZDAR3WSBCYZLC5CXPCXZ447RV3527PP3AQH6YCMW5",
    "rLynFggnosDyDmoLzcgX6siu6X4yUBb36a",
    "TNdfXv6WTTyS2ohkTu8YA62WmLTNWqK46i",
    "449X6uL5cbAEJ532nkrBRxRqgCFgozQeCDmvaAVASdw5hVTmtiTEaKeDFW9XJj3VTK36Qm6PCxGjyLc9vXh1YmKpU2gCTff",
    "EOS5zD4eXtvBmLhzmj9CtvuG2wxwuKcTbYxYwsGpPvKe68ExHjJsc",
    "UQB8E-CQxLds85ZPY8sXEYGe_EQ1qlY6q7l3BNbWQC1srNHe",
]


@pytest.mark.parametrize("address", PUBLIC)
@pytest.mark.parametrize(
    "sentence",
    [
        "{}",
        "I sent it to {} yesterday",
        "地址是{}，还没到账",
        "order {}",
        "my private key is safe, the address is {}",
    ],
)
def test_wallet_addresses_survive(address, sentence):
    text = sentence.format(address)
    assert redact(text).text == text


HEX = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"


@pytest.mark.parametrize(
    "text",
    [
        f"private key 0x{HEX}",
        f"my private key: {HEX}",
        f"Private key\n{HEX}",
        f"私钥是{HEX}",
        f"{HEX} is my private key",
        f"{HEX} 是我的私钥",
    ],
)
def test_sixty_four_hexadecimal_digits_are_a_key_where_the_words_say_so(text):
    assert HEX not in redact(text).text
    assert kinds(text) == {Kind.PRIVATE_KEY}


@pytest.mark.parametrize(
    "text",
    [
        HEX,
        f"tx hash {HEX}",
        f"txid: 0x{HEX}",
        f"交易哈希 {HEX}",
        f"I gave away my private key, see transaction {HEX}",
        f"https://etherscan.io/tx/0x{HEX}",
    ],
)
def test_and_a_transaction_hash_where_they_do_not(text):
    assert redact(text).text == text


# The networks' published test numbers
@pytest.mark.parametrize(
    "number",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111111111111111",
        "378282246310005",
        "3714 4963 5398 431",
        "6011 1111 1111 1117",
        "30569309025904",
        "3530 1113 3330 0000",
        "6200000000000005",
        "5555555555554444",
        "2223 0031 2200 3222",
        "４１１１１１１１１１１１１１１１",
    ],
)
def test_a_card_number_goes(number):
    assert redact(f"card {number}, thanks").text == "card [card number removed], thanks"


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",
        "order 4111111111111111",
        "订单号：6200000000000005",
        "2039485720394857",
        "https://example.com/orders/4111111111111111",
        "192.168.0.1 10.0.0.1",
        "2024-03-15 14:30:22",
        "0.00000001 1234567890123",
    ],
)
def test_other_numbers_survive(text):
    assert redact(text).text == text


ANNOUNCED = {
    "my password is Hunter2!x and please help": "Hunter2!x",
    "password: dragon": "dragon",
    "Password:\nhunter2": "hunter2",
    '{"password": "Hunter2", "x": 1}': "Hunter2",
    "DB_PASSWORD=Summer2024x": "Summer2024x",
    "pwd=abc123XYZ": "abc123XYZ",
    "my password is dragon": "dragon",
    "I changed my password to Summer2024 yesterday": "Summer2024",
    "username ana password Hunter2": "Hunter2",
    "The password I used: Zx81abc!": "Zx81abc!",
    "Hunter2! is my password": "Hunter2!",
    "https://ana:Hunter2@host.example/x": "Hunter2",
    "我的密码是abc123请帮我": "abc123",
    "密碼：Qwe@123": "Qwe@123",
    "资金密码 888888": "888888",
    "abc123是我的密码": "abc123",
    "my pin is 4821": "4821",
    "PIN码：4321": "4321",
    "2fa code 123456": "123456",
    "the code I received is 482913": "482913",
    "your verification code was 123 456": "123 456",
    "OTP 559921": "559921",
    "331245 is the code": "331245",
    "验证码是123456": "123456",
    "验证码收到了，是 483920": "483920",
    "谷歌验证码123456": "123456",
    "cvv 123": "123",
    "security code: 1234": "1234",
    "API key: vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A": "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zv",
    "api key and secret:\n743b294a-cd03-11ec-9d64-0242ac120002": "743b294a",
    "Authorization: Bearer abcdefghijklmnop1234567890": "abcdefghijklmnop",
    "API密钥：NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiZ": "NhqPtmdSJYd",
}


@pytest.mark.parametrize(("text", "secret"), ANNOUNCED.items())
def test_what_the_words_beside_it_call_a_secret_goes(text, secret):
    assert secret not in redact(text).text
    assert redact(text).secrets


@pytest.mark.parametrize(
    "text",
    [
        "my password is wrong",
        "my password is not working",
        "password for my account is wrong",
        "I forgot my password, please reset it",
        "password: ********",
        "Password: <your password>",
        "the password reset page is broken",
        "密码错误怎么办",
        "error code 100234",
        "zip code 902101",
        "code 5000 usdt",
        "verification code on 2024-03-15",
        "no 2fa since 2023",
        "验证码错误，订单20240101",
        "I did not get the code 3 times",
        "my seed phrase is safe",
        "助记词忘记了可以帮我找回来吗",
        "private key 0x8BC53Cd1c3ba83bd0D11F2F4Bfe0819Be8fb9794",
    ],
)
def test_talk_about_secrets_survives(text):
    assert redact(text).text == text


# schwifty and python-stdnum generated these (published algorithms: ISO 13616, GB 11643)
@pytest.mark.parametrize(
    "number",
    [
        "DE88721700240455176857",
        "DE62 8707 0024 0977 1221 88",
        "FR91 1444 5509 70RH BDJ7 CY9G U21",
        "BR69 PFKN HAQE 8674 5372 0653 8547 P",
    ],
)
def test_an_iban_is_found_and_kept_unless_the_policy_masks_it(number):
    text = f"my IBAN {number} please"
    assert redact(text).text == text
    assert [(f.kind, f.masked) for f in redact(text).findings] == [(Kind.IBAN, False)]
    assert redact(text, STRICT_RULES).text == "my IBAN [IBAN removed] please"
    wrong = text.replace(number, number[:-1] + ("0" if number[-1] != "0" else "1"))
    assert Kind.IBAN not in kinds(wrong)


def test_identity_numbers_go_unless_the_policy_keeps_them():
    assert redact("身份证44030519920425600X").text == "身份证[identity number removed]"
    assert redact("44030519920425601X").text == "44030519920425601X"
    kept = RedactionRules(keep=frozenset({Kind.IDENTITY_NUMBER}))
    assert redact("330106200007021952", kept).text == "330106200007021952"
    assert redact("SSN 078-05-1120").text == "SSN [identity number removed]"


@pytest.mark.parametrize(
    "number", ["+4915123456789", "+852 2123 4567", "+81 90-1234-5678", "13912345678", "phone: 030 123456"]
)
def test_phone_numbers_by_policy(number):
    assert redact(number).text == number
    assert Kind.PHONE in kinds(number)
    assert "123456" not in redact(number, STRICT_RULES).text.replace(" ", "").replace("-", "")


def test_national_phone_formats_come_with_the_extra():
    pytest.importorskip("phonenumbers")
    rules = RedactionRules(keep=frozenset(), phone_regions=("US",))
    assert redact("call (201) 555-0123", rules).text == "call [phone number removed]"
    assert redact("call (201) 555-0123", STRICT_RULES).text == "call (201) 555-0123"


def test_email_addresses_by_policy():
    assert redact("write to ana@example.com").text == "write to ana@example.com"
    assert redact("write to ana@example.com.", STRICT_RULES).text == "write to [email address removed]."


def test_secrets_cannot_be_kept_by_any_policy():
    with pytest.raises(ValueError, match="never kept"):
        RedactionRules(keep=frozenset({Kind.PASSWORD}))


def test_the_customer_can_be_warned_by_kind():
    result = redact("my pin is 4821 and my card 4111 1111 1111 1111, mail ana@example.com")
    assert result.secrets == {Kind.PIN, Kind.CARD_NUMBER}
    assert [f.kind for f in result.findings] == [Kind.PIN, Kind.CARD_NUMBER, Kind.EMAIL]


def test_positions_are_of_the_text_as_given():
    text = "密码：ａｂｃ１２３ ok pa\u200bssword: Hunter2x"
    assert [text[f.start : f.end] for f in redact(text).findings] == ["ａｂｃ１２３", "Hunter2x"]


def test_every_mark_survives_redaction():
    for label in LABELS.values():
        text = f"before [{label} removed] after"
        assert redact(text, STRICT_RULES).text == text


@pytest.mark.skipif(
    not (DATA / "pii_cases.jsonl").exists(), reason="the data folder is not here (SUPPORTFLOW_DATA)"
)
def test_published_cases_of_every_kind():
    pytest.importorskip("phonenumbers")
    rows = [json.loads(line) for line in (DATA / "pii_cases.jsonl").read_text(encoding="utf-8").splitlines()]
    wrong = Counter()
    for row in rows:
        result = redact(row["text"], EVERYTHING)
        if row["label"] in {"secret", "sensitive", "pii"}:
            wrong[row["kind"]] += row["value"].strip() in result.text
        else:
            wrong[row["kind"]] += redact(row["text"], DEFAULT_RULES).text != row["text"]
    # `"{secret}"` is the placeholder of a test template, and no secret.
    assert {kind: count for kind, count in wrong.items() if count} == {"token:high_entropy_strings": 1}
    assert len(rows) > 700


def test_named_chinese_phrases_without_anything_between_are_both_found():
    text = "助记词枪疫霉尝枪疫霉尝枪疫霉尝助记词枪疫霉尝枪疫霉尝枪疫霉尝"
    assert redact(text).text == "助记词[seed phrase removed]" * 2


@pytest.mark.parametrize(
    "public",
    [
        "0x742d35Cc6634C0532925a3b844Bc454e4438f44e",
        "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_public_line_below_a_token_is_not_its_rest(public, gap):
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
    assert redact(f"{token}{gap}{public}").text == f"[access token removed]{gap}{public}"


@pytest.mark.parametrize(
    "digits", ["ab" * 32, "deadbeef" * 8, "feedface" * 8, "abba" * 16, "decade" * 10, "cafe" * 16]
)
@pytest.mark.parametrize("said", ["{}", "tx 0x{}", "transaction hash {} is pending", "地址 0x{}"])
def test_hexadecimal_digits_that_are_letters_are_no_phrase(digits, said):
    """Hashes and addresses of tests and of burnt coins, which words of a list happen to be among."""
    text = said.format(digits)
    assert redact(text).text == text


@pytest.mark.parametrize("words", [PHRASES["english"], " ".join(["abandon"] * 11 + ["about"])])
def test_phrases_run_together_still_go(words):
    assert kinds(words.replace(" ", "")) == {Kind.SEED_PHRASE}


@pytest.mark.parametrize("program", ["docker", "podman", "nerdctl", "buildah", "skopeo", "crane", "oras"])
def test_passwords_of_programs_that_log_in_to_registries_go(program):
    found = redact(f"login fails: {program} login -u bob -p Zx9kqMm1 registry.example").text
    assert "Zx9kqMm1" not in found
    assert "bob" in found
